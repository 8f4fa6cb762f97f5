"""Follow-up questions: take over from the conversation what the question leaves out."""

import re
from dataclasses import dataclass

from index.fold import Folded, fold
from index.records import Span
from qa.answer import Turn
from qa.gazetteer import place_spans, places_in, same_level
from qa.messages import REFUSAL
from qa.names import bodies_in
from qa.question import analyse
from qa.script import script_of, to_script

MAX_CONTEXT = 200
"""Characters that a question takes over; the latest are kept."""

MAX_ANSWER = 60
"""Characters. Only a short answer names the thing that the next question refers to."""

_POINTS_BACK = re.compile(
    r"它|他们|她|(?<!其)他(?!国|人)|(?<![耳尤极与])其(?!中|他|它|余|实|次)|(?<!应)该|此(?!外)|这[个些份项家座位一里]?|那[个些份项家座位一里]?|上述|前者|后者|\b(?:it|its|they|their|he|she|that|this)\b"
)
_WHAT_ABOUT = re.compile(
    r"^(?:那么|那|然后|还有)?[,，\s]*(?P<topic>.{1,20}?)(?:呢|怎么样|如何)[?？\s]*$|^(?:what|how) about (?P<english>.{1,40}?)[?\s]*$"
)
_CHANGED_TO = re.compile(
    r"^(?:那么?|请|再)?(?:把[^,，]{1,8})?(?:换成|换做|换为|改成|改为|改问)(?P<topic>.{1,20}?)(?:呢|的话|看看)?[?？。\s]*$"
)
_COMPARED = re.compile(
    r"^(?:那么?)?[,，]?(?:和|跟|与|同|比起?|相比|较)(?P<other>[^,，?？]{2,12}?)(?:相比|比起来|比较|比)?[,，]?"
    r"(?:(?:哪个|哪边|哪里|谁|何者)?(?:更|比较|还|要)?(?P<by>[高低多少大小快慢强弱早晚])(?:了|出)?(?:多少|几)?[^?？,，]{0,4}?"
    r"|差多少|相差多少|如何|怎么样|怎样)?(?:吗|么|呢|一些|些)?[?？]?\s*$"
)
"""What is to be compared with what the last question asked of: 和苏州比哪个更高？ 比苏州多多少？"""

