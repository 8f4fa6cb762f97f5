"""Places that exclude each other: what holds for one province or city does not for another.

Names are folded and without 省 or 市. A country, province or prefecture-level city each has
a level; districts are not listed, since they lie inside a city that is named elsewhere.
"""

import re
from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import cache, lru_cache
from itertools import pairwise

import rjieba

from index.fold import fold_text
from index.records import Span


class Level(IntEnum):
    COUNTRY = 0
    PROVINCE = 1
    CITY = 2


_PROVINCES = """北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州
云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门"""
_CITIES = """石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁
呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 葫芦岛 长春 四平 辽源 通化
白山 松原 白城 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城
扬州 镇江 泰州 宿迁 杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州
六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶 济南 青岛 淄博
枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘
信阳 周口 驻马店 武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 恩施 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州
怀化 娄底 广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林 梧州 北海
防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安
达州 雅安 巴中 资阳 贵阳 六盘水 遵义 安顺 毕节 铜仁 昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 拉萨 日喀则 西安 铜川 宝鸡 咸阳 渭南 延安 汉中
榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 西宁 海东 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番
哈密 台北 新北 桃园 台中 台南 高雄 新竹 基隆 嘉义 雄安"""
_COUNTRIES = """中国 美国 日本 韩国 朝鲜 英国 法国 德国 意大利 西班牙 葡萄牙 荷兰 比利时 瑞士 瑞典 挪威 芬兰 丹麦 波兰 乌克兰 俄罗斯
印度 巴基斯坦 印度尼西亚 马来西亚 新加坡 泰国 越南 菲律宾 缅甸 柬埔寨 老挝 澳大利亚 新西兰 加拿大 墨西哥 巴西 阿根廷 智利 秘鲁 南非 埃及
尼日利亚 肯尼亚 埃塞俄比亚 以色列 伊朗 伊拉克 沙特阿拉伯 阿联酋 卡塔尔 土耳其 叙利亚 阿富汗 哈萨克斯坦 蒙古国 希腊 奥地利 匈牙利 捷克 爱尔兰"""
# Names whose characters are also ordinary words; taken as places only with 市 after them.
_AMBIGUOUS = frozenset(
    [
        "黄山",
        "中山",
        "吉安",
        "三明",
        "北海",
        "白银",
        "海东",
        "大同",
        "日照",
        "平凉",
        "保山",
        "南平",
        "安康",
        "安顺",
        "延安",
        "新乡",
        "金华",
        "长春",
        "固原",
        "来宾",
        "河源",
        "鹤岗",
        "白山",
        "黑河",
        "伊春",
        "永州",
        "德州",
        "宜春",
        "抚顺",
        "本溪",
        "资阳",
        "阳江",
        "丽水",
    ]
)
_ENGLISH = """beijing 北京 tianjin 天津 shanghai 上海 chongqing 重庆 hebei 河北 shanxi 山西 liaoning 辽宁 jilin 吉林 heilongjiang 黑龙江
jiangsu 江苏 zhejiang 浙江 anhui 安徽 fujian 福建 jiangxi 江西 shandong 山东 henan 河南 hubei 湖北 hunan 湖南 guangdong 广东 hainan 海南
sichuan 四川 guizhou 贵州 yunnan 云南 shaanxi 陕西 gansu 甘肃 qinghai 青海 taiwan 台湾 guangxi 广西 tibet 西藏 ningxia 宁夏 xinjiang 新疆
hongkong 香港 macau 澳门 macao 澳门 wuhan 武汉 shenzhen 深圳 guangzhou 广州 hangzhou 杭州 nanjing 南京 suzhou 苏州 wuxi 无锡 ningbo 宁波
wenzhou 温州 hefei 合肥 chengdu 成都 xian 西安 changsha 长沙 zhengzhou 郑州 jinan 济南 qingdao 青岛 dalian 大连 shenyang 沈阳 harbin 哈尔滨
changchun 长春 xiamen 厦门 fuzhou 福州 nanchang 南昌 kunming 昆明 guiyang 贵阳 nanning 南宁 haikou 海口 sanya 三亚 lanzhou 兰州 taiyuan 太原
urumqi 乌鲁木齐 lhasa 拉萨 yinchuan 银川 xining 西宁 hohhot 呼和浩特 foshan 佛山 dongguan 东莞 zhuhai 珠海 taipei 台北 taichung 台中 tainan 台南
kaohsiung 高雄 hsinchu 新竹 china 中国 japan 日本 korea 韩国 singapore 新加坡"""


