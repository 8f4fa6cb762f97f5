"""A conversation as the chat goes through it: what is kept when somebody stops, goes elsewhere, or asks again."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from observed import Seen
from records import answer

from index.errors import HistoryError, StoreError
from qa.answer import Answer, Turn
from qa.events import Cited, Done, Event, Said
from qa.feedback import Feedback, FeedbackStore
from qa.filters import Filters
from qa.history import History
from ui.conversation import Asking, Conversations, StillAnswering
from ui.problems import Told
from ui.words import Language, words_in
from web.places import Places
from web.telemetry import Telemetry
from web.trace import TraceFilter

WORDS = words_in(Language.HANS)
PAGE = Asking(key="page")
BEFORE = [Turn(role="user", content="合肥有多少家？"), Turn(role="assistant", content="93家。")]


class Answering:
    """Stands for the pipeline: says its one sentence, and the rest when it is let go on."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.trouble: Exception | None = None

    def stream(self, question: str, turns: list[Turn], *_: object, **__: object) -> Iterator[Event]:
        self.asked.append((question, [t.content for t in turns]))
        said = self._answer(question)
        yield Cited(said.citations[0])
        yield Said(said.sentences[0])
        assert self.goes_on.wait(10)
        if self.trouble:
            raise self.trouble
        yield Done(said)

    def _answer(self, question: str) -> Answer:
        return answer("规模为5000亿元。", id=f"{question}-{len(self.asked)}", question=question, cited=[("a", 0, 3)])


@pytest.fixture
def pipeline() -> Answering:
    return Answering()


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.sqlite")


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def telemetry(seen: Seen) -> Telemetry:
    return Telemetry([seen])


@pytest.fixture
def page(pipeline: Answering, history: History, tmp_path: Path, telemetry: Telemetry) -> Conversations:
    services: Any = SimpleNamespace(
        library=SimpleNamespace(pipeline=lambda: pipeline),
        history=history,
        feedback=FeedbackStore(tmp_path / "feedback.sqlite"),
        places=Places(1),
        line=Places(2),
        telemetry=telemetry,
    )
    return Conversations(services, WORDS)


def kept(history: History, count: int) -> list[list[str]]:
    """The questions of the conversations of "me", once there are so many of them."""

    def found() -> list[list[str]]:
        listed = history.conversations("me")
        return [[e.answer.question for e in history.dialogue(c.id, "me").exchanges] for c in listed]

    deadline = time.monotonic() + 10
    while len(found()) < count and time.monotonic() < deadline:
        time.sleep(0.01)
    return found()


def test_an_answer_is_shown_as_it_comes_and_kept_before_it_is_whole(page: Conversations, history: History) -> None:
    views = list(page.ask("甲？", "", "me", PAGE))
    assert [view.is_done for view in views] == [False, False, False, True]
    assert [bool(view.conversation) for view in views] == [False, False, False, True]
    assert kept(history, 1) == [["甲？"]]


def test_a_conversation_that_is_left_goes_on_unseen(page: Conversations, history: History, pipeline: Answering) -> None:
    pipeline.goes_on.clear()
    views = page.ask("甲？", "", "me", PAGE)
    for _ in range(3):
        assert not next(views).is_done
    page.leave("page")
    assert list(views) == []
    assert history.conversations("me") == []
    pipeline.goes_on.set()
    assert kept(history, 1) == [["甲？"]]


def test_an_answer_is_kept_though_its_page_was_closed(
    page: Conversations, history: History, pipeline: Answering
) -> None:
    pipeline.goes_on.clear()
    views: Any = page.ask("甲？", "", "me", PAGE)
    next(views)
    next(views)
    views.close()
    pipeline.goes_on.set()
    assert kept(history, 1) == [["甲？"]]


def test_what_is_stopped_is_not_kept_and_says_so(page: Conversations, history: History, pipeline: Answering) -> None:
    pipeline.goes_on.clear()
    views = page.ask("甲？", "", "me", PAGE)
    for _ in range(3):
        next(views)
    page.stop("page")
    [last] = views
    assert last.is_done
    assert WORDS.chat.stopped in last.html
    pipeline.goes_on.set()
    time.sleep(0.1)
    assert history.conversations("me") == []


