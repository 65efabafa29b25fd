/** Danish names; towns and firms of Denmark. */
import type { Culture } from './culture.ts'

export const danish: Culture = {
  language: 'da',
  country: 'DK',
  dial: '45',
  male: `Jørgen, Søren, Niels, Lars, Jens, Anders, Mads, Rasmus, Mikkel, Frederik, Magnus, Kasper, Bjørn, Åge, Torben,
    Preben, Henning, Flemming, Asbjørn, Kåre, Thorbjørn, Esben, Jeppe, Nikolaj, Ejnar, Villads, Storm, Laurits, Emil,
    Hans-Christian`,
  female: `Mette, Kirsten, Hanne, Bodil, Inge, Birthe, Lærke, Freja, Maja, Ida, Signe, Line, Pernille, Dorthe, Bente,
    Gitte, Søs, Kæthe, Astrid, Rikke, Trine, Camilla, Vibeke, Sofie, Karoline, Anne-Grethe, Solvej, Tove, Ulla, Åse`,
  family: `Jensen, Nielsen, Hansen, Pedersen, Andersen, Christensen, Larsen, Sørensen, Rasmussen, Jørgensen, Petersen,
    Madsen, Kristensen, Olsen, Thomsen, Christiansen, Poulsen, Johansen, Møller, Mortensen, Knudsen, Jakobsen,
    Frederiksen, Mikkelsen, Lund, Holm, Schultz, Østergaard, Kjær, Bach, Nørgaard, Skov, Bæk, Højgaard, Lauritsen, Bang,
    Søndergaard, Kjeldsen, Dahl, Friis, Bjerregaard, Nygaard, Ørsted, Grønbæk, Åbenrå, Hjorth-Nielsen, Krogh, Vestergaard`,
  maidenPercent: 10,
  nicknames: 'Frederik=Freddy, Nikolaj=Niko, Karoline=Line-Marie, Kirsten=Kis, Rasmus=Ras, Pernille=Nille',
  honorifics: 'Dr., Prof., Cand.jur.',
  cities: `København|Hovedstaden|33|1###, Aarhus|Midtjylland|86|80##, Odense|Syddanmark|65|50##, Aalborg|Nordjylland|98|90##,
    Helsingør|Hovedstaden|49|30##, Sønderborg|Syddanmark|74|64##, Køge|Sjælland|56|46##, Tønder|Syddanmark|73|62##`,
  streets: `Strøget, Nørregade, Østerbrogade, Vestergade, Søndergade, Åboulevarden, Skovvej, Kirkevej, Møllevej,
    Havnegade, Birkevænget, Rådhuspladsen`,
  mobile: '20',
  trades: 'Forsikring, Rederi, Mejeri, Energi, Møbler, Medicin, Forlag, Vindkraft',
  legalForms: 'A/S, ApS',
}
