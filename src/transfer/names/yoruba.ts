/** Yoruba names with tone marks and dots below; towns and firms of Nigeria. */
import type { Culture } from './culture.ts'

export const yoruba: Culture = {
  language: 'yo',
  country: 'NG',
  dial: '234',
  male: `Adébáyọ̀, Adéwálé, Akínwándé, Ayọ̀délé, Babátúndé, Bánkọ́lé, Gbénga, Káyọ̀dé, Kọ́láwọlé, Kúnlé, Olúṣẹ́gun, Olúwáṣeun,
    Olúfẹ́mi, Ọlátúndé, Ọládipọ̀, Rótìmí, Ṣọlá, Táyọ̀, Wálé, Yẹ̀mí, Adéníyì, Ọláṣúnkànmí, Ìdòwú, Kẹ́hìndé, Ọlálékan,
    Akínọlá, Bámidélé, Ọmọ́táyọ̀, Ṣégun, Múyìwá`,
  female: `Abọ́sẹ̀dé, Adéọlá, Àìná, Bísí, Bọ́lánlé, Bùkọ́lá, Ẹniọlá, Fọláṣadé, Fúnmiláyọ̀, Ìbùkún, Ìyábọ̀, Mọ́rẹ́nikẹ́,
    Ọlábísí, Olúwatóyìn, Ọmọ́lará, Ọmọ́tọ́lá, Ṣadé, Simisọ́lá, Tèmítọ́pẹ́, Títílayọ̀, Tòlúlọpẹ́, Wúràọlá, Yétúndé, Yéwándé,
    Ọláyínká, Adébímpé, Àbẹ̀ní, Àdùkẹ́, Mojísọ́lá, Rónkẹ́`,
  family: `Adébísí, Adéyemí, Adésínà, Adélékè, Adéọ̀ṣun, Àjàyí, Akíntọ́lá, Akínyẹmí, Aláàfin, Awólọ́wọ̀, Ayọ̀ọlá, Balógun,
    Bámgbóṣé, Dáramọ́lá, Ẹgbẹ́dá, Ekúndayọ̀, Fágbèmí, Fálọlá, Fáṣọlá, Fáyẹmí, Gbádébọ̀, Ìgè, Jẹ́gẹ́dẹ́, Kútì, Láwàní,
    Odùwọlé, Ògúnbámbo, Ògúnlànà, Ògúnmọ́lá, Ọ̀jọ́, Òkè, Ọláníyan, Ọládélé, Olúwọlé, Ọmọ́yẹlé, Onàbánjọ, Ọ̀ṣúntókun, Ọyèbọ́dé,
    Oyèlárán, Ṣóyínká, Ṣódípọ̀, Ṣónúgà, Táíwò, Tinúbú, Adéfarati, Ọbásá, Akíndélé, Ọ̀ṣọ́bà`,
  nicknames: 'Adébáyọ̀=Bayo, Babátúndé=Tunde, Olúwáṣeun=Seun, Olúfẹ́mi=Femi, Fúnmiláyọ̀=Funmi, Tèmítọ́pẹ́=Temi, Títílayọ̀=Titi',
  honorifics: 'Dr., Prof., Chief, Engr.',
  cities: `Lagos|Lagos|1|10####, Ìbàdàn|Oyo|2|20####, Abuja|FCT|9|90####, Abẹ́òkúta|Ogun|39|11####, Ọ̀ṣogbo|Osun|35|23####,
    Àkúrẹ́|Ondo|34|34####, Ilorin|Kwara|31|24####, Ẹdẹ|Osun|35|23####`,
  streets: `Awolowo Road, Broad Street, Marina, Allen Avenue, Adeola Odeku Street, Ring Road, Ikorodu Road, Bode Thomas
    Street, Iwo Road, Ahmadu Bello Way, Ogunlana Drive, Molete Road`,
  numberFirst: true,
  mobile: '803',
  trades: 'Oil Services, Insurance, Cocoa, Telecoms, Shipping, Cement, Textiles, Media',
  legalForms: 'Plc, Ltd',
}