_LATIN = re.compile(r"hong kong|xi['’]an|[a-z]+")
# Cities with the rank of a province exclude both.
_BOTH = frozenset("北京 天津 上海 重庆 香港 澳门".split())


@cache
def _levels() -> dict[str, Level]:
    names = dict.fromkeys(_CITIES.split(), Level.CITY)
    names |= dict.fromkeys(_PROVINCES.split(), Level.PROVINCE)
    return names | {fold_text(name): Level.COUNTRY for name in _COUNTRIES.split()}


@cache
def _pattern() -> re.Pattern[str]:
    plain = sorted((n for n in _levels() if n not in _AMBIGUOUS), key=len, reverse=True)
    marked = sorted(_AMBIGUOUS, key=len, reverse=True)
    first = "".join(sorted({name[0] for name in plain + marked}))
    # A look ahead, so that a name inside another one (or across its end) is seen too.
    return re.compile(f"(?=[{first}])(?=({'|'.join(plain)})|({'|'.join(marked)})市)")


@cache
def _english() -> dict[str, str]:
    words = _ENGLISH.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def levels_of(place: str) -> frozenset[Level]:
    """The levels of a name from `places_in`; none for one that is not listed."""
    if place in _BOTH:
        return frozenset({Level.PROVINCE, Level.CITY})
    return frozenset({_levels()[place]}) if place in _levels() else frozenset()


def place_spans(folded: str) -> list[tuple[str, Span]]:
    """Listed places that a folded text names, with where, in order; English names count too."""
    matches = list(_pattern().finditer(folded))
    starts = set(_word_starts(folded)) if matches else set()
    found = [(m[1] or m[2], Span(*m.span(1 if m[1] else 2))) for m in matches if m.start() in starts]
    for match in _LATIN.finditer(folded):
        name = _english().get(re.sub("[^a-z]", "", match.group()))
        if name:
            found.append((name, Span(*match.span())))
    return sorted(found, key=lambda pair: pair[1].start)


def _word_starts(folded: str) -> Iterator[int]:
    """Where words begin: 台中 is no place in 平台中心."""
    at = 0
    for word in rjieba.cut(folded):
        yield at
        at += len(word)


@lru_cache(maxsize=4096)
def places_in(folded: str) -> tuple[str, ...]:
    """Listed places that a folded text names, in order, each once."""
    return tuple(dict.fromkeys(name for name, _ in place_spans(folded)))


def without_provinces(folded: str) -> tuple[str, ...]:
    """The places that a folded text names but for provinces named right before a city: 深圳 of 广东省深圳."""
    spans = place_spans(folded)
    outer = {
        name
        for (name, span), (inner, after) in pairwise(spans)
        if folded[span.end : after.start] in ("", "省")
        and levels_of(name) == {Level.PROVINCE}
        and levels_of(inner) == {Level.CITY}
    }
    return tuple(dict.fromkeys(name for name, _ in spans if name not in outer))


def same_level(place: str, others: Iterable[str]) -> list[str]:
    """Those of `others` that exclude `place`: other places of a level that it has."""
    levels = levels_of(place)
    return [other for other in others if other != place and levels_of(other) & levels]


def is_city_of_others(place: str, others: Iterable[str]) -> bool:
    """Whether `others` names a city while `place` is a province: its figures are not the province's."""
    return levels_of(place) == {Level.PROVINCE} and any(levels_of(other) == {Level.CITY} for other in others)


def is_province_of_others(place: str, others: Iterable[str]) -> bool:
    """Whether `others` names a province while `place` is a mere city: its figures are not the city's."""
    return levels_of(place) == {Level.CITY} and any(levels_of(other) == {Level.PROVINCE} for other in others)
