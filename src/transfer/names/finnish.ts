/** Finnish names; towns and firms of Finland. */
import type { Culture } from './culture.ts'

export const finnish: Culture = {
  language: 'fi',
  country: 'FI',
  dial: '358',
  male: `Juha, Timo, Matti, Kari, Mikko, Antti, Jari, Jukka, Pekka, Markku, Väinö, Eero, Päivö, Yrjö, Heino, Sampo,
    Ville, Teemu, Aleksi, Onni, Eetu, Lauri, Heikki, Tapio, Juhani, Olli-Pekka, Veikko, Toivo, Ilmari, Jyrki`,
  female: `Tuula, Päivi, Anne, Ritva, Leena, Pirjo, Sari, Minna, Marja, Aino, Äinikki, Helmi, Venla, Sanni, Kaisa,
    Outi, Satu, Tarja, Merja, Pirkko, Marjatta, Anna-Liisa, Hilkka, Riikka, Johanna, Elina, Kyllikki, Sirpa,
    Tellervo, Impi`,
  family: `Korhonen, Virtanen, Mäkinen, Nieminen, Mäkelä, Hämäläinen, Laine, Heikkinen, Koskinen, Järvinen,
    Lehtonen, Lehtinen, Saarinen, Niemi, Salminen, Heinonen, Heikkilä, Kinnunen, Salonen, Turunen, Salo, Laitinen,
    Tuominen, Rantanen, Karjalainen, Jokinen, Mattila, Savolainen, Lahtinen, Ahonen, Ojala, Leppänen, Väisänen,
    Hiltunen, Kallio, Miettinen, Leinonen, Pitkänen, Manninen, Aaltonen, Koivisto, Hakala, Anttila, Laaksonen,
    Hirvonen, Räsänen, Lehto-Ylönen, Äijälä`,
  honorifics: 'TkT, Prof., DI',
  nicknames: 'Aleksi=Ale, Juhani=Jussi, Heikki=Heka, Marjatta=Marja-Leena, Johanna=Hanna, Tapio=Tapsa',
  cities: `Helsinki|Uusimaa|9|00###, Tampere|Pirkanmaa|3|33###, Turku|Varsinais-Suomi|2|20###,
    Oulu|Pohjois-Pohjanmaa|8|90###, Jyväskylä|Keski-Suomi|14|40###, Lappeenranta|Etelä-Karjala|5|53###,
    Hämeenlinna|Kanta-Häme|3|13###, Seinäjoki|Etelä-Pohjanmaa|6|60###`,
  streets: `Mannerheimintie, Hämeenkatu, Kauppakatu, Koulukatu, Rantatie, Järvikatu, Mäkitie, Koivukuja, Asematie,
    Kirkkokatu, Pääskylänkatu, Yliopistonkatu`,
  mobile: '40',
  trades: 'Vakuutus, Metsä, Paperi, Telakka, Energia, Elektroniikka, Kustannus, Teräs',
  legalForms: 'Oy, Oyj',
}
