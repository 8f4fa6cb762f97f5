"""Plans told as facts: 已建成 where the source says 计划建成."""

import re
from collections.abc import Iterator

from qa.verify.alignment import Aligned, aligned
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_PLANNED = re.compile(
    "计划(?!生育|经济)|规划[建到于]|(?<![模虚比草])拟(?!人)|预计|预期|力争|争取|有望|打算|或将|涉嫌|据传"
    "|将(?:于|在|会|要|达|有(?!关)|成为|建|新增|新建|实现|推出|举行|举办|召开|启动|开展|继续|进一步|突破|超过|投资|投入|开工|开业|上市|播出|发布)"
)
"""Words of what is not so yet, or not for certain."""
_OPEN = re.compile(rf"{_PLANNED.pattern}|将|会|可能|目标|决定|趋势|未来|方案|规划|草案|到(?:19|20)\d\d年")
"""Words with which a statement leaves that open; 到2027年 does too."""

_BY = re.compile(r"到((?:19|20)\d\d)年")

SHARE = 0.5
"""Of a statement's clause, from which on a cited clause speaks of the same thing."""
MIN_CLAUSE = 6
"""Characters of a clause that says something by itself."""


def check_modality(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """Clauses of the statement that their source tells as a plan or a guess, in sentences that have no word of that."""
    for sentence in statement.sentences:
        if _OPEN.search(sentence.of(statement.folded)):
            continue
        for clause in (
            c for c in statement.clauses if sentence.start <= c.start < sentence.end and c.end - c.start >= MIN_CLAUSE
        ):
            words = clause.of(statement.folded)
            found = aligned(words, cited)
            if found is None or found.share < SHARE:
                continue
            begin = found.text.sentence_of(found.clause.start).start
            if match := _PLANNED.search(found.text.folded, begin, found.clause.end) or _aim(
                found, begin, sentence.of(statement.folded)
            ):
                yield Finding(Kind.MODALITY, words, match.group())


def _aim(found: Aligned, begin: int, statement: str) -> re.Match[str] | None:
    """A year after that of publication by which something is to be, and which the statement does not name."""
    published = found.text.published[:4]
    aims = _BY.finditer(found.text.folded, begin, found.clause.end) if published else ()
    return next((aim for aim in aims if aim[1] > published and aim[1] not in statement), None)
