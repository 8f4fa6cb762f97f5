"""Feedback: kept with its answer, and turned into questions that `youju eval` reads."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from records import answer, refusal
from typer.testing import CliRunner

from eval.questions import read_questions
from index.embed import Embedder
from index.errors import YoujuError
from index.generations import Home
from qa.answer import Answer, AnswerSpan
from qa.feedback import Feedback, FeedbackStore, Reason, question_set
from qa.history import History
from qa.library import Library
from web.api import create_api
from web.visitors import COOKIE
from youju.cli.main import app


def said(key: str = "1") -> Answer:
    given = answer("规模为5000亿元。", question="规模？", id=key, cited=[("a.txt", 2, 6)])
    [cite] = given.citations
    marked = cite.model_copy(update={"quote": "5000", "answer": AnswerSpan(start=2, end=4)})
    return given.model_copy(update={"citations": [marked]})


@pytest.mark.parametrize(
    ("feedback", "answerable", "answers", "tag"),
    [
        (Feedback(answer=said(), good=True), True, [["50"]], "good"),
        (Feedback(answer=refusal(question="问？"), good=True), False, [], "good"),
        (Feedback(answer=said(), good=False, reason=Reason.WRONG), True, [], "bad-wrong"),
        (Feedback(answer=said(), good=False, reason=Reason.SHOULD_REFUSE), False, [], "bad-should_refuse"),
        (Feedback(answer=refusal(question="问？"), good=False, reason=Reason.SHOULD_ANSWER), True, [], "bad-should_answer"),
        (Feedback(answer=refusal(question="问？"), good=False), False, [], "bad-other"),
    ],
)  # fmt: skip
def test_a_question_says_what_is_known_to_be_right(
    feedback: Feedback, answerable: bool, answers: list[list[str]], tag: str
) -> None:
    [question] = question_set([feedback])
    assert (question.answerable, question.answers, question.tags) == (answerable, answers, ["feedback", tag])
    assert question.evidence == ([{"article": "a.txt", "quote": "5000"}] if answers else [])


def test_the_last_word_of_an_owner_on_an_answer_counts(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "feedback.sqlite")
    assert store.given() == []
    for owner, good in (("a", True), ("b", True), ("a", False)):
        store.give(Feedback(answer=said(), good=good), owner)
    assert sorted(f.good for f in store.given()) == [False, True]
    assert [f.good for f in store.given("a")] == [False]
    assert store.given("c") == []


def test_feedback_over_http_and_from_the_command_line(
    home: Home, embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = create_api(Library(home, embedder))
    mine, others = TestClient(api, cookies={COOKIE: "a" * 32}), TestClient(api, cookies={COOKIE: "b" * 32})
    history = History(home.root / "history.sqlite")
    kept = history.begin()
    history.record(kept.id, said("x1"))
    assert mine.post("/api/feedback", json={"answer": "x1", "good": True}).status_code == 204
    assert mine.post("/api/feedback", json={"answer": "x2", "good": True}).status_code == 404
    assert mine.post("/api/feedback", json={"answer": "x1", "good": False, "reason": "ugly"}).status_code == 422
    assert mine.get("/api/feedback").text.count("\n") == 1
    assert others.get("/api/feedback").text == ""
    out = tmp_path / "questions.jsonl"
    run = CliRunner().invoke(app, ["feedback", "--home", str(home.root), "--export", str(out)])
    assert run.exit_code == 0, run.output
    assert [q.answers for q in read_questions(out)] == [[["50"]]]
    listed = CliRunner().invoke(app, ["feedback", "--home", str(home.root)])
    assert "规模？" in listed.output


def test_feedback_that_cannot_be_written_is_an_error_in_a_line(home: Home, tmp_path: Path) -> None:
    FeedbackStore(home.root / "feedback.sqlite").give(Feedback(answer=said(), good=True))
    (home.root / "store.sqlite").touch()
    out = tmp_path / "none" / "questions.jsonl"
    told = CliRunner().invoke(app, ["feedback", "--export", str(out), "--home", str(home.root)])
    assert isinstance(told.exception, YoujuError)
    assert told.exception.message == f"{out} cannot be written: No such file or directory."
