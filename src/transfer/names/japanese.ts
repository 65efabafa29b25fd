/** Japanese names in kanji and kana; towns and firms of Japan. */
import type { Culture } from './culture.ts'

export const japanese: Culture = {
  language: 'ja',
  country: 'JP',
  dial: '81',
  male: `翔太=Shota, 大輔=Daisuke, 健太=Kenta, 拓也=Takuya, 直樹=Naoki, 誠=Makoto, 浩=Hiroshi, 隆=Takashi, 蓮=Ren, 悠真=Yuma,
    陽翔=Haruto, 大和=Yamato, 颯太=Sota, 一郎=Ichiro, 健一=Kenichi, 和也=Kazuya, 剛=Tsuyoshi, 学=Manabu, 亮=Ryo, 雄太=Yuta, 正男=Masao,
    博之=Hiroyuki, 智=Satoshi, 修=Osamu, 秀樹=Hideki`,
  female: `美咲=Misaki, さくら=Sakura, 陽菜=Hina, 結衣=Yui, 葵=Aoi, 凛=Rin, 花子=Hanako, 恵子=Keiko, 由美子=Yumiko, 明美=Akemi,
    直美=Naomi, 真由美=Mayumi, 愛=Ai, 千尋=Chihiro, 舞=Mai, 彩=Aya, 七海=Nanami, 優子=Yuko, 久美子=Kumiko, 洋子=Yoko, 和子=Kazuko,
    幸子=Sachiko, 友香=Tomoka, めぐみ=Megumi, みどり=Midori`,
  family: `佐藤=Sato, 鈴木=Suzuki, 高橋=Takahashi, 田中=Tanaka, 伊藤=Ito, 渡辺=Watanabe, 山本=Yamamoto, 中村=Nakamura, 小林=Kobayashi,
    加藤=Kato, 吉田=Yoshida, 山田=Yamada, 佐々木=Sasaki, 山口=Yamaguchi, 松本=Matsumoto, 井上=Inoue, 木村=Kimura, 林=Hayashi,
    斎藤=Saito, 清水=Shimizu, 山崎=Yamazaki, 森=Mori, 池田=Ikeda, 橋本=Hashimoto, 阿部=Abe, 石川=Ishikawa, 山下=Yamashita,
    中島=Nakajima, 前田=Maeda, 藤田=Fujita, 小川=Ogawa, 後藤=Goto, 岡田=Okada, 長谷川=Hasegawa, 村上=Murakami, 近藤=Kondo, 石井=Ishii,
    坂本=Sakamoto, 遠藤=Endo, 青木=Aoki, 藤井=Fujii, 西村=Nishimura, 福田=Fukuda, 太田=Ota, 三浦=Miura, 岡本=Okamoto, 竹内=Takeuchi,
    小野寺=Onodera`,
  honorifics: '博士, 教授',
  nicknames: '翔太=しょうちゃん, 大輔=だいちゃん, 健太=けんちゃん, 美咲=みーちゃん, さくら=さっちゃん, 優子=ゆうちゃん',
  cities: `Tokyo|Tokyo|3|10#-####, Osaka|Osaka|6|53#-####, Nagoya|Aichi|52|46#-####, Sapporo|Hokkaido|11|06#-####,
    Fukuoka|Fukuoka|92|81#-####, Kyoto|Kyoto|75|60#-####, Sendai|Miyagi|22|98#-####,
    Hiroshima|Hiroshima|82|73#-####`,
  streets: '中央通り, 銀座通り, 本町, 栄町, 桜通り, 駅前通り, 大通り, 宮前町, 緑町, 旭町, 寺町通り, 河原町通り',
  mobile: '90',
  trades: 'Denki, Jidosha, Kagaku, Hoken, Shoji, Kogyo, Shokuhin, Unyu',
  legalForms: 'K.K., G.K.',
}
