/** Hungarian names; towns and firms of Hungary. */
import type { Culture } from './culture.ts'

export const hungarian: Culture = {
  language: 'hu',
  country: 'HU',
  dial: '36',
  male: `László, István, József, János, Zoltán, Sándor, Gábor, Ferenc, Attila, Péter, Tamás, Zsolt, Tibor, András,
    Csaba, Imre, Lajos, György, Balázs, Gyula, Mihály, Károly, Róbert, Béla, Dániel, Ádám, Krisztián, Miklós,
    Norbert, Ödön`,
  female: `Mária, Erzsébet, Katalin, Ilona, Éva, Anna, Zsuzsanna, Margit, Judit, Ágnes, Andrea, Erika, Krisztina,
    Irén, Eszter, Magdolna, Mónika, Edit, Gabriella, Szilvia, Anikó, Tímea, Réka, Orsolya, Emőke, Tünde, Piroska,
    Boglárka, Csilla, Ibolya`,
  family: `Nagy, Kovács, Tóth, Szabó, Horváth, Varga, Kiss, Molnár, Németh, Farkas, Balogh, Papp, Takács, Juhász,
    Lakatos, Mészáros, Oláh, Simon, Rácz, Fekete, Szilágyi, Török, Fehér, Balázs, Gál, Kis, Szűcs, Kocsis, Pintér,
    Fodor, Orsós, Szalai, Sipos, Magyar, Lukács, Gulyás, Bíró, Király, Katona, László, Jakab, Bogdán, Balog, Sándor,
    Boros, Fazekas, Kőszegi, Győrffy-Ürmös`,
  maidenPercent: 20,
  nicknames: 'István=Pista, József=Jóska, László=Laci, Erzsébet=Bözsi, Katalin=Kati, Zsuzsanna=Zsuzsa, Ferenc=Feri',
  honorifics: 'Dr., Prof.',
  cities: `Budapest|Budapest|1|1###, Debrecen|Hajdú-Bihar|52|40##, Szeged|Csongrád|62|67##, Pécs|Baranya|72|76##,
    Győr|Győr-Moson-Sopron|96|90##, Székesfehérvár|Fejér|22|80##, Nyíregyháza|Szabolcs|42|44##,
    Miskolc|Borsod|46|35##`,
  streets: `Kossuth Lajos utca, Petőfi utca, Rákóczi út, Széchenyi tér, Fő utca, Bartók Béla út, Dózsa György út,
    Váci utca, Jókai utca, Ady Endre út, Béke tér, Tűzoltó utca`,
  mobile: '30',
  trades: 'Biztosító, Gyógyszer, Gépgyár, Borászat, Energia, Kiadó, Építő, Szállítás',
  legalForms: 'Kft., Zrt., Nyrt.',
}
