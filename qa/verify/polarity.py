"""Negations and turns: does a statement say that something is, or grows, where its source says that it is not, or falls?"""

import re
from collections.abc import Iterator
from itertools import permutations

from qa.gazetteer import places_in
from qa.verify.alignment import Aligned, aligned, covered, pairs
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_NEGATOR = re.compile(
    r"(?:并|从|尚|还|毫|绝)?(?:没有?|[不未无非]|禁止|严禁|拒绝|停止)(?:会|获|能|再|曾|是|有|可以?|得|应|要|必|需|用|予|被|将)?"
)
_LEXICAL = re.compile(
    "不断|不仅|不但|不过|不少|不同|不久|不论|不管|不然|不良|不幸|不料|不妨|不等|不锈|不动产|不得不|不可或缺|不满|不足|不到|不超|不低|不高|不下|不大于|不小于|不少于|不多于|"
    "差不多|对不起|了不起|无锡|无线|无人机|无人驾驶|无论|无数|无疑|无障碍|无限|无不|无纺|无机|无缝|无形|未来|未央|未成年|未婚|未知|未必|未尝不|非常|非洲|非遗|非物质|非凡|非法|"
    "除非|是非|并非不|沉没|淹没|没收|南非|北非|东非|西非|莫非|有无|能不能|是不是|会不会|有没有|是否"
)
"""Words with such characters that deny nothing, or bounds of numbers."""
_NOBODY = re.compile("没有一[个家项位名人所座]|无一(?!例外)|没有任何")
"""What denies all that follows."""
_REACH = 5
"""Characters before a word in which it may be denied."""

_TURNS = (
    ("增长|上升|提高|增加|上涨|提升|回升|攀升|升高|走高|上调|扩大|加快|升至|升到|涨|增", "下降|减少|降低|下跌|回落|下滑|走低|下调|缩小|收窄|缩减|放缓|降至|降到|跌|减|降"),
    ("高于|超过|多于|快于|强于|大于|优于", "低于|不足|少于|慢于|弱于|小于|不及|不如"),
    ("最大|最高|最多|最快|最长|最早|首次", "最小|最低|最少|最慢|最短|最晚|末次"),
    ("同意|支持|赞成|批准|通过|接受", "反对|拒绝|否决|驳回"),
    ("允许|准许|许可|鼓励|开放", "禁用|不准|限制|取缔"),
    ("开始|启动|开工|开业|开幕|恢复|施行", "结束|终止|停工|停业|闭幕|废止"),
    ("盈利|顺差|净流入|净增", "亏损|逆差|净流出|净减"),
    ("以上", "以下"), ("流入", "流出"), ("成功", "失败"), ("胜|赢|击败", "负|输|不敌"), ("合法", "非法|违法"),
    ("加强|增强", "减弱|削弱"), ("提前", "推迟|延后"), ("买入|购入", "卖出|售出"),
    ("[高多快](?=约?近?[0-9])", "[低少慢](?=约?近?[0-9])"),
    ("保留|维持|沿用", "取消|撤销|废除"), ("加入|入选", "退出|落选"), ("上市", "退市"), ("有效", "无效|失效"), ("(?<!所)有罪(?!名)", "无罪"), ("有利(?![润息益])", "不利"),
)  # fmt: skip
"""Pairs of turns, each side in other words."""
_COUNTERPARTS = (
    ("营业收入|营收", "利润"), ("进口", "出口"), ("同比", "环比"), ("硕士", "博士"), ("城镇", "农村|乡村"),
    ("每年|年均|按年|一年", "每月|月均|按月", "每周", "每[天日]|日均|一天", "一次性"), ("人均|每人|按人", "户均|每户"),
    ("户籍人口", "常住人口"), ("原告", "被告"), ("一审", "二审"), ("男子|男性|男孩", "女子|女性|女孩"), ("左侧|左边", "右侧|右边"),
    ("母公司", "子公司"), ("买方|买家", "卖方|卖家"), ("所有|全部", "部分"),
)  # fmt: skip
"""What figures are given for side by side."""
_SCOPES = ("全球", "全国|我国", "全省", "全市", "全县|全区")
_COMPARED = re.compile("(?:占|高于|低于|超过|超|居|列|位居|助力|带动|领先)(?:了)?全[球国省市县区]")
"""A scope that something is only held against."""
_SWAPPED_SCOPES = [(re.compile(one), re.compile(other)) for one, other in permutations(_SCOPES, 2)]
_SWAPS = [(re.compile(one), re.compile(other)) for group in _COUNTERPARTS for one, other in permutations(group, 2)]
_PATTERNS = [(re.compile(up), re.compile(down)) for up, down in _TURNS]

_ANY_TURN = re.compile("|".join(side for pair in _TURNS for side in pair))

SAME = 4
"""Characters of a clause up to its turn that tell its subject."""
SHARE = 0.5
"""Of a statement's clause, from which on a cited clause speaks of the same thing."""