def test_a_stop_that_comes_too_late_changes_nothing(
    page: Conversations, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = history.record

    def stopped_while_it_records(*given: Any, **more: Any) -> str:
        page.stop("page")
        return record(*given, **more)

    monkeypatch.setattr(history, "record", stopped_while_it_records)
    *_, last = page.ask("甲？", "", "me", PAGE)
    assert WORDS.chat.stopped not in last.html
    assert 'data-answer="甲？-1"' in last.html
    assert kept(history, 1) == [["甲？"]]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [(HistoryError("x"), WORDS.errors["history_failed"]), (ZeroDivisionError("x"), WORDS.errors["other"])],
)
def test_what_has_come_stays_when_the_rest_fails(
    page: Conversations, history: History, pipeline: Answering, trouble: Exception, told: str
) -> None:
    pipeline.trouble = trouble
    *_, last = page.ask("甲？", "", "me", PAGE)
    assert last.is_done
    assert told in last.html
    assert "规模为5000亿元。" in last.html
    assert history.conversations("me") == []


def test_what_came_before_is_followed_on_asked_again_and_kept(
    page: Conversations, history: History, pipeline: Answering
) -> None:
    filters = Filters.model_validate({"sources": ["甲报"]})
    *_, first = page.ask("那2030年呢？", "", "me", Asking("page", filters), before=BEFORE)
    list(page.again("那2030年呢？-1", first.conversation, "me", PAGE))
    list(page.ask("后来呢？", first.conversation, "me", PAGE))
    told = [turn.content for turn in BEFORE]
    assert pipeline.asked == [
        ("那2030年呢？", told),
        ("那2030年呢？", told),
        ("后来呢？", [*told, "那2030年呢？", "规模为5000亿元。"]),
    ]
    exchanges = history.dialogue(first.conversation, "me").exchanges
    assert [(e.answer.id, e.filters) for e in exchanges] == [("那2030年呢？-2", filters), ("后来呢？-3", None)]
    with pytest.raises(Told):
        list(page.again("那2030年呢？-2", first.conversation, "me", PAGE))


def test_an_answer_given_anew_does_not_displace_what_was_asked_meanwhile(
    page: Conversations, history: History, pipeline: Answering
) -> None:
    *_, first = page.ask("甲？", "", "me", PAGE)
    pipeline.goes_on.clear()
    again = page.again("甲？-1", first.conversation, "me", PAGE)
    next(again)
    history.record(first.conversation, answer("别的。", id="x", question="乙？"), owner="me")
    pipeline.goes_on.set()
    *_, last = again
    assert WORDS.errors["not_last"] in last.html
    assert kept(history, 1) == [["甲？", "乙？"]]


def test_what_is_asked_beside_an_answer_is_refused_until_that_is_left(
    page: Conversations, history: History, pipeline: Answering
) -> None:
    pipeline.goes_on.clear()
    views = page.ask("甲？", "", "me", PAGE)
    next(views)
    next(views)
    with pytest.raises(StillAnswering):
        next(page.ask("乙？", "", "me", PAGE))
    page.leave("page")
    second = page.ask("丙？", "", "me", PAGE)
    next(second)
    pipeline.goes_on.set()
    assert list(second)[-1].is_done
    assert sorted(kept(history, 2)) == [["丙？"], ["甲？"]]


def test_who_waits_for_a_place_is_shown_and_may_stop(
    page: Conversations, history: History, pipeline: Answering
) -> None:
    pipeline.goes_on.clear()
    first = page.ask("甲？", "", "me", PAGE)
    next(first)
    next(first)  # it has the only place
    waiting = page.ask("乙？", "", "you", Asking("other page"))
    assert WORDS.chat.looking in next(waiting).html
    page.stop("other page")
    [last] = waiting
    assert WORDS.chat.stopped in last.html
    assert 'data-ask="乙？"' in last.html
    pipeline.goes_on.set()
    assert list(first)[-1].is_done
    assert [question for question, _ in pipeline.asked] == ["甲？"]


def test_what_somebody_said_of_an_answer_is_shown_to_them_alone(page: Conversations, history: History) -> None:
    *_, first = page.ask("甲？", "", "me", PAGE)
    [exchange] = history.dialogue(first.conversation, "me").exchanges
    page._services.feedback.give(Feedback(answer=exchange.answer, good=False), "me")
    page._services.feedback.give(Feedback(answer=exchange.answer, good=True), "you")
    html = page.opened(first.conversation, "me").html
    assert ('data-like="bad" aria-pressed="true"' in html, 'data-like="good" aria-pressed="false"' in html) == (
        True,
        True,
    )
    assert 'aria-pressed="true"' not in page.single(exchange.answer.id).html


