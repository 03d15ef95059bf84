/** Characters that given names are made of (Ministry of Public Security's yearly name reports): together more than nine tenths of them. */
export const givenCharacters: ReadonlySet<string> = new Set(
  '伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉力永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信杰子岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘嘉琼珍贞莉娣岚苑婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希欣飘育滢馥筠柔竹霭凝晓欢枫芸菲寒伊亚宜可姬舒影荔枝慧巧美淑惠珠翠雅芝玉萍红娥玲芬燕彩春菊凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳琦晶妍茜秋珊莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇梦帅帆杨花柳成兵想阳莹小坤凯俊璐峰梓涵轩然宇诗雨萱奕语彤熙墨睿昊恒东西南北方长根保喜来仙银水土金宝康宗传正光连继尚守忠孝礼智培培新章田立晋钢铁衡锋钰铭鑫淼森焱垚炜烨煜灿灵圆圣均城培堂增境大天太夏奎威子存学安定实容宾密少尧展岳川州巍希常幼庭廷彦征律微恩恬悠情意愉成所才扬承拓振捷掌敦斐新旺昂昌昕易星映昱晖晗晟景晴智暄曦朝末本杉权来松析果柏标桐桃桥梧森楚榆槐樱欧武殿毅毓民汉池沁沛沐沙治泉泓洁津洪润涌涓涵淇深清渊渝湘源溪滔满漪潇澄澍濡焕煌然照熠爵玄玖玥玫珂珏珑珞现理琅琪琮瑛瑜璇璋璟瓅生甜甫男畅略百皓盈盼益相睦矢石研硕碧磊祖祺禄禾秉科秦程稳穆空笑笛符筱简紫红纪纬纹绅经绪缘美群翊翎耀聚肖胤能自至航良艾芃芊芙芮苏苒茹莹菁萌葵蒙蓝蕾薪藏虎虹蝶衍裴西观解言让许诗诺谊豫贤赫超越路轶达迎运远连迪逸道遥邵郁醒里野钊铮镇锐镕镜闯闻阔陶隆雁雄雯霄霆霏靖韬音顶项顺颂领颜飒香馨骁骏高魁鲁鸽鸿鹃鹤麒麟黎'.split(
    '',
  ),
);

const initials = '(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?';
const finals = '(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ue|ui|uo|er|ve|vn|a|e|i|o|u|v)';
/** One or two syllables of Hanyu Pinyin (GB/T 16159) without tones. */
export const pinyinGiven = new RegExp(`^${initials}${finals}(?:[-']?${initials}${finals})?$`);

/** Surnames in pinyin. */
export const pinyinSurnames: ReadonlySet<string> = new Set(
  'wang li zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng yu dong xiao cheng cao yuan deng fu shen zeng peng lu lv su jiang cai jia ding wei xue ye yan pan du dai xia zhong tian ren fan fang shi yao tan sheng zou xiong jin lei hao gong bai qin qiu hou jia meng gu shao wan duan qian yin chang wen qi kang mao niu gan kong ge shu zhuang ji qu xiang nie shang mei mo tong lan zuo cui bao pang xin guan zu jian ouyang sima zhuge shangguan situ'.split(
    ' ',
  ),
);

/** Given names that are common where names are written in Latin letters. */
export const latinGiven: ReadonlySet<string> = new Set(
  'james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony mark donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander patrick frank raymond jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle noah ethan jeremy walter christian keith roger terry austin sean gerald carl harold dylan arthur lawrence jordan jesse bryan billy bruce gabriel joe logan alan juan albert willie elijah wayne randy vincent russell louis philip bobby johnny bradley mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison frances kathryn janice jean abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa diana natalie brittany charlotte marie kayla alexis lori erica erika tiffany crystal chelsea courtney holly jamie misty kristen erin april tammy tracy dana shannon wendy angel luis carlos antonio miguel ahmed mohammed muhammad ali ivan olga elena natalia dmitri sergei'.split(
    ' ',
  ),
);
