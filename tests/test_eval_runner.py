"""Asking a set's questions: at the same time, kept as they come, and kept when it ends early."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from eval import runner
from eval.questions import TestQuestion
from eval.record import Record
from eval.targets import Searched, TargetGone, TargetInfo
from index.errors import QuestionError
from qa.answer import Answer, Status, Turn
from qa.generation.prices import Prices

PATIENCE = 20.0
"""Seconds until a wait that should end at once counts as never ending."""


class Staged:
    """A target whose questions do what is staged for them before they are answered."""

    def __init__(self, stage: Callable[[str], None] = lambda _: None) -> None:
        self._stage = stage
        self._guard = threading.Lock()
        self.asked: list[str] = []

    def describe(self) -> TargetInfo:
        return TargetInfo(where="here", embedder="none", index="0", articles=0)

    def ask(self, question: str, history: list[Turn]) -> Answer:
        with self._guard:
            self.asked.append(question)
        self._stage(question)
        return Answer(
            id="1", question=question, standalone_question=question, answer="没有。", status=Status.NO_EVIDENCE,
            sentences=[], citations=[], mode="extractive", usage={"prompt_tokens": 1_000_000}, confidence=0.0,
            timings_ms={},
        )  # fmt: skip

    def search(self, question: str) -> Searched:
        return Searched([], None, 0.0)

    def text(self, article_id: str) -> str:
        raise NotImplementedError


def questions(count: int) -> list[TestQuestion]:
    return [TestQuestion(id=f"q{n}", question=f"{n}") for n in range(count)]


def wait(event: threading.Event) -> None:
    assert event.wait(PATIENCE)


@pytest.fixture
def kept() -> list[str]:
    """Ids of the records that were kept, in that order."""
    return []


@pytest.fixture
def keep(kept: list[str]) -> Callable[[Record], None]:
    return lambda record: kept.append(record.question.id)


Keep = Callable[[Record], None]


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_run_asks_every_question_once(kept: list[str], keep: Keep, workers: int) -> None:
    target, ids = Staged(), {f"q{n}" for n in range(20)}
    given = [record.question.id for record in runner.run(target, questions(20), keep, workers=workers)]
    assert (len(given), set(given), set(kept)) == (20, ids, ids)
    assert sorted(target.asked) == sorted(str(n) for n in range(20))


def test_run_of_no_questions(kept: list[str], keep: Keep) -> None:
    assert (list(runner.run(Staged(), [], keep, workers=4)), kept) == ([], [])


def test_run_keeps_each_record_before_giving_it_on(kept: list[str], keep: Keep) -> None:
    for record in runner.run(Staged(), questions(9), keep, workers=3):
        assert record.question.id in kept


def test_run_hands_the_prices_on(keep: Keep) -> None:
    [record] = runner.run(Staged(), questions(1), keep, prices=Prices(input=2.5, output=0.0))
    assert record.cost == 2.5


@pytest.mark.parametrize("workers", [2, 4])
def test_run_asks_as_many_at_a_time_as_there_are_workers(kept: list[str], keep: Keep, workers: int) -> None:
    together = threading.Barrier(workers, timeout=PATIENCE)  # broken, and the run an error, unless all are there
    list(runner.run(Staged(lambda _: together.wait() and None), questions(3 * workers), keep, workers=workers))
    assert len(kept) == 3 * workers


def test_run_gives_on_what_is_ready_while_an_earlier_one_is_asked(kept: list[str], keep: Keep) -> None:
    others = threading.Event()
    records = runner.run(Staged(lambda q: wait(others) if q == "0" else None), questions(4), keep, workers=2)
    first_three = [next(records).question.id for _ in range(3)]
    others.set()
    assert (sorted(first_three), [record.question.id for record in records]) == (["q1", "q2", "q3"], ["q0"])
    assert kept[-1] == "q0"


def test_run_errors_of_questions_do_not_end_it(keep: Keep) -> None:
    def stage(question: str) -> None:
        if question == "1":
            raise QuestionError("no.")

    records = list(runner.run(Staged(stage), questions(3), keep, workers=2))
    assert {record.question.id: record.error for record in records} == {"q0": "", "q1": "no.", "q2": ""}


# -- ended early ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [TargetGone("gone."), KeyboardInterrupt()])
def test_run_that_fails_keeps_what_was_done_and_what_was_coming(
    kept: list[str], keep: Keep, error: BaseException
) -> None:
    both, failed = threading.Barrier(2, timeout=PATIENCE), threading.Event()

    def stage(question: str) -> None:
        if question == "2":  # fails while 3 is being asked
            both.wait()
            raise error
        if question == "3":
            both.wait()
            wait(failed)
        if int(question) > 3:
            time.sleep(
                0.05
            )  # none of these should be asked before the failure is seen, which takes its time on a busy machine

    target = Staged(stage)
    records = runner.run(target, questions(50), keep, workers=2)
    assert {next(records).question.id, next(records).question.id} == {"q0", "q1"}
    threading.Timer(0, failed.set).start()
    with pytest.raises(type(error)):
        list(records)
    assert {"q0", "q1", "q3"} <= set(kept)
    assert sorted(kept) == sorted(f"q{asked}" for asked in target.asked if asked != "2")
    assert len(target.asked) < 20


def test_run_that_fails_asks_nothing_more(kept: list[str], keep: Keep) -> None:
    def stage(question: str) -> None:
        if question == "1":
            raise TargetGone("gone.")

    target = Staged(stage)
    with pytest.raises(TargetGone):
        list(runner.run(target, questions(50), keep))
    assert (kept[0], "q1" in kept) == ("q0", False)
    assert len(target.asked) <= 3  # the third stood ready behind it


def stops(records: Iterator[Record]) -> None:
    records.close()  # type: ignore[attr-defined]


def is_interrupted(records: Iterator[Record]) -> None:
    with pytest.raises(KeyboardInterrupt):
        records.throw(KeyboardInterrupt)  # type: ignore[attr-defined]


@pytest.mark.parametrize("end", [stops, is_interrupted])
def test_run_ended_from_outside_keeps_what_is_being_asked(
    kept: list[str], keep: Keep, end: Callable[[Iterator[Record]], None]
) -> None:
    asking, answer = threading.Event(), threading.Event()

    def stage(question: str) -> None:
        if question == "1":
            asking.set()
            wait(answer)

    target = Staged(stage)
    records = runner.run(target, questions(50), keep)
    assert next(records).question.id == "q0"
    wait(asking)
    threading.Timer(0, answer.set).start()
    end(records)
    assert kept == ["q0", "q1"]
    assert target.asked == ["0", "1"]


def test_run_interrupted_in_its_consumer_keeps_what_is_being_asked(kept: list[str], keep: Keep) -> None:
    asking, answer = threading.Event(), threading.Event()

    def stage(question: str) -> None:
        if question == "2":
            asking.set()
            wait(answer)

    def consume() -> None:
        for record in runner.run(Staged(stage), questions(50), keep):
            if record.question.id == "q1":
                wait(asking)
                threading.Timer(0, answer.set).start()
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as interrupted:
        consume()
    interrupted.value.__traceback__ = None  # lets go of the iterator, as the command line does
    del interrupted
    assert kept in (["q0", "q1", "q2"], ["q0", "q1", "q2", "q3"])  # the next one may have been begun meanwhile


def test_run_interrupted_while_it_keeps_an_answer_keeps_it(kept: list[str]) -> None:
    """As Ctrl-C may come at any moment, in the writing of an answer too."""
    tried: list[str] = []

    def keep(record: Record) -> None:
        tried.append(record.question.id)
        if tried == ["q0"]:
            raise KeyboardInterrupt
        kept.append(record.question.id)

    target = Staged()
    with pytest.raises(KeyboardInterrupt):
        list(runner.run(target, questions(50), keep))
    assert sorted(kept) == sorted(f"q{asked}" for asked in target.asked)


def test_run_keeps_all_that_was_done_when_only_the_first_of_them_was_given_on(kept: list[str], keep: Keep) -> None:
    done = threading.Barrier(4, timeout=PATIENCE)
    records = runner.run(Staged(lambda _: done.wait() and None), questions(4), keep, workers=4)
    next(records)
    stops(records)
    assert sorted(kept) == ["q0", "q1", "q2", "q3"]


def test_run_again_over_what_is_left_asks_nothing_twice(kept: list[str], keep: Keep) -> None:
    target = Staged()
    while len(kept) < 30:
        left = [question for question in questions(30) if question.id not in kept]
        records = runner.run(target, left, keep, workers=3)
        next(records)
        stops(records)
    assert sorted(kept) == sorted(f"q{n}" for n in range(30))
    assert sorted(target.asked) == sorted(str(n) for n in range(30))


def test_run_that_cannot_keep_ends(keep: Keep) -> None:
    def full(_: Record) -> None:
        raise OSError(28, "No space left on device")

    target = Staged()
    with pytest.raises(OSError, match="No space left"):
        list(runner.run(target, questions(50), full))
    assert len(target.asked) <= 3
