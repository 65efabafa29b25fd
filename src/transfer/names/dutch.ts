/** Dutch names, with the prefixes that are not sorted by and the partner's name beside one's own. */
import type { Culture } from './culture.ts'

export const dutch: Culture = {
  language: 'nl',
  country: 'NL',
  dial: '31',
  male: `Jan, Pieter, Willem, Hendrik, Daan, Sem, Bram, Thijs, Joris, Ruben, Sander, Maarten, Gijs, Wouter, Jeroen,
    Bas, Koen, Niels, Jasper, Floris, Jan-Willem, Diederik, Matthijs, Sjoerd, Teun, Lars, Rik, Cornelis, Ewout, Siebe`,
  female: `Sanne, Femke, Lotte, Anouk, Marieke, Fleur, Eva, Noor, Lieke, Maaike, Iris, Esmée, Saskia, Annemiek, Wilma,
    Ingrid, Linda, Marloes, Hanneke, Willemijn, Jikke, Renée, Chantal, Tessa, Nienke, Geertje, Carolien, Machteld,
    Roos, Ilse`,
  family: `de Jong, Jansen, de Vries, van den Berg, van Dijk, Bakker, Janssen, Visser, Smit, Meijer, de Boer, Mulder,
    de Groot, Bos, Vos, Peters, Hendriks, van Leeuwen, Dekker, Brouwer, de Wit, Dijkstra, Smits, de Graaf, van der Meer,
    van der Linden, Kok, Jacobs, de Haan, Vermeulen, van den Heuvel, van der Veen, van den Broek, de Bruijn, van 't Hof,
    in 't Veld, ter Horst, ten Brink, van de Ven, Schouten, Wolters, Hoekstra, op den Kamp, Koster, van der Wal,
    Zwart, Postma, 's Gravendijk`,
  partnerNames: true,
  nicknames: 'Cornelis=Kees, Hendrik=Henk, Willem=Wim, Diederik=Dirk, Willemijn=Mijn, Annemiek=Miek, Carolien=Lien',
  honorifics: 'Dr., Prof. Dr., Ir., Mr., Drs.',
  suffixes: 'MSc, BSc, RA',
  cities: `Amsterdam|NH|20|10## @@, Rotterdam|ZH|10|30## @@, Den Haag|ZH|70|25## @@, Utrecht|UT|30|35## @@,
    Eindhoven|NB|40|56## @@, Groningen|GR|50|97## @@, 's-Hertogenbosch|NB|73|52## @@, Maastricht|LI|43|62## @@`,
  streets: `Kerkstraat, Dorpsstraat, Molenweg, Prinsengracht, Stationsweg, Wilhelminastraat, Oranjelaan, Beatrixplein,
    Nieuwezijds, Schoolstraat, Lindenlaan, Burgemeester de Vlugtlaan`,
  mobile: '6',
  trades: 'Logistiek, Verzekeringen, Bloemen, Techniek, Uitgeverij, Zuivel, Scheepvaart, Energie',
  legalForms: 'B.V., N.V., Coöperatie U.A.',
}
