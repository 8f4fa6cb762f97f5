"""What judges a reader: temperatures, the regression over features, CiteCheck, and the questions that are held out."""

import json
from pathlib import Path

import numpy as np
import pytest

from eval.logistic import fit
from eval.questions import TestQuestion
from index.build import prepare
from index.records import LoadedArticle
from qa.reading.model import Output
from qa.verify.verifier import Verifier
from training.citecheck import FEATURES, cross_validated, read_kept, rows_of
from training.claims import of_citecheck
from training.held_out import held_out
from training.measure import ask
from training.split import Split
from training.temperatures import Judged, reliability


def test_temperature_that_made_the_logits_is_found_again() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, 4000)
    right = (rng.random(4000) < 1 / (1 + np.exp(-logits))).astype(float)
    assert Judged(logits, right).fitted() == pytest.approx(1.0, abs=0.1)
    assert Judged(3 * logits, right).fitted() == pytest.approx(3.0, abs=0.3)


def test_temperature_of_a_ranking() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(800), 5)
    logits = rng.normal(0, 1.5, 4000)
    chances = Judged(logits, np.zeros(4000), groups).chances(1.0)
    assert chances.reshape(-1, 5).sum(axis=1) == pytest.approx(np.ones(800))
    right = np.concatenate([rng.multinomial(1, c / c.sum()) for c in chances.reshape(-1, 5)]).astype(float)
    assert Judged(2 * logits, right, groups).fitted() == pytest.approx(2.0, abs=0.2)


def test_reliability_by_tenths() -> None:
    chances, right = np.array([0.05, 0.07, 0.95, 1.0]), np.array([0.0, 1.0, 1.0, 1.0])
    assert reliability(chances, right, np.ones(4)) == [(pytest.approx(0.06), 0.5), (pytest.approx(0.975), 1.0)]
    assert reliability(chances, right, np.array([3.0, 1.0, 1.0, 1.0]))[0] == (pytest.approx(0.055), 0.25)


def test_both_kinds_weigh_the_same_in_a_diagram_of_what_was_fitted_so() -> None:
    judged = Judged(np.zeros(10), np.array([1.0] + [0.0] * 9))
    assert judged.weights[0] == pytest.approx(judged.weights[1:].sum())
    assert reliability(judged.chances(1.0), judged.right, judged.weights) == [(0.5, pytest.approx(0.5))]


def test_logistic_regression_separates_what_can_be() -> None:
    features = np.array([[-2.0, 5.0], [-1.0, 3.0], [1.0, 4.0], [2.0, 5.0]])
    answers = np.array([0.0, 0.0, 1.0, 1.0])
    chances = fit(features, answers).chances(np.array([[-1.5, 4.0], [1.5, 4.0]]))
    assert chances[0] < 0.1
    assert chances[1] > 0.9


def test_logistic_regression_where_both_answers_weigh_the_same() -> None:
    """Nothing to tell them apart: the chance is the share of ones, or one half."""
    features, answers = np.zeros((10, 1)), np.array([1.0] + [0.0] * 9)
    assert fit(features, answers).chances(features[:1]) == pytest.approx([0.1], abs=1e-3)
    assert fit(features, answers, balanced=True).chances(features[:1]) == pytest.approx([0.5], abs=1e-3)


class Matching:
    """Says of a text how much of the question's characters it has, and that the answer is its first digits."""

    def pair(self, question: str, title: str, text: str) -> tuple[str, str]:
        return question, text

    def read(self, pairs: list[tuple[str, str]]) -> list[Output]:
        return [self._of(*pair) for pair in pairs]

    @staticmethod
    def _of(question: str, text: str) -> Output:
        share = sum(c in text for c in question) / len(question)
        start = next((i for i, c in enumerate(text) if c.isdigit()), 0)
        end = next((i for i in range(start, len(text)) if not text[i].isdigit()), len(text))
        starts = np.zeros(len(text), dtype=np.float32)
        starts[start] = 1.0
        return Output(8 * share, share, 10 * share - 8, np.arange(len(text)), starts, start, end, 1.0)


def test_ask_of_the_one_article() -> None:
    text = (
        "产业公报发布。"
        + "天气晴朗。" * 40
        + "\n\n"
        + "软件产业营收达到6000亿元，软件企业的营收增加。"
        + "公园开放。" * 40
    )
    article = prepare(LoadedArticle(id="a", text=text))
    gold = {"article": "a", "quote": "软件产业营收达到6000亿元，软件企业的营收增加。"}
    question = TestQuestion(id="1", question="软件产业营收", answers=[["6000"]], evidence=[gold])  # type: ignore[list-item]
    found = ask(Matching(), question, article)  # type: ignore[arg-type]
    assert (found.sentence_first, found.exact, found.f1) == (True, True, 1.0)
    other = question.model_copy(update={"answers": [["6000亿元"]]})
    assert ask(Matching(), other, article).exact is False  # type: ignore[arg-type]
    assert ask(Matching(), other, article).f1 == pytest.approx(2 * 4 / (4 + 6))  # type: ignore[arg-type]


def test_citecheck_tells_statements_that_are_borne_out(tmp_path: Path) -> None:
    rows = [
        {"idx": n, "query": f"问{n}", "statement": f"第{n}区产值达到{n}亿元。", "label": n % 2,
         "quote": f"[1] 第{n}区产值达到{n}亿元。" if n % 2 else f"[1] 公园{n}点开放，天气晴朗。"}
        for n in range(40)
    ]  # fmt: skip
    path = tmp_path / "s.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    statements = list(of_citecheck(path))
    assert not any(s.text.startswith("[1]") for s in statements)
    assert 10 < sum(s.validation for s in statements) < 30
    kept = read_kept(path)
    assert [s.query for s in kept] == [
        f"问{row['idx']}" for row in rows if f"citecheck-{row['idx']}" in {s.id for s in statements if s.validation}
    ]
    found_rows = rows_of(Verifier(Matching()), kept)  # type: ignore[arg-type]
    assert found_rows.shape == (len(kept), len(FEATURES))
    found = cross_validated(found_rows, kept)
    assert {name: np.mean(right) for name, right in found.items()} == {"counted": 1.0, "read": 1.0, "both": 1.0}


def test_held_out_questions_are_those_of_validation_articles(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    rows = [{"id": str(n), "question": "什么？", "evidence": [{"article": f"a{n}", "quote": "甲"}]} for n in range(200)]
    (folder / "questions.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    articles = "".join(json.dumps({"id": f"a{n}", "title": "", "text": "甲"}) + "\n" for n in range(200))
    (folder / "articles.jsonl").write_text(articles, "utf-8")
    split = Split(folder)
    assert held_out(folder, tmp_path / "out") == sum(split.sides.values()) > 0
    kept = [json.loads(line) for line in (tmp_path / "out" / "questions.jsonl").read_text("utf-8").splitlines()]
    assert all(split.is_validation(f"a{row['id']}") for row in kept)
    assert (tmp_path / "out" / "articles.jsonl").read_text("utf-8") == articles
    held_out(folder, tmp_path / "out")  # a second time over the first
