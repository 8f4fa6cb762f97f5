"""An index opened for reading."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import HashEmbedder

from index.build import Event, Indexer
from index.embed import Embedder
from index.errors import EmbedderMismatch, IndexMissing, YoujuError
from index.generations import Home
from index.reader import Reader, open_reader
from index.store import Store

TEXTS = {
    "芯片.txt": "北山芯片厂扩建\n一、产量\n去年芯片产量增长了三成。今年还会增长。\n二、计划\n扩建计划已经公布。",
    "果农.txt": "南河县的果农遇到了大旱，水库的水位很低。合作社调配灌溉用水。",
}


class SmallEmbedder(HashEmbedder):
    dim = 32
    fingerprint = "test:hash-32"


@pytest.fixture
def folder(tmp_path: Path, index: Callable[..., list[Event]]) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    for name, text in TEXTS.items():
        (made / name).write_text(text, "utf-8")
    index(made)
    return made


@pytest.fixture
def reader(folder: Path, home: Home, embedder: Embedder) -> Iterator[Reader]:
    opened = open_reader(home, embedder)
    yield opened
    opened.close()


def test_locate_gives_the_sentence_at_its_place(reader: Reader) -> None:
    numbers = reader.store.sentence_numbers()
    located = reader.locate(numbers)
    assert set(located) == numbers
    for number, found in located.items():
        assert found.number == number
        assert found.sentence == reader.store.sentences_by_number([number])[number].sentence
        assert found.text == found.article.text[found.sentence.span.start : found.sentence.span.end]
    assert sorted(found.text for found in located.values() if found.article.id == "果农.txt") == [
        "南河县的果农遇到了大旱，水库的水位很低。",
        "合作社调配灌溉用水。",
    ]


def test_locate_leaves_out_what_is_not_there(reader: Reader) -> None:
    assert reader.locate([999]) == {}


def test_sentences_of_come_in_the_order_of_the_text(reader: Reader) -> None:
    for number in reader.store.article_numbers():
        located = reader.locate(reader.sentences_of([number]))
        assert [located[n].position for n in reader.sentences_of([number])] == list(range(len(located)))
        assert {found.article_number for found in located.values()} == {number}


def test_nearest_sentence_to_its_own_words_is_itself(reader: Reader, embedder: Embedder) -> None:
    [number] = [n for n, found in reader.locate(reader.store.sentence_numbers()).items() if "水库" in found.text]
    vector = reader.store.sentence_vectors([number])[0]
    assert reader.nearest_sentences(vector, 1) == [(number, pytest.approx(1, abs=1e-6))]
    assert reader.closeness(vector, [number, 999]) == {number: pytest.approx(1, abs=1e-6)}


def test_matching_sentences_find_title_and_heading_too(reader: Reader) -> None:
    located = reader.locate(number for number, _ in reader.matching_sentences("北山", 20))
    assert {found.article.id for found in located.values()} == {"芯片.txt"}
    assert "扩建计划已经公布。" in {found.text for found in located.values()}


def test_matching_articles_finds_across_scripts(reader: Reader) -> None:
    [(number, _)] = reader.matching_articles("晶片廠", 5)
    assert reader.store.articles_by_number([number])[number].id == "芯片.txt"


def test_rarity_is_the_same_for_words_of_one_article(reader: Reader) -> None:
    assert reader.rarity("水库") == reader.rarity("芯片") < reader.rarity("汽车")


def test_sentences_of_removed_articles_are_left_out(
    reader: Reader, folder: Path, index: Callable[..., list[Event]]
) -> None:
    numbers = [number for number, _ in reader.matching_sentences("芯片", 20)]
    (folder / "芯片.txt").unlink()
    index(folder, delete_missing=True)
    assert [number for number, _ in reader.matching_sentences("芯片", 20)] == numbers
    assert reader.locate(numbers) == {}


def test_removal_while_locating_is_survived(reader: Reader, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process removes the article just after its row has been read."""
    writing, rows = Store(home.store, writable=True), reader.store._rows

    def interrupted(sql: str, *values: object) -> list[tuple[object, ...]]:
        found = rows(sql, *values)
        if "FROM articles WHERE number" in sql:
            writing.write([], remove=list(TEXTS))
        return found

    numbers = reader.store.sentence_numbers()
    monkeypatch.setattr(reader.store, "_rows", interrupted)
    located = reader.locate(numbers)
    writing.close()
    assert all(found.text for found in located.values())


def test_empty_home_is_missing(home: Home, embedder: Embedder) -> None:
    with pytest.raises(IndexMissing, match=r"there is no index in .*youju index PATH"):
        open_reader(home, embedder)
    assert not home.root.exists()


def test_first_run_that_has_not_finished_is_missing(home: Home, embedder: Embedder) -> None:
    with home.write_lock():
        Indexer(home, embedder).close()
        with pytest.raises(IndexMissing, match="has not finished"):
            open_reader(home, embedder)


def test_store_of_a_run_killed_at_its_start_says_what_to_do(home: Home, embedder: Embedder) -> None:
    home.root.mkdir()
    home.store.touch()
    with pytest.raises(YoujuError) as caught:
        open_reader(home, embedder)
    assert caught.value.hint != ""


def test_index_of_nothing_finds_nothing(home: Home, embedder: Embedder) -> None:
    with home.write_lock():
        Indexer(home, embedder).close()
    reader = open_reader(home, embedder)
    assert reader.nearest_sentences(embedder.embed_query("芯片"), 5) == []
    assert (reader.matching_sentences("芯片", 5), reader.matching_articles("芯片", 5)) == ([], [])
    reader.close()


def test_other_embedder_is_refused(folder: Path, home: Home) -> None:
    with pytest.raises(EmbedderMismatch, match=r"test:hash-64, but test:hash-32 is set.*--re-embed"):
        open_reader(home, SmallEmbedder())


def test_stale_generation_is_used_while_a_writer_works(folder: Path, home: Home, embedder: Embedder) -> None:
    with home.write_lock():
        indexer = Indexer(home, embedder)
        assert len(list(indexer.remove(["芯片.txt"]))) == 1
        indexer.close()
        reader = open_reader(home, embedder)
    assert reader.generation == "1"
    located = reader.locate(number for number, _ in reader.nearest_sentences(embedder.embed_query("芯片"), 20))
    assert {found.article.id for found in located.values()} == {"果农.txt"}
    reader.close()


def test_generation_of_another_embedder_is_not_used_while_a_writer_works(folder: Path, home: Home) -> None:
    with home.write_lock():
        Indexer(home, SmallEmbedder(), re_embed=True).close()
        with pytest.raises(YoujuError):
            open_reader(home, SmallEmbedder()).close()