def test_when_too_many_wait_the_next_one_is_told(page: Conversations, pipeline: Answering) -> None:
    pipeline.goes_on.clear()
    asking = [page.ask(f"{n}？", "", "me", Asking(str(n))) for n in range(2)]
    for views in asking:
        next(views)
    with pytest.raises(Told, match=WORDS.errors["busy"]):
        next(page.ask("多？", "", "me", Asking("more")))
    pipeline.goes_on.set()
    assert [list(views)[-1].is_done for views in asking] == [True, True]
    assert list(page.ask("再？", "", "me", Asking("more")))[-1].is_done


# -- what is told of it -------------------------------------------------------------------------


def ends(telemetry: Telemetry) -> dict[str, float]:
    """Questions of the page by how they ended, and all answers."""
    lines = bytes(telemetry.metrics.response("").body).decode().splitlines()
    counted = [
        line.rsplit(" ", 1) for line in lines if line.startswith(("youju_page_questions_total", "youju_answers_total"))
    ]
    found: dict[str, float] = {}
    for name, count in counted:
        label = "answers" if name.startswith("youju_answers") else name.split('"')[1]
        found[label] = found.get(label, 0) + float(count)
    return {label: count for label, count in found.items() if count}


def told(seen: Seen) -> list[tuple[str, str, str, bool]]:
    """Of each: its kind, the answer's status, what went wrong or why it was refused, whether it ended early."""
    visits = [(v.kind.value, v.outcome, v.trace, v.aborted) for v in seen.visits]
    return [
        (kind, outcome.status if outcome else "", t.error or t.refused, early) for kind, outcome, t, early in visits
    ]


def test_a_question_of_the_page_is_told_of_once(page: Conversations, seen: Seen, telemetry: Telemetry) -> None:
    list(page.ask("甲？", "", "me", PAGE))
    assert told(seen) == [("page_question", "answered", "", False)]
    assert ends(telemetry) == {"answered": 1, "answers": 1}
    [visit] = seen.visits
    assert visit.trace.caller == "page"
    assert visit.outcome
    assert (visit.outcome.question, visit.outcome.answer) == ("甲？", "规模为5000亿元。")


def test_an_answer_that_comes_late_is_told_of_when_it_comes(
    page: Conversations, history: History, pipeline: Answering, seen: Seen, telemetry: Telemetry
) -> None:
    pipeline.goes_on.clear()
    views: Any = page.ask("甲？", "", "me", PAGE)
    next(views)
    next(views)
    views.close()
    assert told(seen) == [("page_question", "", "", True)]
    pipeline.goes_on.set()
    assert kept(history, 1) == [["甲？"]]
    assert told(seen)[1:] == [("late_answer", "answered", "", False)]
    assert len({visit.trace.id for visit in seen.visits}) == 1
    assert ends(telemetry) == {"stopped": 1, "answers": 1}


def test_what_is_stopped_is_no_answer(
    page: Conversations, pipeline: Answering, seen: Seen, telemetry: Telemetry
) -> None:
    pipeline.goes_on.clear()
    views = page.ask("甲？", "", "me", PAGE)
    for _ in range(3):
        next(views)
    page.stop("page")
    list(views)
    assert told(seen) == [("page_question", "", "", True)]
    assert ends(telemetry) == {"stopped": 1}
    pipeline.goes_on.set()


def test_failures_and_refusals_of_the_page_are_told_of(
    page: Conversations, pipeline: Answering, seen: Seen, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.handler.addFilter(TraceFilter())
    for trouble in (StoreError("x"), ZeroDivisionError("x")):
        pipeline.trouble = trouble
        list(page.ask("甲？", "", "me", PAGE))
    ids = [visit.trace.id for visit in seen.visits]
    assert [record.trace_id for record in caplog.records] == ids
    pipeline.goes_on.clear()
    first, second = page.ask("甲？", "", "me", PAGE), page.ask("乙？", "", "you", Asking("other"))
    next(first)
    next(second)
    with pytest.raises(Told):
        next(page.ask("丙？", "", "they", Asking("third")))
    pipeline.goes_on.set()
    assert [trouble for _, _, trouble, _ in told(seen)] == ["store_failed", "internal", "page_full"]
    assert ends(telemetry) == {"failed": 2, "refused": 1}
