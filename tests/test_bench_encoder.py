"""What the encoder's benchmark measures; never how fast it is."""

from pathlib import Path

from eval.bench_encoder import ARTICLES, alternating, compare, ratio, sentences_of
from index.embed import Embedder


def test_sentences_are_those_that_indexing_embeds() -> None:
    texts = sentences_of([ARTICLES], 50)
    assert len(set(texts)) == 50
    assert all("\n" in text for text in texts), "each has its title before it"
    assert texts == sentences_of([ARTICLES], 50)


def test_sentences_are_all_where_there_are_few(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("标题\n\n第一句。第二句。", "utf-8")
    assert len(sentences_of([tmp_path / "a.txt"], 50)) == 3


def test_alternating_runs_each_in_turn() -> None:
    calls: list[str] = []
    times = alternating({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, 3)
    assert calls == ["a", "b"] * 3
    assert [len(t) for t in times.values()] == [3, 3]


def test_ratio_is_the_median_of_the_pairs() -> None:
    assert ratio([1.0, 2.0, 1.0], [3.0, 2.0, 9.0]) == 3.0


def test_compare_has_a_row_for_each(embedder: Embedder) -> None:
    table = compare({"ours": embedder, "other": embedder}, ["合肥", "苏州"], 2)
    assert list(table.columns[0].cells) == ["ours", "other"]
    assert list(table.columns[5].cells) == ["1.0000", "1.0000"]
