"""The bundled reader itself: what it says of windows, with the weights that ship."""

from pathlib import Path

import numpy as np
import pytest

from qa.reading.model import Output, ReadingModel, Text, _likeliest
from qa.reading.weights import FILE, HEADS, read_weights

QUESTION = "武汉2027年软件产业的营收目标是多少？"
ANSWERS = Text("武汉软件业规划", "近日，武汉市公布软件产业规划。到2027年，全市软件产业营收将达到6000亿元。")
OTHER_PLACE = Text("长沙软件业规划", "近日，长沙市公布软件产业规划，企业将达到300家。")
WEATHER = Text("天气", "本周末多云转晴，气温回升，适合出行。市民纷纷到公园赏花。")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ReadingModel:
    return ReadingModel(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def read(model: ReadingModel) -> list[Output]:
    return model.read(QUESTION, [WEATHER, ANSWERS, OTHER_PLACE])


def test_the_window_that_answers_comes_first(read: list[Output]) -> None:
    weather, answers, other = read
    assert answers.rank > other.rank > weather.rank
    assert answers.answerable > max(other.answerable, weather.answerable)


def test_the_answer_is_found_in_its_window(read: list[Output]) -> None:
    output = read[1]
    assert "6000亿" in ANSWERS.text[output.start : output.end]
    assert output.end - output.start < 12
    begin = ANSWERS.text.index("到2027")
    assert output.share(begin, len(ANSWERS.text)) > 0.9
    assert output.share(0, begin) + output.share(begin, len(ANSWERS.text)) == pytest.approx(1.0, abs=1e-5)


def test_a_statement_is_borne_out_by_what_says_it(model: ReadingModel) -> None:
    said = model.read("武汉软件产业营收到2027年将达到6000亿元。", [ANSWERS, WEATHER])
    assert said[0].support > 0 > said[1].support


def test_the_other_script_says_nearly_the_same(model: ReadingModel, read: list[Output]) -> None:
    text = "近日，武漢市公布軟件產業規劃。到2027年，全市軟件產業營收將達到6000億元。"
    [output] = model.read("武漢2027年軟件產業的營收目標是多少？", [Text("武漢軟件業規劃", text)])
    assert "6000億" in text[output.start : output.end]
    assert output.rank == pytest.approx(read[1].rank, abs=1.5)


def test_what_is_said_of_a_window_does_not_depend_on_the_others(model: ReadingModel, read: list[Output]) -> None:
    [alone] = model.read(QUESTION, [ANSWERS])
    assert (alone.rank, alone.answerable, alone.support) == (read[1].rank, read[1].answerable, read[1].support)
    assert np.array_equal(alone.starts, read[1].starts)


def test_no_windows_and_empty_windows(model: ReadingModel) -> None:
    assert model.read(QUESTION, []) == []
    [output] = model.read(QUESTION, [Text("", "")])
    assert (output.start, output.end, output.certainty, output.share(0, 9)) == (0, 0, 0.0, 0.0)


@pytest.mark.parametrize("text", ["   ", "。", "产" * 3000, "\u3000\n６０００亿元\n"])
def test_spans_lie_in_the_text(model: ReadingModel, text: str) -> None:
    [output] = model.read(QUESTION, [Text("", text)])
    assert 0 <= output.start <= output.end <= len(text)
    assert text[output.start : output.end] == text[output.start : output.end].strip()


def test_length_is_that_of_the_whole_sequence(model: ReadingModel) -> None:
    assert model.length(QUESTION, WEATHER) > model.length("几度？", WEATHER) > model.length("几度？", Text("", "晴。"))


def test_the_graph_is_kept_and_read_again(tmp_path: Path, model: ReadingModel, read: list[Output]) -> None:
    first = ReadingModel(tmp_path)
    first.warm_up()
    [kept] = tmp_path.glob("reader-*.bin")
    made = kept.stat().st_mtime_ns
    [again] = ReadingModel(tmp_path).read(QUESTION, [ANSWERS])
    assert again.rank == read[1].rank
    assert kept.stat().st_mtime_ns == made


def test_weights_are_small_and_name_their_licences() -> None:
    assert FILE.stat().st_size < 5_000_000
    licences = FILE.with_name("reader.LICENCES.md").read_text("utf-8")
    assert all(name in licences for name in ("CC BY-SA 3.0", "CC BY-SA 4.0", "Apache-2.0", "MIT"))
    weights = read_weights()
    assert weights.temperatures.shape == (len(HEADS),)
    assert (weights.temperatures > 0).all()


def test_likeliest_span_is_in_order_and_not_too_long() -> None:
    logits = np.full((60, 2), -5.0, dtype=np.float32)
    logits[50, 0], logits[10, 1] = 9.0, 9.0  # an end before its start
    logits[8, 0], logits[50, 1] = 4.0, 3.0
    assert _likeliest(logits) in [(8, 10), (50, 50)]
    logits[:] = -5.0
    logits[0, 0], logits[59, 1] = 9.0, 9.0  # too long as one
    first, last = _likeliest(logits)
    assert first <= last < first + 40
    assert _likeliest(np.empty((0, 2), dtype=np.float32)) == (0, 0)
