/** Swedish names; towns and firms of Sweden. */
import type { Culture } from './culture.ts'

export const swedish: Culture = {
  language: 'sv',
  country: 'SE',
  dial: '46',
  male: `Lars, Mikael, Anders, Johan, Erik, Per, Karl, Jan-Åke, Göran, Björn, Håkan, Åke, Sören, Jörgen, Östen,
    Gösta, Fredrik, Gustav, Oskar, Axel, Viktor, Nils, Sven, Bengt, Lennart, Kjell, Tord, Ulf, Torbjörn, Måns`,
  female: `Anna, Eva, Karin, Kristina, Malin, Åsa, Märta, Elsa, Linnéa, Ebba, Saga, Frida, Ingrid, Gunilla,
    Birgitta, Kerstin, Lovisa, Maj-Britt, Ann-Sofie, Ulla, Hjördis, Tove, Sigrid, Astrid, Desirée, Agneta, Annika,
    Désirée-Marie, Ylva, Siv`,
  family: `Andersson, Johansson, Karlsson, Nilsson, Eriksson, Larsson, Olsson, Persson, Svensson, Gustafsson,
    Pettersson, Jonasson, Jansson, Hansson, Bengtsson, Jönsson, Lindberg, Jakobsson, Magnusson, Lindström,
    Lindqvist, Bergström, Axelsson, Lundberg, Bergqvist, Sjöberg, Wallin, Engström, Åkesson, Öberg, Nyström, Hägg,
    Söderberg, Ekström, Åberg, Lindgren, Sandström, Holmqvist, Björklund, Löfgren, Norén, Wikström, Östlund,
    Hedlund, Strömbäck, Sjögren, Lidén, Gyllenhök`,
  nicknames: 'Mikael=Micke, Gustav=Gurra, Fredrik=Fredde, Lars=Lasse, Karl=Kalle, Birgitta=Gittan, Kristina=Stina',
  honorifics: 'Dr, Prof., Docent',
  cities: `Stockholm|Stockholm|8|11# ##, Göteborg|Västra Götaland|31|41# ##, Malmö|Skåne|40|21# ##,
    Uppsala|Uppsala|18|75# ##, Umeå|Västerbotten|90|90# ##, Örebro|Örebro|19|70# ##,
    Linköping|Östergötland|13|58# ##, Luleå|Norrbotten|920|97# ##`,
  streets: `Storgatan, Kungsgatan, Drottninggatan, Järnvägsgatan, Skolgatan, Västra Ågatan, Östra Ringvägen,
    Björkvägen, Sjövägen, Ängsgatan, Hamngatan, Trädgårdsgatan`,
  mobile: '70',
  trades: 'Försäkring, Skogsbruk, Stål, Mekanik, Möbler, Energi, Förlag, Sjöfart',
  legalForms: 'AB, HB',
}
