/** Chinese names in simplified characters; towns and firms of China. */
import type { Culture } from './culture.ts'

export const chinese: Culture = {
  language: 'zh',
  country: 'CN',
  dial: '86',
  male: `志强=Zhiqiang, 建国=Jianguo, 伟=Wei, 浩然=Haoran, 明=Ming, 俊杰=Junjie, 文博=Wenbo, 子轩=Zixuan, 宇航=Yuhang, 国庆=Guoqing,
    建华=Jianhua, 海涛=Haitao, 鹏=Peng, 志远=Zhiyuan, 永福=Yongfu, 天佑=Tianyou, 博文=Bowen, 晓东=Xiaodong, 立新=Lixin, 少华=Shaohua,
    光辉=Guanghui, 家豪=Jiahao, 世杰=Shijie, 一鸣=Yiming, 振宇=Zhenyu`,
  female: `芳=Fang, 丽娜=Lina, 秀英=Xiuying, 娟=Juan, 静=Jing, 敏=Min, 雪梅=Xuemei, 婷婷=Tingting, 欣怡=Xinyi, 雨桐=Yutong,
    诗涵=Shihan, 梦洁=Mengjie, 玉兰=Yulan, 桂英=Guiying, 晓燕=Xiaoyan, 红=Hong, 佳怡=Jiayi, 思雨=Siyu, 美玲=Meiling, 春花=Chunhua,
    淑珍=Shuzhen, 海燕=Haiyan, 月=Yue, 慧=Hui, 若曦=Ruoxi`,
  family: `王=Wang, 李=Li, 张=Zhang, 刘=Liu, 陈=Chen, 杨=Yang, 黄=Huang, 赵=Zhao, 吴=Wu, 周=Zhou, 徐=Xu, 孙=Sun, 马=Ma, 朱=Zhu,
    胡=Hu, 郭=Guo, 何=He, 林=Lin, 高=Gao, 罗=Luo, 郑=Zheng, 梁=Liang, 谢=Xie, 宋=Song, 唐=Tang, 韩=Han, 冯=Feng, 邓=Deng, 曹=Cao,
    彭=Peng, 曾=Zeng, 肖=Xiao, 田=Tian, 董=Dong, 潘=Pan, 袁=Yuan, 蔡=Cai, 蒋=Jiang, 余=Yu, 杜=Du, 叶=Ye, 程=Cheng, 魏=Wei, 苏=Su,
    吕=Lv, 丁=Ding, 沈=Shen, 欧阳=Ouyang, 司马=Sima, 诸葛=Zhuge`,
  honorifics: '博士, 教授',
  nicknames: '志强=小强, 建国=老建, 伟=阿伟, 静=小静, 美玲=玲玲, 佳怡=佳佳, 浩然=浩浩',
  cities: `Beijing|Beijing|10|1000##, Shanghai|Shanghai|21|2000##, Guangzhou|Guangdong|20|5100##,
    Shenzhen|Guangdong|755|5180##, Chengdu|Sichuan|28|6100##, Hangzhou|Zhejiang|571|3100##, Wuhan|Hubei|27|4300##,
    Xi'an|Shaanxi|29|7100##`,
  streets: '中山路, 人民路, 解放路, 建设路, 和平街, 长安街, 南京路, 北京路, 新华路, 文化路, 朝阳路, 胜利街',
  mobile: '138',
  trades: 'Technology, Electronics, Trading, Motors, Steel, Logistics, Pharma, Textile',
  legalForms: 'Co. Ltd, Group Co. Ltd',
}
