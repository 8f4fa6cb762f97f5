"""Evaluation runs for the page: progress, stopping, opening again."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.questions import QuestionSetError
from index.build import Event
from index.embed import Embedder
from index.generations import Home
from qa.library import Library
from web.evaluation import Evaluations, Progress


@pytest.fixture
def evaluations(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Evaluations:
    (tmp_path / "a.txt").write_text("合肥量子计划\n\n合肥到2027年量子企业增加到150家。\n尾声在此。", "utf-8")
    index(tmp_path / "a.txt")
    return Evaluations(Library(home, embedder))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    lines = ({"id": str(n), "question": f"合肥有多少家量子企业{n}？", "gold": ["a.txt"]} for n in range(5))
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def test_run_tells_its_progress_and_can_be_opened_again(evaluations: Evaluations, questions: Path) -> None:
    steps = list(evaluations.run("own", questions, None, 3, "me"))
    assert [(step.asked, step.total) for step in steps] == [(0, 3), (1, 3), (2, 3), (3, 3), (3, 3)]
    assert [bool(step.run) for step in steps] == [False, False, False, False, True]
    run = evaluations.open(steps[-1].run)
    assert run is not None
    assert (run.metrics.asked, run.metrics.of, run.info.settings.name) == (3, 3, "own")
    assert [record.question.id for record in run.records] == ["0", "1", "2"]
    assert evaluations.runs() == [steps[-1].run]


def test_stop_ends_the_run_of_that_key_alone_and_keeps_what_was_asked(
    evaluations: Evaluations, questions: Path
) -> None:
    steps = []
    for step in evaluations.run("own", questions, None, None, "me"):
        steps.append(step)
        evaluations.stop("another")
        if step.asked == 2:
            evaluations.stop("me")
    run = evaluations.open(steps[-1].run)
    assert run is not None
    assert 2 <= run.metrics.asked < 5
    assert run.metrics.asked == len(run.records)
    assert run.metrics.of == 5


def test_a_bad_file_starts_nothing(evaluations: Evaluations, questions: Path) -> None:
    questions.write_text("{}\n", "utf-8")
    with pytest.raises(QuestionSetError, match="line 1"):
        list(evaluations.run("own", questions, None, None, "me"))
    assert evaluations.runs() == []


@pytest.mark.parametrize("name", ["none", "..", "../home", ""])
def test_what_is_no_run_is_not_opened(evaluations: Evaluations, name: str) -> None:
    assert evaluations.open(name) is None
    assert evaluations.report(name) is None


def test_seconds_left_are_estimated_from_what_was_asked() -> None:
    assert Progress(2, 10, 4.0).seconds_left == 16.0
    assert Progress(0, 10, 0.0).seconds_left == 0.0
