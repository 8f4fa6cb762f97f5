"""Names of people in a folded text.

The tagger takes many words for names (明白, 晋级, 段时间), so a name must also look like one: by a surname, and, where it
could be a word, by what stands next to it.
"""

import re
from functools import lru_cache

import rjieba

from index.records import Span
from qa.words import Word

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江"
    "尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤习温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单"
    "季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬"
)
_FOREIGN = re.compile("[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8})+")
_TITLE = re.compile(
    "(?:长|席|记|授|任|士|员|师|者|人|监|裁|官|导演|主播|律师|教练|队医|院士|先生|女士|冠军|被告|原告|叫|名为|姓名)$"
)
_DOES = re.compile(
    "(?:说|表示|称|介绍|指出|认为|告诉|透露|强调|坦言|回忆|出生|担任|出任|当选|获得|任|先生|女士|教授|院士|主任|、|等人)"
)
NEAR = 3
"""Characters on each side in which such a word is looked for."""


def people_in(folded: str, words: list[Word]) -> list[Span]:
    """Where people are named, in order of kind: foreign names first."""
    foreign = [Span(*m.span()) for m in _FOREIGN.finditer(folded)]
    return foreign + [s for tag, s in words if tag.startswith("nr") and _is_person(folded, s)]


def _is_person(folded: str, span: Span) -> bool:
    name = span.of(folded)
    if not 2 <= len(name) <= 4 or "·" in name:
        return False
    if name[0] not in SURNAMES:  # as a foreign name is written: 特朗普
        return len(name) > 2 and not _is_word(name[1:]) and not _is_word(name[:-1])
    before, after = folded[max(0, span.start - NEAR) : span.start], folded[span.end : span.end + NEAR]
    if _TITLE.search(before) or _DOES.match(after):
        return True
    return len(name) == 3 and not _is_word(name[1:])


@lru_cache(maxsize=4096)
def _is_word(text: str) -> bool:
    """Whether characters are an ordinary word: 时间 of 段时间."""
    found = rjieba.tag(text)
    return len(found) == 1 and not found[0][1].startswith(("nr", "x"))
