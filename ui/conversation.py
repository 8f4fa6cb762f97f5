"""A conversation as the chat goes through it: asked, streamed, stopped, asked again, opened anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.errors import YoujuError
from qa.answer import Mode, Turn
from qa.events import Done
from qa.filters import Filters
from qa.history import Exchange, turns_of
from qa.pipeline import MAX_QUESTION, Preferences
from ui.problems import Told, in_words
from ui.services import Services
from ui.transcript import Shown, exchange_html, transcript_html
from ui.words import Words
from web.stops import Stops, until


@dataclass(frozen=True, slots=True)
class Asking:
    """How something is asked."""

    filters: Filters | None = None
    mode: Mode | None = None
    preferences: Preferences | None = None
    key: str = ""
    """By which the answer can be stopped."""


AS_SET = Asking()


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the transcript's HTML, and the conversation that it is of ("" for one not begun yet)."""

    html: str
    conversation: str = ""
    is_done: bool = True


class Conversations:
    """The conversations of the page, in one language."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        self._stops = Stops()

    def stop(self, key: str) -> None:
        """End the answer that is being given under this key."""
        self._stops.stop(key)

    def ask(
        self, question: str, conversation: str, owner: str, how: Asking = AS_SET, *, before: Sequence[Turn] = ()
    ) -> Iterator[View]:
        """The conversation with the question, and its answer as it comes; kept once it is whole. `before`: turns that the
        question follows on where the conversation has none.

        Raises Told, and what the index and the conversations raise, before anything is shown.
        """
        earlier = self._exchanges(conversation, owner)
        yield from self._answered(question, conversation, owner, how, earlier, list(before))

    def again(self, answer: str, conversation: str, owner: str, how: Asking = AS_SET) -> Iterator[View]:
        """Ask for the conversation's last answer once more; the new one takes its place. Raises what `ask` raises."""
        earlier = self._exchanges(conversation, owner)
        if not earlier or earlier[-1].answer.id != answer:
            raise Told(self._words.errors["not_last"])
        last = earlier.pop()
        how = replace(how, filters=last.filters)
        yield from self._answered(last.answer.question, conversation, owner, how, earlier, [], replaces=answer)

    def opened(self, conversation: str, owner: str) -> View:
        """A conversation as it is kept. Raises ConversationNotFound, HistoryError."""
        if not conversation:
            return self.start()
        exchanges = self._exchanges(conversation, owner)
        last = len(exchanges) - 1
        html = [self._html(Shown.of(e.answer, is_last=n == last)) for n, e in enumerate(exchanges)]
        return View(transcript_html(html, self._words, conversation), conversation)

    def single(self, answer: str) -> View:
        """One answer by its id, for whoever has its link."""
        exchange = self._services.history.exchange(answer)
        if exchange is None:
            return View(transcript_html([], self._words, single=True, note=self._words.chat.answer_gone))
        return View(transcript_html([self._html(Shown.of(exchange.answer))], self._words, single=True))

    def start(self, note: str = "") -> View:
        """An empty chat, and why it is one where something else was wanted."""
        return View(transcript_html([], self._words, note=note))

    def _answered(
        self,
        question: str,
        conversation: str,
        owner: str,
        how: Asking,
        earlier: list[Exchange],
        before: list[Turn],
        *,
        replaces: str | None = None,
    ) -> Iterator[View]:
        self._check(question)
        turns = turns_of(earlier) or before
        pipeline = self._services.library.pipeline()
        events = pipeline.stream(question, turns, how.filters, mode=how.mode, preferences=how.preferences)
        past = [self._html(Shown.of(e.answer)) for e in earlier]
        shown = Shown(question.strip())
        yield self._view(past, shown, conversation)
        try:
            with self._stops.running(how.key) as stop:
                for event in until(stop, events):
                    if isinstance(event, Done):
                        conversation = conversation or self._services.history.begin(owner=owner).id
                        self._services.history.record(
                            conversation, event.answer, owner=owner, filters=how.filters, replaces=replaces
                        )
                    shown = shown.after(event)
                    yield self._view(past, shown, conversation)
        except YoujuError as error:
            yield self._view(past, replace(shown, trouble=in_words(error, self._words)), conversation)
        else:
            if not shown.is_done:
                yield self._view(past, replace(shown, trouble=self._words.chat.stopped), conversation)

    def _check(self, question: str) -> None:
        if not question.strip():
            raise Told(self._words.errors["empty"])
        if len(question.strip()) > MAX_QUESTION:
            raise Told(self._words.errors["too_long"].format(n=len(question.strip()), most=MAX_QUESTION))

    def _exchanges(self, conversation: str, owner: str) -> list[Exchange]:
        return self._services.history.exchanges(conversation, owner) if conversation else []

    def _view(self, past: list[str], shown: Shown, conversation: str) -> View:
        html = transcript_html([*past, self._html(shown)], self._words, conversation)
        return View(html, conversation, is_done=shown.is_done or bool(shown.trouble))

    def _html(self, shown: Shown) -> str:
        return exchange_html(shown, self._words)
