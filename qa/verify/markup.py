"""Links, tags and other code: what a text for readers has only where its source has it too."""

import re
from collections.abc import Iterator

from qa.verify.analysed import Analysed
from qa.verify.finding import Finding, Kind

_CODE = re.compile(
    r"(?:https?|ftp|file|javascript|data)\s?:\s?/{0,2}[^\s，。；、）】]+|www\.[^\s，。；、）】]+|</?[a-z!][^<>]{0,200}>|<\|[^|]{0,40}\|>"
    r"|!?\[[^\[\]]{0,80}\]\([^()]{0,200}\)|\[/?inst\]|&[a-z]{2,8};|&#x?[0-9a-f]{1,6};",
    re.IGNORECASE,
)


def check_markup(statement: Analysed, texts: list[Analysed]) -> Iterator[Finding]:
    """Links, HTML tags, role tokens and the like that no cited text has, character for character."""
    for match in _CODE.finditer(statement.text):
        if not any(match[0] in text.text for text in texts):
            yield Finding(Kind.MARKUP, match[0])
