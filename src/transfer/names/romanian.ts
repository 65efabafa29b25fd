/** Romanian names; towns and firms of Romania. */
import type { Culture } from './culture.ts'

export const romanian: Culture = {
  language: 'ro',
  country: 'RO',
  dial: '40',
  male: `Andrei, Ștefan, Alexandru, Ion, Gheorghe, Vasile, Constantin, Mihai, Cătălin, Răzvan, Bogdan, Florin, Adrian,
    Ionuț, Dănuț, Marius, Cristian, Sorin, Liviu, Ovidiu, Tudor, Radu, Vlad, Călin, Nicolae, Dumitru, Horațiu, Lucian,
    Eugen, Șerban`,
  female: `Maria, Elena, Ioana, Andreea, Mihaela, Cristina, Daniela, Gabriela, Ștefania, Raluca, Simona, Mădălina, Cătălina,
    Alina, Anca, Roxana, Ramona, Luminița, Săndica, Viorica, Rodica, Lăcrămioara, Doina, Ileana, Adina, Denisa, Corina,
    Nicoleta, Brândușa, Oana`,
  family: `Popa, Popescu, Ionescu, Radu, Dumitru, Stan, Stoica, Gheorghe, Matei, Ciobanu, Rusu, Constantin, Munteanu,
    Mocanu, Marin, Dobre, Barbu, Nistor, Florea, Dinu, Dumitrescu, Georgescu, Moldoveanu, Ungureanu, Tănase, Păun,
    Șerban, Țurcanu, Vlăduț, Lăzărescu, Bălan, Niță, Crăciun, Mărginean, Câmpeanu, Brâncuș, Sârbu, Văcărescu, Ardelean,
    Pârvulescu, Hanganu, Ștefănescu, Cojocaru, Oprea, Enache, Manole, Grădinaru, Zăvoianu`,
  maidenPercent: 15,
  nicknames: 'Alexandru=Alex, Ștefan=Fane, Ion=Nelu, Gheorghe=Gicu, Gabriela=Gabi, Nicolae=Nicu, Mihaela=Miha',
  honorifics: 'Dr., Prof., Ing.',
  cities: `București|București|21|01####, Cluj-Napoca|Cluj|264|40####, Timișoara|Timiș|256|30####, Iași|Iași|232|70####,
    Constanța|Constanța|241|90####, Brașov|Brașov|268|50####, Târgu Mureș|Mureș|265|54####, Ploiești|Prahova|244|10####`,
  streets: `Strada Mihai Eminescu, Calea Victoriei, Bulevardul Unirii, Strada Florilor, Piața Libertății, Strada Horea,
    Strada Lungă, Aleea Teilor, Strada Ștefan cel Mare, Strada Gării, Bulevardul Carol I, Strada Primăverii`,
  mobile: '72',
  trades: 'Asigurări, Logistică, Construcții, Energie, Textile, Mobilă, Software, Petrol',
  legalForms: 'S.A., S.R.L.',
}