_WORK = re.compile("《[^《》]{2,}》")
COUNTRY = "中国"
_PLACE_ENDING = re.compile("[省市]?")
_SUFFIX = re.compile("[省市县区]?")
_WHICH = re.compile("[，,]哪[个個]更.？$")
"""How a question ends that was made to compare."""
_NAMES_ANOTHER = re.compile("大学|银行|[东西南北中]?[路街]|大桥|机场|火车站|队")
"""What makes a place's name another's: 南京路, 江苏银行."""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that makes sense alone, and the context it took over ("" when none)."""

    question: str
    context: str = ""
    before: str = ""
    """The question that it follows, where it took over context."""

    @property
    def search_text(self) -> str:
        return f"{self.context} {self.question}".strip()


def condense(question: str, history: list[Turn]) -> Standalone:
    """Make a follow-up stand alone; a question that stands alone already is left as it is.

    Each question of the conversation is condensed against the one before it, so that a
    follow-up of a follow-up still knows what both are about.
    """
    before: Standalone | None = None
    answer = ""
    for turn in history:
        if turn.role == "assistant":
            answer = turn.content
        else:
            before, answer = _against(turn.content, before, answer), ""
    return _against(question, before, answer)


def _against(question: str, before: Standalone | None, answer: str) -> Standalone:
    if before is None:
        return Standalone(question)
    folded = fold(question)
    if compared := _compared(folded, question, before):
        return compared
    if match := _CHANGED_TO.match(folded.text) or _WHAT_ABOUT.match(folded.text):
        group = "topic" if match["topic"] else "english"  # the latter of _WHAT_ABOUT alone
        topic = folded.original(*match.span(group)).of(question)
        swapped = _swap(before.question, topic) if _is_bare(match[group]) else ""
        if swapped:
            return Standalone(swapped, before.context, before.before)
    own = analyse(question)
    has_subject = own.places or own.people or own.bodies or _WORK.search(folded.text)
    if has_subject and not refers(folded.text):
        return Standalone(question)
    return Standalone(question, _context(before, answer, refers=refers(folded.text)), before.question)


def refers(folded: str) -> bool:
    """Whether a question says outright that it goes on: 它, 那个园区."""
    return bool(_POINTS_BACK.search(folded))


def _compared(folded: Folded, question: str, before: Standalone) -> Standalone | None:
    """The last question asked of its place and of the one that is to be compared with it; None for another follow-up."""
    match = _COMPARED.match(folded.text)
    if match is None or not places_in(match["other"]) or not _is_bare(match["other"]):
        return None
    asked = re.sub(r"[?？。！!\s]+$", "", _without_comparison(before.question))
    last = fold(asked)
    run = next(iter(_runs(last.text)), None)
    if run is None:
        return None
    after = run[-1][1].end
    suffix = _SUFFIX.match(last.text, after)
    end = last.original(run[0][1].start, suffix.end() if suffix else after).end
    other = folded.original(*match.span("other")).of(question)
    which = to_script(f"，哪个更{match['by'] or '高'}？", script_of(before.question))
    return Standalone(f"{asked[:end]}和{other}{asked[end:]}{which}", before.context, before.before)


def _without_comparison(question: str) -> str:
    """A question that was made to compare two places, as it was asked of the first alone."""
    if not _WHICH.search(question):
        return question
    folded = fold(question)
    runs = _runs(folded.text)
    if len(runs) < 2:
        return question
    second = folded.original(runs[1][0][1].start, runs[1][-1][1].end)
    return _WHICH.sub("", question[: second.start - 1] + question[second.end :])


def _is_bare(folded_topic: str) -> bool:
    """Whether a topic is places and years alone; anything more asks something of its own."""
    rest = folded_topic
    for _, span in reversed(place_spans(folded_topic)):
        rest = rest[: span.start] + rest[span.end :]
    return not re.sub(r"(?:19|20)\d\d|[年省市的,，、\s]|那么?|到|in|and", "", rest)


def _swap(before: str, topic: str) -> str:
    """The last question with its place, its year, or both replaced by the new ones; else ""."""
    swapped = before
    folded = fold(topic)
    for place, span in place_spans(folded.text):
        swapped = _replace_place(swapped, place, folded.original(span.start, span.end).of(topic))
    if new := re.search(r"(?:19|20)\d\d", folded.text):
        swapped = re.sub(r"(?:19|20)\d\d", new[0], swapped, count=1)
    return swapped if swapped != before else ""


def _replace_place(text: str, place: str, words: str) -> str:
    """`text` with its first place that excludes `place` replaced by `words`, or its only one; what that is said to lie in
    goes with it: 安徽合肥 by 上海."""
    folded = fold(text)
    runs = _runs(folded.text)
    alike = [run for run in runs if any(same_level(place, [name]) for name, _ in run)]
    if not alike and len(runs) != 1:
        return text
    run = (alike or runs)[0]
    at = folded.original(run[0][1].start, run[-1][1].end)
    return text[: at.start] + words + text[at.end :]


def _runs(folded: str) -> list[list[tuple[str, Span]]]:
    """Places that stand next to each other (安徽省合肥), without the country and those in names of others (深圳大学)."""
    runs: list[list[tuple[str, Span]]] = []
    bodies = bodies_in(folded)
    for name, span in place_spans(folded):
        inside = any(body.start <= span.start < body.end for body in bodies)
        if name == COUNTRY or inside or _NAMES_ANOTHER.match(folded, span.end):
            continue
        if runs and _PLACE_ENDING.fullmatch(folded, runs[-1][-1][1].end, span.start):
            runs[-1].append((name, span))
        else:
            runs.append([(name, span)])
    return runs


def _context(before: Standalone, answer: str, *, refers: bool) -> str:
    """The last question's statement without its closing mark; a short answer, where something may refer to it. A follow-up
    that had no answer has led nowhere, and the conversation is where it was before."""
    said = re.sub(r"\[\d+\]", "", answer).strip()
    is_refused = said.startswith(tuple(REFUSAL.values()))
    if is_refused and before.context and not refers:
        return before.context
    parts = [before.context, re.sub(r"[?？。！!]+\s*$", "", before.question)]
    if refers and said and len(said) <= MAX_ANSWER and not is_refused:
        parts.append(said.rstrip("。"))
    return "，".join(filter(None, parts))[-MAX_CONTEXT:]
