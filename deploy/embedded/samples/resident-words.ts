/** Words that sample residents are made of. Nobody real: names are put together at random. */
export const surnames =
  '王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常'.split(
    '',
  );
export const compoundSurnames = ['欧阳', '司马', '上官', '诸葛', '东方', '皇甫', '尉迟', '公孙', '慕容', '令狐', '司徒', '夏侯'] as const;
export const givenCharacters =
  '伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建国文斌宇浩然子轩梓涵雨欣思远嘉怡俊晓峰海燕春志鹏婷佳琪诗晨瑞雪博睿天佑安康乐'.split(
    '',
  );
/** Characters outside GBK: four bytes each in GB 18030, and two of them outside the basic plane. */
export const rareCharacters = ['䶮', '㛃', '𠮷', '𣲗', '𬭎'] as const;
export const minorityNames = [
  ['维吾尔族', ['阿卜杜拉', '买买提', '古丽娜尔', '热依汗', '艾力', '吐尔逊'], ['艾合买提', '卡德尔', '依明', '玉素甫', '阿布都热合曼']],
  ['藏族', ['扎西', '卓玛', '次仁', '央金'], ['顿珠', '拉姆', '旺堆', '曲珍']],
  ['哈萨克族', ['叶尔江', '阿依古丽', '巴合提'], ['别克', '努尔兰', '哈力木']],
] as const;
export const nations = ['畲族', '回族', '土家族', '苗族', '壮族', '满族'] as const;

/** Administrative division code (GB/T 2260) and the names of its levels. */
export const districts = [
  ['330102', '浙江省杭州市上城区'],
  ['330106', '浙江省杭州市西湖区'],
  ['330108', '浙江省杭州市滨江区'],
  ['330110', '浙江省杭州市余杭区'],
  ['330203', '浙江省宁波市海曙区'],
  ['330212', '浙江省宁波市鄞州区'],
  ['330302', '浙江省温州市鹿城区'],
  ['330402', '浙江省嘉兴市南湖区'],
  ['330502', '浙江省湖州市吴兴区'],
  ['330602', '浙江省绍兴市越城区'],
  ['330702', '浙江省金华市婺城区'],
  ['330802', '浙江省衢州市柯城区'],
  ['330902', '浙江省舟山市定海区'],
  ['331002', '浙江省台州市椒江区'],
  ['331102', '浙江省丽水市莲都区'],
  ['331121', '浙江省丽水市青田县'],
] as const;
export const streets = [
  '解放路',
  '人民路',
  '建设街',
  '鹤城街道新大街',
  '文一西路',
  '学院路',
  '江滨路',
  '中山北路',
  '朝晖新村',
  '油竹街道东山路',
] as const;
export const educations = ['小学', '初中', '高中', '中专', '大专', '本科', '硕士研究生', '博士研究生'] as const;
export const insurances = ['城镇职工', '城乡居民', '灵活就业', '未参保'] as const;
export const mobilePrefixes = [
  '133',
  '135',
  '136',
  '138',
  '139',
  '150',
  '151',
  '158',
  '166',
  '177',
  '180',
  '186',
  '188',
  '191',
  '199',
] as const;
export const cardPrefixes = ['622848', '621700', '622202', '621661', '622588', '621098'] as const;
