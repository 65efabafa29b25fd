/** Korean names in Hangul; towns and firms of South Korea. */
import type { Culture } from './culture.ts'

export const korean: Culture = {
  language: 'ko',
  country: 'KR',
  dial: '82',
  male: `민준=Minjun, 서준=Seojun, 도윤=Doyun, 예준=Yejun, 시우=Siwoo, 주원=Juwon, 하준=Hajun, 지호=Jiho, 준서=Junseo, 현우=Hyunwoo,
    지훈=Jihoon, 건우=Gunwoo, 우진=Woojin, 성민=Sungmin, 동현=Donghyun, 영수=Youngsoo, 정훈=Junghoon, 상철=Sangchul, 재현=Jaehyun,
    승호=Seungho, 태영=Taeyoung, 진우=Jinwoo, 병철=Byungchul, 경수=Kyungsoo, 인호=Inho`,
  female: `서연=Seoyeon, 서윤=Seoyun, 지우=Jiwoo, 서현=Seohyun, 민서=Minseo, 하은=Haeun, 하윤=Hayun, 윤서=Yunseo, 지유=Jiyu, 지민=Jimin,
    수진=Sujin, 은지=Eunji, 혜진=Hyejin, 미경=Mikyung, 영희=Younghee, 순자=Soonja, 정숙=Jungsook, 은영=Eunyoung, 현정=Hyunjung,
    유진=Yujin, 보람=Boram, 아름=Areum, 소영=Soyoung, 나영=Nayoung, 다은=Daeun`,
  family: `김=Kim, 이=Lee, 박=Park, 최=Choi, 정=Jung, 강=Kang, 조=Cho, 윤=Yoon, 장=Jang, 임=Lim, 한=Han, 오=Oh, 서=Seo, 신=Shin,
    권=Kwon, 황=Hwang, 안=Ahn, 송=Song, 류=Ryu, 전=Jeon, 홍=Hong, 고=Ko, 문=Moon, 양=Yang, 손=Son, 배=Bae, 백=Baek, 허=Heo, 유=Yoo,
    남=Nam, 심=Shim, 노=Noh, 하=Ha, 곽=Kwak, 성=Sung, 차=Cha, 주=Joo, 우=Woo, 구=Koo, 민=Min, 나=Na, 진=Jin, 엄=Eom, 채=Chae,
    남궁=Namgung, 황보=Hwangbo, 제갈=Jegal, 선우=Sunwoo`,
  honorifics: '박사, 교수',
  nicknames: '민준=준이, 서연=연이, 영희=희야, 보람=람이, 지훈=훈이, 은지=지지',
  cities: `Seoul|Seoul|2|04###, Busan|Busan|51|48###, Incheon|Incheon|32|21###, Daegu|Daegu|53|41###,
    Daejeon|Daejeon|42|34###, Gwangju|Gwangju|62|61###, Suwon|Gyeonggi|31|16###, Jeju|Jeju|64|63###`,
  streets: '세종대로, 강남대로, 테헤란로, 종로, 을지로, 퇴계로, 한강대로, 중앙로, 학동로, 양재대로, 도산대로, 해운대로',
  mobile: '10',
  trades: 'Electronics, Motors, Chemicals, Shipbuilding, Insurance, Logistics, Foods, Games',
  legalForms: 'Co. Ltd, Inc.',
}
