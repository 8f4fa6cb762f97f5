"""A conversation as the chat goes through it: asked, streamed, stopped, left, asked again, opened anew."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from index.errors import HistoryError, YoujuError
from qa.answer import MAX_QUESTION, Mode, Turn
from qa.events import Done, Event
from qa.filters import Filters
from qa.history import Dialogue, Exchange
from qa.pipeline import Preferences
from ui.problems import Told, in_words
from ui.services import Services
from ui.transcript import Shown, exchange_html, transcript_html
from ui.words import Words
from web.background import in_background
from web.errors import INTERNAL, log_failure
from web.keeping import Place, kept
from web.stops import Run, Stops
from web.trace import Trace

T = TypeVar("T")
FLUSHED = 0.1
"""Seconds in which Gradio mostly has sent what it was given: its stream looks for that every 0.05 s. What comes later still
is known by its run, and static/transcript.js asks for what is to be shown instead."""


class StillAnswering(Told):
    """Whoever asks looks at an answer that is not whole yet."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How something is asked."""

    key: str
    """By which the answer can be stopped: one is given at a time for each."""
    filters: Filters | None = None
    mode: Mode | None = None
    preferences: Preferences | None = None


_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the transcript's HTML, and the conversation that it is of ("" for one not begun yet)."""

    html: str
    conversation: str = ""
    is_done: bool = True
    """Whether nothing of it is still to come."""


class Conversations:
    """The conversations of the page, in one language."""

    def __init__(self, services: Services, words: Words) -> None:
        self._services = services
        self._words = words
        self._stops = Stops()

    def stop(self, key: str) -> None:
        """End the answer that is being given under this key; one that is whole is kept all the same."""
        self._stops.stop(key)

    def leave(self, key: str) -> None:
        """Show no more of the answer that is being given under this key. It is kept when it is whole."""
        if self._stops.leave(key):
            time.sleep(FLUSHED)  # what was shown of it arrives before what is shown next

    def ask(
        self, question: str, conversation: str, owner: str, how: Asking, *, before: Sequence[Turn] = ()
    ) -> Iterator[View]:
        """The conversation with the question, and its answer as it comes; kept once it is whole. `before`: turns that the
        question follows on where the conversation has none.

        Raises Told, and what the index and the conversations raise, before anything is shown.
        """
        dialogue = self._dialogue(conversation, owner)
        if not dialogue.exchanges and before:
            dialogue = Dialogue(list(before), [])
        yield from self._answered(question, dialogue, Place(conversation, owner, dialogue.before, how.filters), how)

    def again(self, answer: str, conversation: str, owner: str, how: Asking) -> Iterator[View]:
        """Ask for the conversation's last answer once more; the new one takes its place. Raises what `ask` raises."""
        dialogue = self._dialogue(conversation, owner)
        if not dialogue.exchanges or dialogue.exchanges[-1].answer.id != answer:
            raise Told(self._words.errors["not_last"])
        last = dialogue.exchanges[-1]
        place = Place(conversation, owner, filters=last.filters, replaces=answer)
        yield from self._answered(last.answer.question, dialogue.until(answer), place, how)

    def opened(self, conversation: str, owner: str) -> View:
        """A conversation as it is kept. Raises ConversationNotFound, HistoryError."""
        if not conversation:
            return self.start()
        html = self._past(self._services.history.dialogue(conversation, owner).exchanges, owner, is_all=True)
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

    def _answered(self, question: str, dialogue: Dialogue, place: Place, how: Asking) -> Iterator[View]:
        self._check(question)
        if self._stops.is_running(how.key):
            raise StillAnswering(self._words.errors["still_answering"])
        with self._services.telemetry.asked() as trace:
            yield from self._streamed(question, dialogue, place, how, trace)

    def _streamed(self, question: str, dialogue: Dialogue, place: Place, how: Asking, trace: Trace) -> Iterator[View]:
        telemetry = self._services.telemetry
        pipeline = self._services.library.pipeline()
        events = pipeline.stream(question, dialogue.turns, place.filters, mode=how.mode, preferences=how.preferences)
        past = self._past(dialogue.exchanges, place.owner)
        shown, conversation = Shown(question.strip()), place.conversation
        with self._in_line(trace), self._stops.running(how.key) as run:
            view = partial(self._view, past, run)
            yield view(shown, conversation)
            try:
                answered = telemetry.answers(_unstopped(events, run), trace)
                with trace.present():
                    keeping = self._in_turn(kept(answered, self._services.history, place))
                    coming = in_background(keeping, lambda: run.is_over)
                for event, conversation in coming:
                    shown = shown.after(event)
                    yield view(shown, conversation)
            except YoujuError as error:
                with trace.failing(error.code):
                    said = in_words(error, self._words)
                yield view(replace(shown, trouble=said), conversation)
            except Exception:  # noqa: BLE001  a defect of ours: what has come stays, and whoever asked is told
                with trace.failing(INTERNAL.code):
                    _log.exception("an answer failed")
                yield view(replace(shown, trouble=self._words.errors["other"]), conversation)
            else:
                if run.is_stopped and not run.is_left:
                    yield view(replace(shown, trouble=self._words.chat.stopped), conversation)

    @contextmanager
    def _in_line(self, trace: Trace) -> Iterator[None]:
        """Among those whose question is answered, or waits. Raises Told where there are too many."""
        if not self._services.line.acquire(blocking=False):
            trace.refused = "page_full"
            raise Told(self._words.errors["busy"])
        try:
            yield
        finally:
            self._services.line.release()

    def _in_turn(self, items: Iterator[T]) -> Iterator[T]:
        """The items, worked out when no more than so many others are."""
        with self._services.places:
            yield from items

    def _check(self, question: str) -> None:
        if not question.strip():
            raise Told(self._words.errors["empty"])
        if len(question.strip()) > MAX_QUESTION:
            raise Told(self._words.errors["too_long"].format(n=len(question.strip()), most=MAX_QUESTION))

    def _dialogue(self, conversation: str, owner: str) -> Dialogue:
        return self._services.history.dialogue(conversation, owner) if conversation else Dialogue([], [])

    def _past(self, exchanges: Sequence[Exchange], owner: str, *, is_all: bool = False) -> list[str]:
        """Exchanges as HTML; `is_all`: there is no later one, and the last may be given anew."""
        liked = self._liked(owner, exchanges)
        last = exchanges[-1] if exchanges and is_all else None
        return [self._html(Shown.of(e.answer, is_last=e is last, liked=liked.get(e.answer.id))) for e in exchanges]

    def _liked(self, owner: str, exchanges: Sequence[Exchange]) -> dict[str, bool]:
        """What the owner thinks of answers; nothing where the feedback cannot be read, for which no conversation ends."""
        try:
            return self._services.feedback.ratings(owner, [e.answer.id for e in exchanges])
        except HistoryError as error:
            log_failure(error)
            return {}

    def _view(self, past: list[str], run: Run, shown: Shown, conversation: str) -> View:
        html = transcript_html([*past, self._html(shown)], self._words, conversation, run=run.name)
        return View(html, conversation, is_done=shown.is_done or bool(shown.trouble))

    def _html(self, shown: Shown) -> str:
        return exchange_html(shown, self._words)


def _unstopped(events: Iterator[Event], run: Run) -> Iterator[Event]:
    """The events, until the run is stopped; with the last of them it has come to its end."""
    if run.is_stopped:
        return
    for event in events:
        if run.is_stopped or (isinstance(event, Done) and not run.end()):
            return
        yield event
