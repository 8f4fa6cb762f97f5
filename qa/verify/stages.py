"""Stages: what was only begun, asked for or feared is not done, granted or so: 建成 where the source says 开工."""

import re
from collections.abc import Iterator

from qa.verify.alignment import aligned
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_STAGES = (
    ("通过(?=了|$|[^,]{0,10}(?:条例|草案|法|方案|决议|预案|提案|议案|规划|报告|决定))|批准|同意|核准|获批|批复", "审议|提请审|讨论|征求意见|申请|申报|上报"),
    ("签署|签订|签约|签字", "洽谈|谈判|磋商"), ("判处|被判|获刑|判.{0,4}(?:死刑|有期|无期|徒刑)|罪名成立", "提起公诉|求刑|建议(?:判处|量刑)|量刑建议"),
    ("逮捕|被捕|被拘|拘捕|抓获|落网|批捕", "传唤|约谈"), ("建成|竣工|完工|落成|投用|通车", "开工|动工|在建|奠基"), ("确诊", "疑似"),
    ("死亡|遇难|身亡|丧生|罹难|去世|不治|[死亡](?!者)", "受伤|失踪|失联"), ("当选|胜选|获胜|成为", "参选|竞选|被提名"),
    ("夺冠|获得?.{0,10}(?:冠军|第一名|金牌)|获奖|获得?.{0,12}奖(?!提名)|摘得", "入围|参赛|获?提名"), ("毕业|获.{0,6}学位", "就读|在读|入学|任教|执教"),
)  # fmt: skip
"""What is done, and what may come before it or in its place."""
_PATTERNS = [(re.compile(done), re.compile(before)) for done, before in _STAGES]

SHARE = 0.5
"""Of a statement's clause without the word for its stage, from which on a cited clause speaks of the same thing."""


def check_stages(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """What the statement says to be done where the clause cited has an earlier stage, and nothing cited has this one."""
    for clause in statement.clauses:
        words = clause.of(statement.folded)
        for done, before in _PATTERNS:
            match = done.search(words)
            if match is None or before.search(words) or any(done.search(before.sub(" ", t.folded)) for t in cited):
                continue
            found = aligned(done.sub(" ", words), cited)
            if found and found.share >= SHARE and (there := before.search(found.words)):
                yield Finding(Kind.MODALITY, match.group(), there.group())
