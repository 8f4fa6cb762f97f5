"""Stages: what was only begun, asked for or feared is not done, granted or so: 建成 where the source says 开工."""

import re
from collections.abc import Iterator

from qa.verify.alignment import aligned
from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_STAGES = (
    ("通过|批准", "审议|提请审|讨论|征求意见"), ("签署|签订|签约", "洽谈|谈判|磋商"), ("判处|被判|获刑", "提起公诉|求刑|量刑建议|建议判处"),
    ("被捕|逮捕|被拘", "传唤|约谈"), ("建成|竣工|完工|落成", "开工|动工|在建|奠基"), ("获批|批复", "申请|申报|上报"), ("确诊", "疑似"),
    ("死亡|遇难|身亡|丧生", "受伤|失踪|失联"), ("当选", "参选|竞选|被提名"), ("夺冠|获得冠军|获奖|摘得", "入围|参赛|获提名|被提名"), ("毕业", "就读|在读|入学|任教|执教"),
)  # fmt: skip
"""What is done, and what may come before it or in its place."""
_PATTERNS = [(re.compile(done), re.compile(before)) for done, before in _STAGES]

SHARE = 0.5
"""Of a statement's clause without the word for its stage, from which on a cited sentence speaks of the same thing."""


def check_stages(statement: Analysed, cited: list[Analysed]) -> Iterator[Finding]:
    """What the statement says to be done where the sentence cited has an earlier stage, and nothing cited has this one."""
    for clause in statement.clauses:
        words = clause.of(statement.folded)
        for done, before in _PATTERNS:
            match = done.search(words)
            if match is None or before.search(words) or any(done.search(text.folded) for text in cited):
                continue
            found = aligned(done.sub(" ", words), cited)
            if found and found.share >= SHARE and (there := before.search(found.sentence)):
                yield Finding(Kind.MODALITY, match.group(), there.group())