def check_polarity(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Denials and turns of the statement that its source says the other way round."""
    for clause in statement.clauses:
        words = clause.of(statement.folded)
        if found := aligned(words, cited):
            yield from _denied(words, found)
            yield from _swapped(words, found, cited)
        # A turn would speak for the clause that has it, and not for the one of the same subject.
        if found := aligned(_ANY_TURN.sub(" ", words), cited) or found:
            yield from _turned(words, found, cited)


def go_one_way(one: str, other: str) -> bool:
    """Whether two words are of one side of a turn: 增长 and 上升."""
    return any(side.fullmatch(one) and side.fullmatch(other) for pair in _PATTERNS for side in pair)


def _denied(words: str, found: Aligned) -> Iterator[Finding]:
    says_plainly = not _NEGATOR.search(_LEXICAL.sub("", words)) and covered(pairs(words), found.words) >= SHARE
    if says_plainly and _NOBODY.search(found.sentence):
        yield Finding(Kind.NEGATION, words, found.words)
    plain = _NEGATOR.sub("", _LEXICAL.sub("", words))
    for said in _objects(words) if covered(pairs(plain), found.sentence) >= SHARE else []:
        if said in found.sentence and not _denies(found.sentence, said):
            yield Finding(Kind.NEGATION, said)
    if covered(pairs(words), found.words) >= SHARE:
        for said in _objects(found.words):
            if said in words and not _denies(words, said) and not _affirms(found.sentence, said):
                yield Finding(Kind.NEGATION, said)


def _objects(words: str) -> list[str]:
    """What is denied: the two characters after each negator."""
    kept = _LEXICAL.sub(lambda m: "\0" * len(m.group()), words)
    ends = [m.end() for m in _NEGATOR.finditer(kept)]
    found = [words[end : end + 2] for end in ends]
    return [f for f in found if len(f) == 2 and f.isalnum()]


def _denies(text: str, said: str) -> bool:
    """Whether a text denies it wherever, or at least somewhere, that it says it."""
    return any(_is_denied(text, m.start()) for m in re.finditer(re.escape(said), text))


def _affirms(text: str, said: str) -> bool:
    return any(not _is_denied(text, m.start()) for m in re.finditer(re.escape(said), text))


def _is_denied(text: str, at: int) -> bool:
    before = _LEXICAL.sub(lambda m: "\0" * len(m.group()), text)[max(0, at - _REACH) : at]
    matches = list(_NEGATOR.finditer(before))
    between = before[matches[-1].end() :] if matches else "\0"
    return between == "" or between.isalnum()


def _turned(words: str, found: Aligned, cited: list[Analysed]) -> Iterator[Finding]:
    """A turn that neither the clause nor, without a turn of its own, its sentence or all that is cited has, where it
    has the opposite."""
    for up, down in _PATTERNS:
        for said, opposite in ((up, down), (down, up)):
            match = said.search(words)
            if match is None or opposite.search(words) or _is_denied(words, match.start()):
                continue
            if _stands_so(words[: match.end()], cited):
                continue
            if turned := _of_the_same(words[: match.start()][-2:], said, opposite, cited):
                yield Finding(Kind.DIRECTION, match.group(), turned)
                continue
            for there in (found.words, found.sentence, "\n".join(t.folded for t in cited)):
                if said.search(there):
                    break
                if other := opposite.search(there):
                    if not _is_denied(there, other.start()):
                        yield Finding(Kind.DIRECTION, match.group(), other.group())
                    break


def _stands_so(words: str, cited: list[Analysed]) -> bool:
    """Whether a clause up to its turn begins a clause of the texts just so: then it is of the same subject."""
    words = words.strip()
    begins = re.compile(rf"(?<!\w){re.escape(words)}")
    return len(words) >= SAME and any(begins.search(text.folded) for text in cited)


def _of_the_same(before: str, said: re.Pattern[str], opposite: re.Pattern[str], cited: list[Analysed]) -> str:
    """The opposite that stands right behind the same two characters, where the turn nowhere does: 对成人有效，对儿童无效."""
    if len(before) < 2 or not before.isalpha():
        return ""
    found = ""
    for text in cited:
        for there in re.finditer(re.escape(before), text.folded):
            if said.match(text.folded, there.end()):
                return ""
            if (other := opposite.match(text.folded, there.end())) and not _is_denied(text.folded, other.start()):
                found = found or other.group()
    return found


def _swapped(words: str, found: Aligned, cited: list[Analysed]) -> Iterator[Finding]:
    """One of two counterparts where the sentence cited has the other, and nothing cited has this one; of scopes, where the
    clause itself has another and names no place."""
    for said, other in _SWAPS:
        yield from _exchanged(words, found.sentence, said, other, cited)
    clause = _COMPARED.sub("", found.words)
    if not places_in(clause):
        for said, other in _SWAPPED_SCOPES:
            yield from _exchanged(words, clause, said, other, cited)


def _exchanged(
    words: str, source: str, said: re.Pattern[str], other: re.Pattern[str], cited: list[Analysed]
) -> Iterator[Finding]:
    match, there = said.search(words), other.search(source)
    if match and there and not other.search(words) and not any(said.search(t.folded) for t in cited):
        yield Finding(Kind.DIRECTION, match.group(), there.group())
