"""The writer: numbered evidence in, sentences of a model out, each checked before it is given on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from index.fold import fold_text
from qa.candidate import Candidate
from qa.generation.chat import Call, ChatModel, Messages
from qa.generation.checking import Checked, Checker, is_foreign
from qa.generation.markers import MarkerReader
from qa.generation.numbered import Source, numbered
from qa.generation.prices import Prices
from qa.generation.prompting import Task, answer_messages, is_refusal, repair_messages
from qa.generation.sentences import SentenceReader, Written
from qa.generation.trouble import ModelTrouble, Trouble
from qa.passage import Passage
from qa.verify.verifier import Verifier

MAX_WRITTEN = 4000
"""Characters of one reply; some endpoints know no limit of tokens."""
MAX_REPEATS = 2
"""Times that a reply may say again what it has said."""
MAX_REPAIRS = 3
"""Sentences of an answer that the model is asked to mend."""


@dataclass(frozen=True, slots=True)
class Writer:
    """What answers are written with. Safe to share between threads."""

    chat: ChatModel
    verifier: Verifier
    evidence_tokens: int = 1500
    """The most that evidence may take of a prompt."""
    prices: Prices | None = None

    def begin(self) -> "Writing":
        """An answer begins, and with it the time that it may take."""
        return Writing(self, self.chat.begin())


class Writing:
    """One answer as it is written."""

    def __init__(self, writer: Writer, call: Call) -> None:
        self._writer = writer
        self.call = call
        self.dropped: list[Checked] = []
        """Sentences that their sources do not bear out, also after the model was asked to mend them."""
        self.trouble: Trouble | None = None
        """Why there is nothing, or why it ended early."""
        self._shown = 0
        self._repairs = 0

    @property
    def chat(self) -> ChatModel:
        return self._writer.chat

    @property
    def cost(self) -> float | None:
        """Of the answer so far; None where no prices are set."""
        prices = self._writer.prices
        return prices.of(self.call.usage.as_dict()) if prices else None

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """All that went wrong so far: with requests, of which some were made in vain and not missed, and with replies."""
        failed = self.call.troubles
        return (*failed, self.trouble) if self.trouble and self.trouble not in failed else tuple(failed)

    def sentences(self, task: Task, passages: list[tuple[Passage, Candidate]]) -> Iterator[Checked]:
        """Sentences that their sources bear out, each as soon as it is checked; then look at `trouble` and `dropped`.

        Never raises ModelTrouble. `passages`: the evidence, best first, at least one.
        """
        budget = self._writer.evidence_tokens
        try:
            try:
                yield from self._checked(task, numbered(passages, budget))
            except ModelTrouble as error:
                if error.trouble is not Trouble.CONTEXT_LENGTH or self._shown or self.dropped:
                    raise
                # Once more with less, for a model that takes less than was thought.
                yield from self._checked(task, numbered(passages, budget // 3))
        except ModelTrouble as error:
            self.trouble = error.trouble
        if self.trouble is None and not self._shown:
            self.trouble = self._why_nothing(task)

    def _checked(self, task: Task, sources: list[Source]) -> Iterator[Checked]:
        checker = Checker(self._writer.verifier, sources, task)
        for written in _once(self._read(answer_messages(task, sources), len(sources))):
            if is_refusal(written.text):
                self.trouble = Trouble.DECLINED
                continue
            checked = checker.check(written)
            if not checked.is_shown:
                checked = self._mended(checker, checked, task, sources) or checked
            checker.accept(checked)
            if checked.is_shown:
                self._shown += 1
                yield checked
            else:
                self.dropped.append(checked)

    def _read(self, messages: Messages, known: int) -> Iterator[Written]:
        """A reply's sentences as they end. `known`: how many sources have a number."""
        markers, sentences, length = MarkerReader(known), SentenceReader(), 0
        for chunk in self.chat.stream(messages, self.call):
            length += len(chunk)
            yield from sentences.feed(markers.feed(chunk))
            if length > MAX_WRITTEN:
                raise ModelTrouble(Trouble.ENDLESS)
        yield from sentences.feed(markers.close())
        yield from sentences.close()

    def _mended(self, checker: Checker, failed: Checked, task: Task, sources: list[Source]) -> Checked | None:
        """The sentence as the model writes it anew, shown what failed; None where that fails too."""
        if self._repairs >= MAX_REPAIRS or is_foreign(failed.text, task.script):
            return None
        self._repairs += 1
        messages = repair_messages(task, failed.text, failed.reasons, list(failed.sources) or sources)
        try:
            again = list(self._read(messages, len(sources)))
        except ModelTrouble:  # the answer goes on without this sentence
            return None
        if not again or is_refusal(again[0].text):
            return None
        checked = checker.check(replace(again[0], begins_line=failed.begins_line))
        return replace(checked, repaired=True) if checked.is_shown else None

    def _why_nothing(self, task: Task) -> Trouble:
        if not self.dropped:
            return Trouble.EMPTY
        foreign = sum(is_foreign(d.text, task.script) for d in self.dropped)
        return Trouble.LANGUAGE if 2 * foreign > len(self.dropped) else Trouble.UNSUPPORTED


def _once(sentences: Iterator[Written]) -> Iterator[Written]:
    """Each sentence the first time. Raises ModelTrouble when they go round in circles."""
    said: set[str] = set()
    repeats = 0
    for written in sentences:
        form = fold_text(written.text)
        if form not in said:
            yield written
        elif (repeats := repeats + 1) > MAX_REPEATS:
            raise ModelTrouble(Trouble.ENDLESS)
        said.add(form)
