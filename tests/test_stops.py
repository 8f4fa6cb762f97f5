"""Runs that are stopped or left, and work that goes on when nobody waits for it."""

import threading
from collections.abc import Iterator

import pytest

from web.background import in_background
from web.stops import Run, Stops


def test_a_run_is_stopped_by_its_key_alone() -> None:
    stops = Stops()
    with stops.running("me") as run:
        stops.stop("another")
        assert not run.is_over
        stops.stop("me")
        assert (run.is_stopped, run.is_left, run.is_over) == (True, False, True)
    stops.stop("me")


def test_a_run_is_left_by_the_next_one_and_by_hand() -> None:
    stops = Stops()
    with stops.running("me") as first:
        with stops.running("me") as second:
            assert (first.is_left, first.is_stopped) == (True, False)
            assert stops.leave("me")
            assert second.is_left
            assert not stops.leave("me")
            stops.stop("me")
            assert not second.is_stopped
        with stops.running("me") as third:
            stops.stop("me")
            assert third.is_stopped
    assert not first.is_stopped


def test_what_has_come_to_its_end_is_not_stopped() -> None:
    run = Run()
    assert run.end()
    run.stop()
    assert not run.is_stopped
    stopped = Run()
    stopped.stop()
    assert not stopped.end()
    stopped.stop()
    assert stopped.is_stopped


def test_items_end_at_once_though_the_next_is_waited_for_and_the_work_goes_on() -> None:
    run, waiting, closed = Run(), threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            yield 1
            waiting.wait(10)
            yield 2
        finally:
            closed.set()

    taken = in_background(items(), lambda: run.is_over)
    assert next(taken) == 1
    run.stop()
    assert list(taken) == []
    assert not closed.is_set()
    waiting.set()
    assert closed.wait(10)


def test_work_is_done_though_nobody_takes_what_comes() -> None:
    done = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        yield 2
        done.set()

    in_background(items())
    assert done.wait(10)


def test_items_come_whole_and_their_errors_are_raised() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("zwei")

    assert list(in_background(iter([1, 2, 3]))) == [1, 2, 3]
    taken = in_background(failing())
    assert next(taken) == 1
    with pytest.raises(ValueError, match="zwei"):
        next(taken)


def test_what_fails_when_nobody_is_there_any_more_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    gone, logged = threading.Event(), threading.Event()

    def failing() -> Iterator[int]:
        yield 1
        gone.wait(10)
        raise ValueError("zwei")

    run = Run()
    taken = in_background(failing(), lambda: run.is_over)
    assert next(taken) == 1
    run.leave()
    assert list(taken) == []
    gone.set()
    for _ in range(200):
        if "zwei" in caplog.text:
            break
        logged.wait(0.01)
    assert "zwei" in caplog.text
