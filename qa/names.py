"""Names of bodies (courts, companies, universities) in a folded text."""

import re

from index.records import Span
from qa.gazetteer import place_spans
from qa.words import Word, tagged

_KINDS = re.compile(r"(?:法院|检察院|公司|集团|大学|学院|医院|银行|研究院|研究所|科学院|委员会|协会|俱乐部|中学|小学)$")
_GENERIC = re.compile(
    r"(?:人民|上市|商业|理工|中心|音乐|美术|体育|师范|医学|中级|高级|最高|股份|有限|国有|科技|职业|技术|综合|专科|第?[\d一二三四五六七八九十]++)*+"
    + _KINDS.pattern
)
"""What many bodies are called."""
_OF_ANY_PLACE = re.compile(r"(?:公司|集团)$|^..(?:市|省)?(?:医院|学院|协会|俱乐部|中学|小学)$")
"""Kinds of which a place has many: 苏州医院 is any of them, 武汉市中心医院 is one."""
MIN_NAME = 4
"""Characters."""
_PROPER = ("ns", "nr", "nt", "nz", "j", "eng")
"""Tags of words that tell one body from another: 武汉大学 is a name, 音乐学院 is a kind."""
_PART = ("n", "j", "b", "a", "eng", "vn", "s", "z")
"""Tags, or their first letters, of words that a name may have."""

COMPANY = re.compile(
    r"(?!该|本|这|那|各|两|多|全|某|一|家)[\u4e00-\u9fff]{2,6}?(?:公司|集团|大学|医院|银行)(?!的?(?:董事|员工|负责))"
)
"""Bodies by the form of their names, whatever these are made of."""
SOMEBODY = re.compile(
    "(?:(?![的了在有是某对将把被与及或该向从到为由于以和据去来给让使叫请找问见说称因自至其此每各另跟同不也就都])[\u4e00-\u9fff]|(?<=[长员人师])[和于向])(?:某某|某(?![公地市些种个人日月年某媒网大小高银商品学医县区镇村省国企机部单位项]))"
)
"""People without their given names, which the tagger cuts: 费某, 史某某."""


def bodies_in(folded: str) -> list[Span]:
    """Where bodies are named, in order: the words before 法院, 公司 and the like as far as they belong to the name."""
    words = tagged(folded)
    found: list[Span] = []
    for last, (_, span) in enumerate(words):
        if not _KINDS.search(span.of(folded)):
            continue
        first = last
        begin = found[-1].end if found else 0
        while first > 0 and words[first - 1][1].start >= begin and _goes_on(words, first, folded):
            first -= 1
        name = Span(words[first][1].start, span.end)
        if _is_name(name.of(folded), words[first : last + 1], folded):
            found.append(name)
    return found


def _is_name(text: str, words: list[Word], folded: str) -> bool:
    """Whether words tell a body from others of its kind: 武汉大学 does, 理工大学 and 德国公司 do not."""
    if len(text) < MIN_NAME or _GENERIC.fullmatch(text):
        return False
    telling = [span.of(folded) for tag, span in words if tag.startswith(_PROPER)]
    if _OF_ANY_PLACE.search(text):
        return any(not place_spans(word) for word in telling)
    return bool(telling)


def _goes_on(words: list[Word], first: int, folded: str) -> bool:
    """Whether the word before a name belongs to it: 第二 does, other numbers do not; what stands before 市 always."""
    tag, span = words[first - 1]
    if folded[words[first][1].start] in "市县区省":
        return tag[:1] not in "xpc"
    word = span.of(folded)
    if len(word) > 1 and word[0] in "市县":  # 市薰 of 栗子市薰衣区
        return True
    return tag.startswith(_PART) or (tag == "m" and word.startswith("第"))
