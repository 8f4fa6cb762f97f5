"""Plans told as facts: 已建成 where the source says 计划建成."""

import re
from collections.abc import Iterator

from qa.verify.alignment import Aligned, aligned
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_PLANNED = re.compile(
    "(?<![重主需必还])要(?:新建|建成|达到|实现|新增|培育|增加|打造)|计划(?!生育|经济)|规划[建到于]|(?<![模虚比草])拟(?!人)|预计|预期|力争|争取|有望|打算|或将|涉嫌|据传"
    "|将(?:于|在|会|要|达|有(?!关)|成为|建|新增|新建|实现|推出|举行|举办|召开|启动|开展|继续|进一步|突破|超过|投资|投入|开工|开业|上市|播出|发布)"
)
"""Words of what is not so yet, or not for certain."""
_OPEN = re.compile(
    rf"{_PLANNED.pattern}|将|会|可能|目标|决定|趋势|未来(?=[,几]|[一二三四五六七八九十两0-9]+年|将|会)|方案|规划|草案|到(?:19|20)\d\d年"
)
"""Words with which a statement leaves that open; 到2027年 does too."""

_BY = re.compile(r"到((?:19|20)\d\d)年")

_NOW = re.compile("现有|目前|现在|截至")
_DOUBTED = re.compile("网传|谣传|谣言|传言|传闻|不实|辟谣|否认|指控|控告")
_IF = re.compile(r"如果|假如|假使|一旦|除非|倘若|(?<![\u4e00-\u9fff])若(?!干|是|何|无)")

SHARE = 0.5
"""Of a statement's clause, from which on a cited clause speaks of the same thing."""
MIN_CLAUSE = 6
"""Characters of a clause that says something by itself."""


def check_modality(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Clauses of the statement that their source tells as a plan, a guess, a rumour or a charge, or on a condition, in
    sentences that have no word of that. A condition left out is a statement too exact."""
    for sentence in statement.sentences:
        for clause in (
            c for c in statement.clauses if sentence.start <= c.start < sentence.end and c.end - c.start >= MIN_CLAUSE
        ):
            words = clause.of(statement.folded)
            found = aligned(words, cited)
            if found is None or found.share < SHARE:
                continue
            told = sentence.of(statement.folded)
            if match := _hedge(found, told):
                yield Finding(Kind.MODALITY, words, match.group())
            elif not _IF.search(told) and (match := _condition(found)):
                yield Finding(Kind.EXACTNESS, words, match.group())


def _hedge(found: Aligned, statement: str) -> re.Match[str] | None:
    """What of the source's sentence makes it no fact, and the statement does not say."""
    folded, whole = found.text.folded, found.text.sentence_of(found.clause.start)
    if not _DOUBTED.search(statement) and (match := _DOUBTED.search(folded, whole.start, whole.end)):
        return match
    if _OPEN.search(statement):
        return None
    return _PLANNED.search(folded, whole.start, found.clause.end) or _aim(found, whole.start, statement)


def _condition(found: Aligned) -> re.Match[str] | None:
    """On what condition the source's clause, or the one before it, says so."""
    whole = found.text.sentence_of(found.clause.start)
    begin = max(whole.start, found.text.clause_of(max(found.clause.start - 2, 0)).start)
    return _IF.search(found.text.folded, begin, found.clause.end)


def _aim(found: Aligned, begin: int, statement: str) -> re.Match[str] | None:
    """A year after that of publication by which something is to be, and which the statement does not name."""
    published = found.text.published[:4]
    aims = _BY.finditer(found.text.folded, begin, found.clause.end) if published else ()
    is_now = _NOW.search(statement)
    return next((aim for aim in aims if aim[1] > published and aim[1] not in statement and not is_now), None)
