"""The library: opens the index once, and anew when it has changed."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build import Event
from index.embed import Embedder
from index.errors import EmbedderMismatch, IndexMissing
from index.generations import Home
from qa.library import Library

Index = Callable[..., list[Event]]


@pytest.fixture
def library(home: Home, embedder: Embedder) -> Iterator[Library]:
    library = Library(home, embedder)
    yield library
    if home.exists:
        library.reader().close()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "wuhan.txt").write_text("武汉量子产业规模达到300亿元。", "utf-8")
    return folder


def test_library_without_an_index_raises(library: Library) -> None:
    with pytest.raises(IndexMissing):
        library.pipeline()


def test_library_without_an_index_makes_no_folder(library: Library, home: Home) -> None:
    with pytest.raises(IndexMissing):
        library.reader()
    assert not home.root.exists()


def test_library_warm_up_says_what_is_missing(library: Library, home: Home) -> None:
    assert str(home.root) in library.warm_up()


def test_library_warm_up_with_an_index_says_nothing(library: Library, index: Index, articles: Path) -> None:
    index(articles)
    assert library.warm_up() == ""


def test_library_picks_up_an_index_made_later(library: Library, index: Index, articles: Path) -> None:
    library.warm_up()
    index(articles)
    assert [hit.article_id for hit in library.pipeline().search("武汉")] == ["wuhan.txt"]


def test_library_keeps_its_pipeline_while_nothing_changes(library: Library, index: Index, articles: Path) -> None:
    index(articles)
    assert library.pipeline() is library.pipeline()


def test_library_picks_up_a_newer_generation(library: Library, index: Index, articles: Path) -> None:
    index(articles)
    old = library.reader()
    (articles / "shanghai.txt").write_text("上海量子产业规模达到5000亿元。", "utf-8")
    index(articles)
    assert {hit.article_id for hit in library.pipeline().search("量子产业规模")} == {"wuhan.txt", "shanghai.txt"}
    assert library.reader() is not old
    old.close()


def test_library_with_another_embedder_raises(home: Home, index: Index, articles: Path, embedder: Embedder) -> None:
    class Other(type(embedder)):  # type: ignore[misc]
        fingerprint = "test:other"

    index(articles)
    with pytest.raises(EmbedderMismatch):
        Library(home, Other()).pipeline()
