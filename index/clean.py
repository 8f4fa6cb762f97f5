"""Keep the article, drop the rest, and remember what was dropped.

Each rule marks lines; a rule that would take more than half of the text takes nothing and
leaves a note. Then lines broken in mid-sentence are joined.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from index.fold import fold_text
from index.headlines import Headlines, read_headlines, source_in_notice
from index.records import Dropped

MOST = 0.5
"""The largest share of the text's characters that one rule may drop."""

_CJK = "\u3400-\u9fff\uf900-\ufaff"
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad\ud800-\udfff\x00-\x08\x0e-\x1f\x7f]")
_LOST_SPACE = re.compile(f"(?<=[{_CJK}，。、；：])\u00a0+(?=[{_CJK}])")
_STRAY_MARK = re.compile(f"(?<=[{_CJK}，、；,;])\\?(?=[{_CJK}0-9A-Za-z])")
_ASKS = re.compile(
    "[吗嗎呢谁誰哪几幾何怎吧]|什么|什麼|甚麼|多少|是否|为啥|能不能|是不是|有没有|有沒有|真的|对不对|好不好|行不行|可不可以"
)
MAX_NOTICE = 300
"""Characters. A longer line with a notice's words in it is an article in one line."""

_SHORT = 60
"""Characters. Furniture comes in lines shorter than this."""


@dataclass(frozen=True, slots=True)
class CleanText:
    """A cleaned text, what was dropped from it, notes for the reader, and its head lines."""

    text: str
    head: Headlines
    dropped: tuple[Dropped, ...]
    notes: tuple[str, ...]


def clean(raw: str, headings: frozenset[str] = frozenset(), head_lines: bool = True) -> CleanText:
    """Clean a decoded text. `head_lines` says whether to look for a title and byline on top."""
    lines = [line.strip() for line in _repair(raw).split("\n")]
    kept = [number for number, line in enumerate(lines) if line]
    head = Headlines()
    dropped: list[Dropped] = []
    notes: list[str] = []
    if head_lines:
        head = read_headlines([lines[n] for n in kept])
        bylines = {kept[i] for i in head.byline}
        kept = _apply("byline", bylines, lines, kept, dropped, notes)
    for rule, find in _RULES.items():
        kept = _apply(rule, find([(n, lines[n]) for n in kept]), lines, kept, dropped, notes)
    if head.source and kept and lines[kept[-1]] == head.source:
        kept = _apply("byline", {kept[-1]}, lines, kept, dropped, notes)
    if not head.source:
        notice = source_in_notice("\n".join(d.text for d in dropped))
        head = Headlines(head.title, notice, head.published, head.byline)
    return CleanText(_join(lines, kept, headings, head.title), head, tuple(dropped), tuple(notes))


def _repair(raw: str) -> str:
    """Undo what lost characters leave behind; keep a `?` that ends a real question."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = re.sub("[\v\f\x85\x1c-\x1e]", "\n", text)
    text = _INVISIBLE.sub("", text)
    text = _LOST_SPACE.sub("", text).replace("\u00a0", " ")
    return _STRAY_MARK.sub(_keep_real_question, text)


def _keep_real_question(match: re.Match[str]) -> str:
    clause = re.split("[。！？!?\n，,、；;]", match.string[max(0, match.start() - 60) : match.start()])[-1]
    return "?" if _ASKS.search(clause) else ""


def _apply(
    rule: str,
    marked: set[int],
    lines: list[str],
    kept: list[int],
    dropped: list[Dropped],
    notes: list[str],
) -> list[int]:
    """Drop the marked lines unless they are more than `MOST` of what the text has left."""
    if not marked:
        return kept
    total = sum(len(lines[n]) for n in kept)
    taken = sum(len(lines[n]) for n in marked)
    if taken > MOST * total:
        notes.append(f"rule '{rule}' would drop {taken} of {total} characters; it dropped nothing")
        return kept
    dropped.extend(Dropped(rule, block) for block in _blocks(marked, lines))
    return [n for n in kept if n not in marked]


def _blocks(marked: set[int], lines: list[str]) -> Iterable[str]:
    """Marked lines, those that stood together as one block."""
    block: list[str] = []
    for number in range(min(marked), max(marked) + 1):
        if number in marked:
            block.append(lines[number])
        elif lines[number] and block:
            yield "\n".join(block)
            block = []
    yield "\n".join(block)


NumberedLines = list[tuple[int, str]]

_NOTICE_HEAD = re.compile(
    r"^[【\[(（]?(?:版权(?:与|和|及)?免责声明|版权声明|免责声明|版权说明|版权所有|法律声明|特别声明|郑重声明|转载声明)"
)
_NOTICE_LINE = re.compile(
    r"凡本[站网]|本[站网](?:所有)?(?:转载|刊载|刊登)|本[站网]注明|授权(?:不得|禁止|转载)|(?:转载|引用)(?:请|须|时须|应)?注明|"
    r"如(?:有|遇)?(?:涉及)?(?:作品)?(?:内容、)?版权|侵权(?:联系|请)|(?:并)?不代表本[站网报刊]|copyright|©|all rights reserved|"
    r"icp(?:备|证)|违者必究|本[站网].{0,12}追究|版权联系|版权归.{0,12}所有|本文(?:仅|不构成).{0,20}(?:参考|建议)|稿件来源广泛"
)
_NOTICE_ITEM = re.compile(r"^(?:\d{1,2}[、.．)）]|[(（]?[一二三四五六]+[)）、])")
_SHARE = re.compile(
    r"扫码(?:关注|阅读|下载|进群|加入|添加|查看|分享|$)|扫一扫|扫描.{0,8}(?:二维码|关注)|二维码|公众号|朋友圈|分享(?:到|至)|分享[:：]|关注我们|点击.{0,6}关注|长按.{0,6}识别|"
    r"官方微信|官方微博|下载.{0,6}(?:app|客户端)|打开app|加入.{0,4}(?:微信|交流)群|点赞.{0,4}(?:收藏|转发)|订阅我们|欢迎订阅|更多猛料"
)
_CREDIT_HEAD = re.compile(
    r"^[(（【\[]?(?:图片来源|图片|题图|头图|配图|资料图片?|图源|图/|图\||图:|供图|摄影|摄:|.{0,15}摄$|制图|视频来源|photo|image)"
)
_EDITOR = re.compile(
    r"^[(（【\[]?(?:责任编辑|责编|编辑|校对|审核|审校|监制|流程编辑|值班编辑|编审|终审|主编|实习编辑)\s*[:：/\s]"
)
_NAVIGATION = re.compile(
    r"^(?:当前位置|您(?:现在)?的位置|首页\s*[>»/|·]|返回(?:首页|顶部|列表)|上一篇|下一篇|打印(?:本页)?$|关闭窗口|字号|【?(?:大\s*中\s*小)|(?:网站地图|联系我们|关于我们|登录|注册|搜索)$)"
)
_MENU = re.compile(r"^\S{1,8}(?:\s*[|>»｜›·]\s*\S{1,12}){2,}$")
_RELATED = re.compile(
    r"^[【\[]?(?:相关(?:阅读|新闻|文章|产品|推荐|链接|报道|资讯|信息|内容)|延伸阅读|推荐阅读|热门(?:推荐|文章|新闻)|猜你喜欢|更多(?:新闻|精彩|资讯|阅读|报道)|大家都在看|为您推荐|编辑推荐|最新(?:文章|资讯)|往期(?:回顾|推荐))"
)


def _folded(line: str) -> str:
    return fold_text(line).strip()


def _notices(lines: NumberedLines) -> set[int]:
    """Copyright and disclaimer lines, and everything short or in their words right after one."""
    marked: set[int] = set()
    headed = inside = False
    for number, line in lines:
        folded = _folded(line)
        head = bool(_NOTICE_HEAD.match(folded))
        in_its_words = inside and bool(_NOTICE_LINE.search(folded))
        item = headed and bool(_NOTICE_ITEM.match(folded))
        inside = head or in_its_words or item or _is_lone_notice(folded)
        headed = inside and (head or headed)
        if inside:
            marked.add(number)
    return marked


def _is_lone_notice(folded: str) -> bool:
    """A notice without its heading: two of a notice's phrases, or one in a short line."""
    hits = len(_NOTICE_LINE.findall(folded))
    return (hits >= 2 and len(folded) <= MAX_NOTICE) or (hits == 1 and len(folded) <= _SHORT + 20)


