/** Hebrew names in Hebrew letters; towns and firms of Israel. */
import type { Culture } from './culture.ts'

export const hebrew: Culture = {
  language: 'he',
  country: 'IL',
  dial: '972',
  male: `דוד=David, משה=Moshe, יוסף=Yosef, אברהם=Avraham, יעקב=Yaakov, יצחק=Yitzhak, דניאל=Daniel, אורי=Uri, נועם=Noam,
    איתי=Itai, עומר=Omer, גיא=Guy, אייל=Eyal, רועי=Roi, אסף=Asaf, יונתן=Yonatan, אלון=Alon, עידו=Ido, ארז=Erez,
    נדב=Nadav, שלמה=Shlomo, חיים=Chaim, גלעד=Gilad, אריאל=Ariel, מתן=Matan`,
  female: `שרה=Sara, רחל=Rachel, מרים=Miriam, לאה=Lea, רבקה=Rivka, נועה=Noa, תמר=Tamar, יעל=Yael, מיכל=Michal, אסתר=Ester,
    חנה=Hana, שירה=Shira, מאיה=Maya, הילה=Hila, ענת=Anat, אורלי=Orly, גלית=Galit, רונית=Ronit, עדי=Adi, טליה=Talia,
    דנה=Dana, אביגיל=Avigail, נעמי=Naomi, צופיה=Tzofia, ליאור=Lior`,
  family: `כהן=Cohen, לוי=Levi, מזרחי=Mizrahi, פרץ=Peretz, ביטון=Biton, דהן=Dahan, אברהם=Avraham, פרידמן=Friedman,
    מלכה=Malka, אזולאי=Azoulay, כץ=Katz, יוסף=Yosef, דוד=David, עמר=Amar, אוחיון=Ohayon, חדד=Hadad, גבאי=Gabai,
    בן דוד=Ben-David, אדרי=Edri, לוין=Levin, טל=Tal, קליין=Klein, חן=Chen, שפירא=Shapira, חזן=Hazan, משה=Moshe,
    אשכנזי=Ashkenazi, אוחנה=Ohana, סגל=Segal, סויסה=Suissa, גולן=Golan, יצחק=Yitzhak, בר=Bar, מור=Mor, רוזנברג=Rosenberg,
    ברק=Barak, וקנין=Vaknin, שלום=Shalom, אלוני=Aloni, בן-שמעון=Ben-Shimon, גולדשטיין=Goldstein, הלוי=Halevi,
    אבו חצירא=Abuhatzira, צור=Tzur`,
  nicknames: 'יוסף=יוסי, יעקב=קובי, יצחק=איציק, אברהם=אבי, רחל=רחלי, מרים=מירי, דניאל=דני, יונתן=יוני',
  honorifics: `ד"ר, פרופ', עו"ד`,
  cities: `Tel Aviv-Yafo|Tel Aviv|3|6######, Yerushalayim|Jerusalem|2|9######, Haifa|Haifa|4|3######, Be'er Sheva|South|8|8######,
    Netanya|Center|9|4######, Rehovot|Center|8|7######, Herzliya|Tel Aviv|9|4######, Ra'anana|Center|9|4######`,
  streets: `רחוב הרצל, שדרות רוטשילד, רחוב דיזנגוף, רחוב אלנבי, רחוב יפו, רחוב בן יהודה, רחוב ויצמן, רחוב ז'בוטינסקי,
    רחוב אחד העם, דרך מנחם בגין, רחוב הנביאים, רחוב סוקולוב`,
  mobile: '54',
  trades: 'Software, Semiconductors, Pharma, Insurance, Irrigation, Robotics, Foods, Energy',
  legalForms: 'Ltd.',
}
