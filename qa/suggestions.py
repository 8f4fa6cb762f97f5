"""Questions that the articles answer: made of their sentences by leaving a number out, and asked before they are shown.

合肥到2027年量子企业增加到150家 becomes 合肥到2027年量子企业增加到多少家？, and is suggested only if asking it gives an answer
that cites this sentence.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from itertools import chain, islice

from index.errors import ArticleNotFound
from index.fold import fold, fold_text
from index.reader import Reader
from index.records import Article, Sentence
from index.store import Store
from qa.answer import Answer, Citation, Status
from qa.library import Library
from qa.pipeline import Pipeline
from qa.quantities import MONEY, PEOPLE, Quantity, quantities
from qa.question import analyse
from qa.script import Script, to_script

FIRST, NEXT = 4, 3
"""Questions for an empty chat, and after an answer."""
OF_AN_ARTICLE = 2
"""Questions that are made of one article at most."""
TRIES = 4
"""Questions of one article that are asked to find those."""
LOOKED_AT = 12
"""Articles that are looked through for an empty chat."""
SENTENCES = 60
"""Sentences of an article that are looked through."""
REMEMBERED = 512
"""Articles whose questions are remembered."""
SHORTEST, LONGEST = 10, 34
"""Characters of a question, in which it says enough and can be read at a glance."""

_CLAUSE = re.compile(r"[^，,；;：:。！？!?\n]+")
_LEANS = re.compile(
    r"^(?:该|其|这|那|此|他|她|它|并|而|但|同时|另|共|约|比|较|至|从|以|在|为|将|即|再|又|也|还|则|据|如|若|因|由|对|与|和|或|按|经|用)"
)
"""Beginnings of clauses that need what stands before them."""
_UNFIT = re.compile(
    r"[《》「」『』“”（）()]|去年|今年|明年|前年|昨天|昨日|今天|今日|上周|上月|本月|本周|当地|当年|同期|此前|届时"
)
"""Titles and asides, which lose their sense when a part is taken out, and words for times that depend on the day."""
_COUNTED = frozenset(
    ("家", "所", "座", "公里", "平方公里", "公顷", "亩", "吨", "千瓦", "千瓦时", "度", "%", *MONEY, *PEOPLE)
)
"""Units of what is worth asking for, however few there are."""
_MANY = 10
"""From how many on anything is."""
_AMOUNT = re.compile(r"^(?:[\d.,，]+|[零〇一二两三四五六七八九十百千]+)(?:多|余)?")
_ABOUT = re.compile(r"(?:大[约約]|大概|接近|超[过過]|不少[于於]|不低[于於]|[约約近逾超])$")


Suggested = tuple[str, Sentence]
"""A question, and the sentence that answers it."""


def questions_of(article: Article) -> Iterator[Suggested]:
    """Questions that sentences of the article might answer, in their script, with the sentence."""
    seen: set[str] = set()
    for sentence in article.sentences[:SENTENCES]:
        if sentence.is_heading:
            continue
        for clause in _CLAUSE.finditer(sentence.span.of(article.text)):
            question = _question(clause.group().strip())
            if question and question not in seen:
                seen.add(question)
                yield question, sentence
                break


class Suggestions:
    """The questions of a library's articles. Safe to share between threads."""

    def __init__(self, library: Library) -> None:
        """Looks at nothing yet."""
        self._library = library
        self._guard = threading.Lock()
        self._generation = ""
        self._newest: list[str] = []
        self._known: OrderedDict[str, Future[list[Suggested]]] = OrderedDict()

    def first(self, script: Script | None = None) -> list[str]:
        """Questions for somebody who has asked nothing yet, the newest articles first; in a script, or as written.

        Raises what the library raises when there is nothing to ask.
        """
        reader = self._library.reader()
        each = (self._of(article_id, reader)[:1] for article_id in self._newest_of(reader))
        questions = islice(chain.from_iterable(each), FIRST)
        return _in_script([question for question, _ in questions], script)

    def after(self, answers: Sequence[Answer], script: Script | None = None) -> list[str]:
        """Questions that go on from the last of the answers: of the articles that it cites, and not asked yet.

        Raises what the library raises when there is nothing to ask.
        """
        if not answers:
            return []
        reader = self._library.reader()
        asked = {_essence(answer.question) for answer in answers}
        cited = [citation for answer in answers for citation in answer.citations]
        ids = dict.fromkeys(citation.article_id for citation in answers[-1].citations)
        open_ones = (
            question
            for article_id in ids
            for question, sentence in self._of(article_id, reader)
            if _essence(question) not in asked and not _overlaps(sentence, article_id, cited)
        )
        return _in_script(list(islice(open_ones, NEXT)), script)

    def _newest_of(self, reader: Reader) -> list[str]:
        """Articles to look through for an empty chat."""
        with self._guard:
            self._forget_earlier(reader)
            if self._newest:
                return self._newest
        newest = sorted(reader.store.summaries(), key=lambda s: (s.published, s.id), reverse=True)
        originals = [summary.id for summary in newest if summary.group == summary.id][:LOOKED_AT]
        with self._guard:
            self._forget_earlier(reader)
            self._newest = originals
        return originals

    def _forget_earlier(self, reader: Reader) -> None:
        """What answers a question depends on all of the articles."""
        if reader.generation != self._generation:
            self._known.clear()
            self._newest = []
            self._generation = reader.generation

    def _of(self, article_id: str, reader: Reader) -> list[Suggested]:
        """The article's questions that were asked and are answered by it; none of one that is gone.

        They are looked for once while the articles stay as they are, and by one alone: who comes meanwhile waits.
        """
        with self._guard:
            self._forget_earlier(reader)
            known = self._known.get(article_id)
            found: Future[list[Suggested]] = known or self._known.setdefault(article_id, Future())
            self._known.move_to_end(article_id)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if known is None:
            try:
                found.set_result(self._asked(article_id, reader.store))
            except BaseException as error:
                found.set_exception(error)
                self._forget(article_id, found)
                raise
        return found.result()

    def _forget(self, article_id: str, found: "Future[list[Suggested]]") -> None:
        with self._guard:
            if self._known.get(article_id) is found:
                del self._known[article_id]

    def _asked(self, article_id: str, store: Store) -> list[Suggested]:
        try:
            article = store.article(article_id)
        except ArticleNotFound:  # removed since it was cited
            return []
        pipeline = self._library.pipeline()
        tried = islice(questions_of(article), TRIES)
        answered = ((q, s) for q, s in tried if _is_answered(pipeline, q, article.id, s))
        return list(islice(answered, OF_AN_ARTICLE))