def _share(lines: NumberedLines) -> set[int]:
    return {
        n for n, line in lines if len(line) <= _SHORT and _SHARE.search(_folded(line)) and not _reads_as_prose(line)
    }


def _reads_as_prose(line: str) -> bool:
    """Reported sentences may speak of codes and accounts; furniture speaks to the reader."""
    return line.endswith("。") and len(line) > 12 and not re.search("[请您你]|欢迎|即可", _folded(line))


def _credits(lines: NumberedLines) -> set[int]:
    return {n for n, line in lines if len(line) <= 30 and "。" not in line and _CREDIT_HEAD.match(_folded(line))}


def _editors(lines: NumberedLines) -> set[int]:
    return {n for n, line in lines if len(line) <= 40 and _EDITOR.match(_folded(line))}


def _navigation(lines: NumberedLines) -> set[int]:
    return {n for n, line in lines if _is_furniture(line) and (_NAVIGATION.match(_folded(line)) or _MENU.match(line))}


def _is_furniture(line: str) -> bool:
    """Short, and not closed as a sentence is."""
    return len(line) <= _SHORT and not line.endswith("。")


def _related(lines: NumberedLines) -> set[int]:
    """A related-articles heading and the headlines under it."""
    marked: set[int] = set()
    inside = False
    for number, line in lines:
        if len(line) <= 20 and _RELATED.match(_folded(line)):
            inside = True
        elif inside:
            inside = len(line) <= _SHORT and not line.endswith("。")
        if inside:
            marked.add(number)
    return marked


_RULES: dict[str, Callable[[NumberedLines], set[int]]] = {
    "notice": _notices,
    "related": _related,
    "share": _share,
    "credit": _credits,
    "editor": _editors,
    "navigation": _navigation,
}

_CLOSED = tuple("。！？；：!?;:.…”」』’）)】]》")
_CARRIES_ON = tuple("，,、；;。）)」』”》%")


def _join(lines: list[str], kept: list[int], headings: frozenset[str], title: str) -> str:
    """The kept lines, those broken in mid-sentence joined."""
    paragraphs: list[str] = []
    last = -2
    for number in kept:
        line = lines[number]
        fixed = line in headings or line == title or (paragraphs and paragraphs[-1] in (*headings, title))
        if paragraphs and not fixed and _is_broken(paragraphs[-1], line, touching=number == last + 1):
            space = " " if paragraphs[-1][-1].isascii() and line[0].isascii() and line[0].isalnum() else ""
            paragraphs[-1] += space + line
        else:
            paragraphs.append(line)
        last = number
    return "\n".join(paragraphs)


def _is_broken(before: str, after: str, *, touching: bool) -> bool:
    """Whether `after` goes on with the sentence that `before` began."""
    if before.endswith(_CLOSED):
        return False
    if before.endswith(("，", "、", ",")) or after.startswith(_CARRIES_ON):
        return True
    long_enough = len(before) >= 40 or bool(re.search("[。！？；]", before))
    return touching and long_enough
