"""Metadata from the head of a plain text: its title, source, date and lead-in line.

Pages copied as text begin with a title and a byline (光纤在线编辑部 2024-08-02 09:04:56
文章来源:原文转载); articles without one often name their site in the copyright block.
"""

import re
from dataclasses import dataclass

from index.dates import parse_published
from index.fold import fold_text
from index.segment import is_heading

MAX_TITLE = 80
"""Characters. A longer first line is a paragraph."""

_BYLINE_LINES = 5
_SOURCE = re.compile(
    r"(?:文章|稿件|消息|新闻|新聞)?(?:来源|來源|稿源|出处|出處)\s*[:：]\s*([^\s　|，,；;)）]+?)(?=[\s　|，,；;)）]|(?:19|20)\d\d|$)"
)
_EDITORS = re.compile(r"^(\S{2,20}?)(?:编辑部|編輯部)(?=\s|$)")
_AFTER_DATE = re.compile(
    r"\d{1,2}(?::\d{2}){1,2}\s+(\S{2,20}?(?:报|報|网|網|社|刊|新闻|新聞|财经|財經|科技|在线|在線|日报|周刊))(?=\s|$)"
)
_DISPATCH = re.compile(r"^(\S{2,16}?)(?:讯|訊|电|電)(?=[\s(（])|^(\S{2,16}?)\s*[｜|]\s*(?=\d)")
_SITE_IN_NOTICE = re.compile(r"[注註]明\s*[“「『\"](?:稿件)?(?:来源|來源)\s*[:：]\s*([^”」』\"]+)[”」』\"]")
_NO_SOURCE = {"原文转载", "转载", "网络", "互联网", "未知", "本站", "原创", "综合"}
_WRITER = re.compile(r"(?:作者|文|撰文|记者|記者|本报记者|本報記者|通讯员)\s*[:：／/|\s]\s*\S{1,12}(?:\s|$)")
_BYLINE_WORDS = re.compile("来源|來源|作者|记者|記者|编辑|編輯|责编|稿源|字号|浏览|阅读")


@dataclass(frozen=True, slots=True)
class Headlines:
    """What the head lines say; `byline` lines are metadata, not text, and are taken out."""

    title: str = ""
    source: str = ""
    published: str = ""
    byline: tuple[int, ...] = ()
    """Numbers of the lines that are only metadata."""


def read_headlines(lines: list[str]) -> Headlines:
    """Read the head of a text given as its lines, without blank ones."""
    title = lines[0] if lines and _is_title(lines) else ""
    source = published = ""
    byline = []
    for number, line in enumerate(lines[: _BYLINE_LINES + 1]):
        if not _is_byline(line):
            continue
        byline.append(number)
        published = published or parse_published(line)
        source = source or _source_in(line)
    return Headlines(title, source, published, tuple(byline))


def source_in_notice(text: str) -> str:
    """The site that a copyright notice claims its works for: 凡本站注明“来源:X”."""
    match = _SITE_IN_NOTICE.search(text)
    return match[1].strip() if match else ""


def _is_title(lines: list[str]) -> bool:
    first = lines[0]
    if len(lines) < 2 or _is_byline(first):
        return False
    closed = first.endswith(("。", "；", "，", "、", ",", ";", "：", ":"))
    return len(first) <= MAX_TITLE and "。" not in first and (not closed or is_heading(first))


def _is_byline(line: str) -> bool:
    """A line with a date or a source and nothing that reads as a sentence."""
    if len(line) > 100 or "。" in line:
        return False
    rest = re.sub(r"[\d\s:：/.年月日-]+", "", line)
    dated = bool(parse_published(line)) and len(rest) <= 40 and "，" not in line
    if dated and (len(rest) <= 12 or _BYLINE_WORDS.search(line)):
        return True
    return len(line) <= 60 and bool(_SOURCE.match(line) or _WRITER.match(line)) and not line.endswith("摄")


def _source_in(line: str) -> str:
    for pattern in (_SOURCE, _EDITORS, _AFTER_DATE, _DISPATCH):
        match = pattern.search(line)
        name = next(filter(None, match.groups()), "") if match else ""
        if name and fold_text(name) not in _NO_SOURCE:
            return name
    return ""
