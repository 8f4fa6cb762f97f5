"""The SQLite store."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embed import Embedding, Vectors
from index.errors import ArticleNotFound, StoreError, StoreFull, StoreVersionError
from index.records import Article, DateMention, Dropped, Sentence, Span
from index.store import ArticleSummary, Entry, Store

TEXT = "标题\n2024年的😀事。第二句。"
FULL = Article(
    id="a/甲.txt",
    title="标题",
    source="北山日报",
    published="2024-03-18",
    url="https://example.org/a",
    text=TEXT,
    sentences=(
        Sentence(Span(0, 2), 0, is_heading=True),
        Sentence(Span(3, 12), 1, Span(0, 2), dates=(DateMention(Span(3, 8), "2024-01-01", "2024-12-31", False),)),
        Sentence(Span(12, 16), 1, Span(0, 2)),
    ),
    dropped=(Dropped("page", "广告"), Dropped("byline", "来源：“北山”")),
    notes=("a note", "注"),
    origin="/files",
    version=3,
    content_hash="abc",
    group="a/乙.txt",
)


def row(seed: int) -> Vectors:
    return np.random.default_rng(seed).normal(size=4).astype(np.float32)


def entry(article: Article, *keys: bytes) -> Entry:
    names = list(keys) or [f"{article.id}{n}{article.text}".encode() for n in range(len(article.sentences))]
    return Entry(article, b"signature", names, [Embedding(row(sum(name))) for name in names])


def simple(article_id: str, text: str = "一句。", **fields: str) -> Article:
    return replace(Article(article_id, "", "", "", "", text, (Sentence(Span(0, len(text)), 0),)), **fields)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path, writable=True)
    yield opened
    opened.close()


def reopened(path: Path) -> Store:
    return Store(path)


def test_article_reads_back_equal(store: Store) -> None:
    store.write([entry(FULL)])
    assert store.article("a/甲.txt") == FULL


def test_article_reads_back_equal_after_reopening(store: Store, path: Path) -> None:
    store.write([entry(FULL), entry(simple("b"))])
    store.close()
    again = reopened(path)
    assert (again.article("a/甲.txt"), again.article("b")) == (FULL, simple("b"))
    again.close()


DATED = {"a": "2024-01-01", "b": "2024-06-30", "c": "2024-12-31", "d": "", "e": "2023-12-31"}


def named(store: Store, numbers: set[int]) -> str:
    return "".join(sorted(store.article_ids(numbers).values()))


@pytest.fixture
def dated(store: Store) -> Store:
    """Articles a to e; d has no date, and b no source."""
    sources = {"a": "新华社", "b": "", "c": "新華社", "d": "新华社", "e": "江报"}
    store.write([entry(simple(i, published=day, source=sources[i])) for i, day in DATED.items()])
    return store


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, "abcde"),
        ({"since": "2024-01-01"}, "abc"),
        ({"since": "2024-01-02"}, "bc"),
        ({"until": "2024-06-30"}, "abe"),
        ({"until": "2024-06-29"}, "ae"),
        ({"since": "2024-06-30", "until": "2024-06-30"}, "b"),
        ({"since": "2025-01-01"}, ""),
        ({"sources": ["新华社"]}, "ad"),
        ({"sources": ["新华社", "江报"]}, "ade"),
        ({"sources": []}, ""),
        ({"ids": ["b", "e", "none"]}, "be"),
        ({"ids": ["a", "b"], "sources": ["新华社"], "until": "2024-12-31"}, "a"),
        ({"ids": ["d"], "until": "2024-12-31"}, ""),
    ],
)
def test_articles_where_all_conditions_hold(dated: Store, conditions: dict[str, Any], expected: str) -> None:
    assert named(dated, dated.articles_where(**conditions)) == expected


def test_sources_are_as_written(dated: Store) -> None:
    assert dated.sources() == {"新华社", "新華社", "江报", ""}


def test_numbers_by_id_leave_out_what_is_not_there(dated: Store) -> None:
    numbers = dated.numbers_by_id(["a", "none", "d", "a\0", "甲"])
    assert list(numbers) == ["a", "d"]
    assert [dated.articles_by_number([n])[n].id for n in numbers.values()] == ["a", "d"]


def test_store_made_before_there_were_filters_is_filtered_too(dated: Store, path: Path) -> None:
    """Without the index on dates until the next run writes, and with it afterwards."""
    dated.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP INDEX articles_by_date")
    for writable in (False, True):
        again = Store(path, writable=writable)
        assert named(again, again.articles_where(since="2024-06-30")) == "bc"
        again.close()
    with closing(sqlite3.connect(path)) as db:
        [(_, _, _, plan)] = db.execute(
            "EXPLAIN QUERY PLAN SELECT number FROM articles WHERE published >= ''"
        ).fetchall()
    assert "articles_by_date" in plan


def test_updated_article_replaces_the_old_one(store: Store) -> None:
    store.write([entry(FULL)])
    old = store.sentence_numbers()
    newer = replace(simple("a/甲.txt", "新的。"), version=4)
    store.write([entry(newer)])
    assert store.article("a/甲.txt") == newer
    assert store.versions() == {"a/甲.txt": (4, "")}
    assert (len(store.sentence_numbers()), store.sentence_numbers() & old) == (1, set())


def test_numbers_are_never_used_again(store: Store) -> None:
    store.write([entry(simple("a")), entry(simple("b"))])
    before = store.sentence_numbers() | store.article_numbers()
    store.write([], remove=["a", "b"])
    store.write([entry(simple("a"))])
    assert min(store.sentence_numbers() | store.article_numbers()) > max(before)


def test_removed_article_is_gone(store: Store) -> None:
    store.write([entry(simple("a")), entry(simple("b"))])
    store.write([], remove=["a"])
    assert list(store.versions()) == ["b"]
    assert len(store.sentence_numbers()) == 1
    with pytest.raises(ArticleNotFound, match=r"'a'.*youju articles"):
        store.article("a")


def test_removing_and_adding_the_same_id_keeps_it(store: Store) -> None:
    store.write([entry(simple("a"))])
    store.write([entry(simple("a", "新。"))], remove=["a"])
    assert store.article("a").text == "新。"


def test_missing_article_is_not_found(store: Store) -> None:
    with pytest.raises(ArticleNotFound):
        store.article("a")
    assert store.articles_by_number([1]) == {}
    assert store.sentences_by_number([1]) == {}


def test_content_rises_once_a_writing_transaction(store: Store) -> None:
    seen = [store.content]
    store.write([entry(simple("a")), entry(simple("b"))])
    seen.append(store.content)
    store.write([], remove=["a"])
    seen.append(store.content)
    store.set_meta("embedder", "x")
    store.drop_unused_vectors()
    seen.append(store.content)
    store.replace_vectors([], "y")
    assert [*seen, store.content] == [0, 1, 2, 2, 3]


def test_failing_write_changes_nothing(store: Store) -> None:
    store.write([entry(simple("a"))])
    with pytest.raises(ValueError, match="zip"):
        store.write([entry(simple("b")), entry(simple("c"), b"one", b"two")], remove=["a"])
    assert (list(store.versions()), store.content) == (["a"], 1)
    assert store.known_embeddings([b"one"]) == {}
    store.write([entry(simple("b"))])
    assert (list(store.versions()), store.content) == (["a", "b"], 2)


def test_summaries_come_by_id(store: Store) -> None:
    store.write([entry(simple("b")), entry(FULL)])
    assert store.summaries() == [
        ArticleSummary(FULL.id, 3, "标题", "北山日报", "2024-03-18", "https://example.org/a", 16, 3, "a/乙.txt"),
        ArticleSummary("b", 1, "", "", "", "", 3, 1, ""),
    ]


def test_versions_carry_the_content_hash(store: Store) -> None:
    store.write([entry(FULL), entry(simple("b", content_hash="h"))])
    assert store.versions() == {"a/甲.txt": (3, "abc"), "b": (1, "h")}


def test_ids_from_an_origin(store: Store) -> None:
    store.write([entry(simple(name, origin=origin)) for name, origin in (("a", "/x"), ("b", "/x"), ("c", "/x/y"))])
    assert (store.ids_from("/x"), store.ids_from("/x/y"), store.ids_from("/")) == ({"a", "b"}, {"c"}, set())


def test_signatures_come_in_the_order_of_writing(store: Store) -> None:
    store.write([entry(simple("b", group="b")), entry(simple("a", group="b"))])
    assert list(store.signatures()) == [("b", b"signature", "b"), ("a", b"signature", "b")]


def test_sentences_by_number_name_their_article(store: Store) -> None:
    store.write([entry(simple("a")), entry(FULL)])
    [number] = store.article_numbers() - {min(store.article_numbers())}
    numbers = store.sentence_numbers_of(number)
    found = store.sentences_by_number([*numbers, 99])
    assert [found[n].sentence for n in numbers] == list(FULL.sentences)
    assert {item.article for item in found.values()} == {number}
    assert store.articles_by_number([number, 99]) == {number: FULL}


def test_known_embeddings_are_those_stored(store: Store) -> None:
    store.write([entry(simple("a"), b"ka")])
    found = store.known_embeddings([b"ka", b"kb", b"ka"])
    assert list(found) == [b"ka"]
    assert found[b"ka"].vector.tolist() == row(sum(b"ka")).tolist()
    assert found[b"ka"].tokens.shape == (0, 0)


def test_token_vectors_come_back_by_sentence(store: Store) -> None:
    tokens = np.arange(-6, 6, dtype=np.int8).reshape(3, 4)
    store.write([Entry(simple("a"), b"signature", [b"ka"], [Embedding(row(1), tokens)]), entry(simple("b"), b"kb")])
    found = store.sentence_tokens([1, 2, 99])
    assert {number: rows.tolist() for number, rows in found.items()} == {1: tokens.tolist(), 2: []}
    assert store.known_embeddings([b"ka"])[b"ka"].tokens.tolist() == tokens.tolist()


def test_sentence_vectors_come_in_the_order_asked(store: Store) -> None:
    store.write([entry(simple("a"), b"ka"), entry(simple("b"), b"kb")])
    first, second = sorted(store.sentence_numbers())
    assert store.sentence_vectors([second, first]).tolist() == [row(sum(b"kb")).tolist(), row(sum(b"ka")).tolist()]
    assert store.sentence_vectors([]).shape[0] == 0
    with pytest.raises(StoreError, match=r"sentence 99 has no vector.*--re-embed"):
        store.sentence_vectors([99])


def test_unused_vectors_are_dropped_and_used_ones_kept(store: Store) -> None:
    store.write([entry(simple("a"), b"ka"), entry(simple("b"), b"shared"), entry(simple("c"), b"shared")])
    store.write([], remove=["a", "b"])
    assert set(store.known_embeddings([b"ka", b"shared"])) == {b"ka", b"shared"}
    store.drop_unused_vectors()
    assert set(store.known_embeddings([b"ka", b"shared"])) == {b"shared"}


def test_replace_vectors_sets_all(store: Store) -> None:
    store.write([entry(simple("a"), b"ka"), entry(simple("b"), b"kb")])
    new = [(number, [key], [Embedding(row(seed))]) for number, key, seed in ((1, b"na", 1), (2, b"nb", 2))]
    store.replace_vectors(iter(new), "other")
    assert store.sentence_vectors(sorted(store.sentence_numbers())).tolist() == [row(1).tolist(), row(2).tolist()]
    assert store.meta("embedder") == "other"


def test_replace_vectors_is_all_or_nothing(store: Store) -> None:
    def failing() -> Iterator[tuple[int, list[bytes], list[Embedding]]]:
        yield 1, [b"na"], [Embedding(row(1))]
        raise RuntimeError("the model failed")

    store.set_meta("embedder", "old")
    store.write([entry(simple("a"), b"ka"), entry(simple("b"), b"kb")])
    with pytest.raises(RuntimeError, match="the model failed"):
        store.replace_vectors(failing(), "new")
    assert (store.meta("embedder"), store.content) == ("old", 1)
    assert store.known_embeddings([b"na"]) == {}
    assert store.sentence_vectors([1]).tolist() == [row(sum(b"ka")).tolist()]


@pytest.mark.parametrize("writable", [True, False])
def test_file_that_is_no_database_is_refused(path: Path, writable: bool) -> None:
    path.write_bytes(b"this is no database at all" * 100)
    with pytest.raises(StoreError, match=r"damaged or not a youju store.*new home folder"):
        Store(path, writable=writable)
    assert path.read_bytes() == b"this is no database at all" * 100


@pytest.mark.parametrize("writable", [True, False])
def test_database_of_another_program_is_refused(path: Path, writable: bool) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE notes (text)")
    other.close()
    with pytest.raises(StoreError) as caught:
        Store(path, writable=writable)
    assert "home folder" in caught.value.hint


def made_by_layout_1(path: Path) -> None:
    """A store without token vectors, as versions before them wrote it."""
    store = Store(path, writable=True)
    store.write([entry(simple("a"), b"ka")])
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE vectors DROP COLUMN tokens")
        db.execute("ALTER TABLE vectors DROP COLUMN width")
        db.execute("UPDATE meta SET value = '1' WHERE key = 'layout'")
    db.close()


def test_layout_1_is_refused_for_reading_with_the_way_out(path: Path) -> None:
    made_by_layout_1(path)
    with pytest.raises(StoreVersionError, match=r"older version.*--re-embed"):
        Store(path)


def test_layout_1_is_left_as_it_is_by_a_writer_that_does_not_upgrade(path: Path) -> None:
    made_by_layout_1(path)
    with pytest.raises(StoreVersionError, match=r"older version.*--re-embed"):
        Store(path, writable=True)
    with pytest.raises(StoreVersionError, match=r"layout 1, now 2"):
        Store(path)


def test_layout_1_is_upgraded_when_asked_and_keeps_its_articles(path: Path) -> None:
    made_by_layout_1(path)
    store = Store(path, writable=True, upgrade=True)
    assert list(store.versions()) == ["a"]
    assert store.sentence_vectors([1]).tolist() == [row(sum(b"ka")).tolist()]
    assert store.sentence_tokens([1])[1].shape == (0, 0)
    store.write([entry(simple("b"), b"kb")])
    store.close()
    assert list(Store(path).versions()) == ["a", "b"]


@pytest.mark.parametrize("writable", [True, False])
def test_other_layout_is_refused(store: Store, path: Path, writable: bool) -> None:
    store.set_meta("layout", "0")
    store.close()
    with pytest.raises(StoreVersionError, match=r"has layout 0.*--home"):
        Store(path, writable=writable)


def test_missing_folder_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used: unable to open database file"):
        Store(tmp_path / "missing" / "store.sqlite", writable=True)


def test_full_disk_keeps_what_was_committed(store: Store, path: Path) -> None:
    store.write([entry(FULL)])
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreFull, match=r"the disk is full.*free some space"):
        store.write([entry(simple("b", "长" * 100_000))], remove=[FULL.id])
    assert (store.article(FULL.id), store.content) == (FULL, 1)
    store.close()
    again = Store(path, writable=True)
    assert (again.article(FULL.id), list(again.versions()), again.content) == (FULL, [FULL.id], 1)
    again.write([entry(simple("b", "长" * 100_000))])
    assert again.article("b").text == "长" * 100_000
    again.close()


def test_open_reader_sees_what_another_connection_commits(store: Store, path: Path) -> None:
    reading = reopened(path)
    store.write([entry(FULL)])
    assert (reading.article(FULL.id), reading.content) == (FULL, 1)
    reading.close()
