"""The bundled reader itself: what it says of windows, with the weights that ship."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import RerankerError
from qa.reading.model import Output, ReadingModel, _likeliest
from qa.reading.weights import FILE, HEADS, digest, read_weights

QUESTION = "武汉2027年软件产业的营收目标是多少？"
Text = tuple[str, str]
"""Title and text of a window."""

ANSWERS = ("武汉软件业规划", "近日，武汉市公布软件产业规划。到2027年，全市软件产业营收将达到6000亿元。")
OTHER_PLACE = ("长沙软件业规划", "近日，长沙市公布软件产业规划，企业将达到300家。")
WEATHER = ("天气", "本周末多云转晴，气温回升，适合出行。市民纷纷到公园赏花。")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReadingModel:
    return ReadingModel(tmp_path_factory.mktemp("cache"))


def read_all(model: ReadingModel, question: str, *texts: Text) -> list[Output]:
    return model.read([model.pair(question, *text) for text in texts])


@pytest.fixture(scope="module")
def read(model: ReadingModel) -> list[Output]:
    return read_all(model, QUESTION, WEATHER, ANSWERS, OTHER_PLACE)


def test_the_window_that_answers_comes_first(read: list[Output]) -> None:
    weather, answers, other = read
    assert answers.rank > other.rank > weather.rank
    assert answers.answerable > max(other.answerable, weather.answerable)


def test_the_answer_is_found_in_its_window(read: list[Output]) -> None:
    output = read[1]
    assert "6000亿" in ANSWERS[1][output.start : output.end]
    assert output.end - output.start < 12
    begin = ANSWERS[1].index("到2027")
    assert output.share(begin, len(ANSWERS[1])) > 0.9
    assert output.share(0, begin) + output.share(begin, len(ANSWERS[1])) == pytest.approx(1.0, abs=1e-5)


def test_a_statement_is_borne_out_by_what_says_it(model: ReadingModel) -> None:
    said = read_all(model, "武汉软件产业营收到2027年将达到6000亿元。", ANSWERS, WEATHER)
    assert said[0].support > 0 > said[1].support


def test_the_other_script_says_nearly_the_same(model: ReadingModel, read: list[Output]) -> None:
    text = "近日，武漢市公布軟件產業規劃。到2027年，全市軟件產業營收將達到6000億元。"
    [output] = read_all(model, "武漢2027年軟件產業的營收目標是多少？", ("武漢軟件業規劃", text))
    assert "6000億" in text[output.start : output.end]
    assert output.rank == pytest.approx(read[1].rank, abs=1.5)


def test_what_is_said_of_a_window_does_not_depend_on_the_others(model: ReadingModel, read: list[Output]) -> None:
    [alone] = read_all(model, QUESTION, ANSWERS)
    assert (alone.rank, alone.answerable, alone.support) == (read[1].rank, read[1].answerable, read[1].support)
    assert np.array_equal(alone.starts, read[1].starts)


def test_no_windows_and_empty_windows(model: ReadingModel) -> None:
    assert model.read([]) == []
    [output] = read_all(model, QUESTION, ("", ""))
    assert (output.start, output.end, output.certainty, output.share(0, 9)) == (0, 0, 0.0, 0.0)


@pytest.mark.parametrize("text", ["   ", "。", "产" * 3000, "\u3000\n６０００亿元\n"])
def test_spans_lie_in_the_text(model: ReadingModel, text: str) -> None:
    [output] = read_all(model, QUESTION, ("", text))
    assert 0 <= output.start <= output.end <= len(text)
    assert text[output.start : output.end] == text[output.start : output.end].strip()


@given(
    st.lists(
        st.sampled_from(["规划公布。", "2027年建成。", "\n", "\u3000", "营收６０００亿元。", "a b "]),
        min_size=1,
        max_size=8,
    )
)
@settings(deadline=None, max_examples=25)
def test_every_answer_starts_in_some_sentence(model: ReadingModel, parts: list[str]) -> None:
    text = "".join(parts)
    [output] = read_all(model, QUESTION, ("", text))
    shares = [output.share(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    assert sum(shares) == pytest.approx(1.0 if text.strip() else 0.0, abs=1e-5)


def test_an_answer_at_the_begin_of_a_line_belongs_to_that_line(model: ReadingModel) -> None:
    text = "规划公布。\n6000亿元是2027年软件产业的营收目标。"
    [output] = read_all(model, QUESTION, ("武汉软件业规划", text))
    assert output.share(text.index("6000"), len(text)) > 0.9
    assert set(output.begins.tolist()) >= {text.index("6000")}


def test_the_graph_is_kept_and_read_again(tmp_path: Path, model: ReadingModel, read: list[Output]) -> None:
    first = ReadingModel(tmp_path)
    first.warm_up()
    [kept] = tmp_path.glob("reader-*.bin")
    made = kept.stat().st_mtime_ns
    [again] = read_all(ReadingModel(tmp_path), QUESTION, ANSWERS)
    assert again.rank == read[1].rank
    assert kept.stat().st_mtime_ns == made


def test_weights_are_small_and_name_their_licences() -> None:
    assert FILE.stat().st_size < 5_000_000
    licences = FILE.with_name("reader.LICENCES.md").read_text("utf-8")
    assert all(name in licences for name in ("CC BY-SA 3.0", "CC BY-SA 4.0", "Apache-2.0", "MIT"))
    weights = read_weights()
    assert weights.temperatures.shape == (len(HEADS),)
    assert (weights.temperatures > 0).all()


@pytest.mark.parametrize("damage", ["missing", "damaged", "without a head", "whole matrices"])
def test_weights_that_cannot_be_used_are_an_error(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "reader.npz"
    with np.load(FILE) as arrays:
        kept = dict(arrays)
    if damage == "damaged":
        path.write_bytes(FILE.read_bytes()[:1000])
    elif damage == "without a head":
        np.savez(path, **{name: value for name, value in kept.items() if "support" not in name})
    elif damage == "whole matrices":
        np.savez(path, **kept, **{"layers.6.q.weight": np.zeros((2, 2))})
    with pytest.raises(RerankerError, match="YOUJU_RERANKER=bundled"):
        ReadingModel(tmp_path / "cache", path).warm_up()
    if damage == "missing":
        with pytest.raises(RerankerError, match="cannot be used"):
            digest(path)


def test_likeliest_span_is_in_order_and_not_too_long() -> None:
    logits = np.full((60, 2), -5.0, dtype=np.float32)
    logits[50, 0], logits[10, 1] = 9.0, 9.0  # an end before its start
    logits[8, 0], logits[50, 1] = 4.0, 3.0
    assert _likeliest(logits) == (8, 10)
    logits[:] = -5.0
    logits[0, 0], logits[59, 1] = 9.0, 9.0  # too long as one
    first, last = _likeliest(logits)
    assert first <= last < first + 40
