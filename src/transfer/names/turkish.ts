/** Turkish names, with dotted and dotless i. */
import type { Culture } from './culture.ts'

export const turkish: Culture = {
  language: 'tr',
  country: 'TR',
  dial: '90',
  male: `Mehmet, Mustafa, Ahmet, Ali, Hüseyin, Hasan, İbrahim, İsmail, Osman, Murat, Ömer, Ramazan, Halil, Süleyman,
    Çağrı, Uğur, Özgür, Barış, Yiğit, Işık, Kağan, Doğukan, Emre, Burak, Oğuz, Şükrü, Gökhan, Tuğrul, Alperen,
    Cüneyt`,
  female: `Fatma, Ayşe, Emine, Hatice, Zeynep, Elif, Meryem, Şerife, Zehra, Sultan, Hanife, Merve, Havva, Özlem,
    Gülşen, Çiğdem, Şeyma, İrem, Büşra, Tuğba, Ebru, Aslı, Işıl, Nurgül, Yağmur, Pınar, Ülkü, Gökçe, Sıla, Müge`,
  family: `Yılmaz, Kaya, Demir, Çelik, Şahin, Yıldız, Yıldırım, Öztürk, Aydın, Özdemir, Arslan, Doğan, Kılıç, Aslan,
    Çetin, Kara, Koç, Kurt, Özkan, Şimşek, Polat, Korkmaz, Çakır, Erdoğan, Güneş, Ateş, Yavuz, Can, Acar, Tekin,
    Avcı, Işık, Türk, Güler, Bulut, Taş, Uçar, Sarı, Keskin, Ünal, Turan, Gül, Özer, Bozkurt, Karataş, Göğüş,
    Ağaoğlu, İnce`,
  nicknames: 'Mehmet=Memo, İbrahim=İbo, Süleyman=Sülo, Mustafa=Musti, Fatma=Fatoş, Zeynep=Zeyno, Hatice=Hatçe',
  honorifics: 'Dr., Prof. Dr., Doç. Dr.',
  cities: `İstanbul|Marmara|212|34###, Ankara|Ankara|312|06###, İzmir|Ege|232|35###, Bursa|Bursa|224|16###,
    Diyarbakır|Diyarbakır|412|21###, Eskişehir|Eskişehir|222|26###, Muğla|Muğla|252|48###,
    Şanlıurfa|Şanlıurfa|414|63###`,
  streets: `İstiklal Caddesi, Atatürk Bulvarı, Cumhuriyet Caddesi, Bağdat Caddesi, Gül Sokağı, Çınar Sokağı,
    Fevzi Çakmak Caddesi, Kızılırmak Sokağı, Gazi Caddesi, İnönü Caddesi, Işıklar Sokağı, Yeşilöz Sokağı`,
  mobile: '532',
  trades: 'Sigorta, Lojistik, Tekstil, İnşaat, Enerji, Gıda, Makine, Çimento',
  legalForms: 'A.Ş., Ltd. Şti.',
}