def _question(clause: str) -> str:
    """The clause with its one number asked for; "" where it has none, or several, or says too little by itself."""
    found = quantities(clause)
    folded = fold_text(clause)
    if len(found) != 1 or _LEANS.match(folded) or _UNFIT.search(clause) or _UNFIT.search(folded):
        return ""
    if not (found[0].unit in _COUNTED or found[0].is_money or (found[0].unit and found[0].value >= _MANY)):
        return ""
    question = _asking(clause, found[0])
    if not SHORTEST <= len(question) <= LONGEST or found[0].unit == "年":
        return ""
    asked = analyse(question)
    return question if asked.places or asked.bodies else ""


def _asking(clause: str, quantity: Quantity) -> str:
    span = fold(clause).original(quantity.start, quantity.end)
    before, number, after = clause[: span.start], span.of(clause), clause[span.end :]
    unit = "" if quantity.unit == "%" else _AMOUNT.sub("", number).strip()
    before = _ABOUT.sub("", before)
    return f"{before}多少{unit}{after}？"


def _is_answered(pipeline: Pipeline, question: str, article_id: str, sentence: Sentence) -> bool:
    """Whether asking gives an answer that cites the sentence."""
    answer = pipeline.ask(question, mode="extractive")
    return answer.status is Status.ANSWERED and _overlaps(sentence, article_id, answer.citations)


def _overlaps(sentence: Sentence, article_id: str, cited: Sequence[Citation]) -> bool:
    return any(
        c.article_id == article_id and c.start < sentence.span.end and sentence.span.start < c.end for c in cited
    )


def _essence(question: str) -> str:
    return fold_text(question).strip("?？ ")


def _in_script(questions: Sequence[str], script: Script | None) -> list[str]:
    return [to_script(question, script) for question in questions] if script else list(questions)
