"""A set's folder, and the index of its own articles: built once, again when either changes."""

import json
from pathlib import Path

import pytest
from conftest import HashEmbedder

from eval.questions import ARTICLES, QUESTIONS, QuestionSetError
from eval.set_folder import STAMP, QuestionSet, SetIndex, open_set
from index.build import Outcome
from index.errors import IndexBusy
from index.reader import open_reader

LINES = [
    {"id": "武/汉", "text": "武汉市发布量子产业规划。到2027年，规模将达到300亿元。"},
    {"id": "b", "text": "深圳有60家企业。"},
    {"id": "c", "text": "合肥的果园收了九吨苹果。"},
]


class Counting(HashEmbedder):
    """Counts the texts that it embeds."""

    def __init__(self, fingerprint: str = "test:hash-64") -> None:
        self.fingerprint = fingerprint
        self.embedded = 0

    def embed_passages(self, texts):  # type: ignore[no-untyped-def]
        self.embedded += len(texts)
        return super().embed_passages(texts)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "集" / ARTICLES
    path.parent.mkdir()
    write(path, LINES)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "home"


def write(path: Path, lines: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")


def indexed(own: SetIndex) -> list[str]:
    """Ids of the articles of a set's index."""
    reader = open_reader(own.home, HashEmbedder())
    found = [summary.id for summary in reader.store.summaries()]
    reader.close()
    return found


# -- the folder -------------------------------------------------------------------------------


def test_open_set_of_a_folder(articles: Path) -> None:
    folder = articles.parent
    (folder / QUESTIONS).write_text("", "utf-8")
    assert open_set(folder) == QuestionSet("集", folder / QUESTIONS, articles)
    articles.unlink()
    assert open_set(folder) == QuestionSet("集", folder / QUESTIONS, None)


def test_open_set_of_the_working_folder(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (articles.parent / QUESTIONS).write_text("", "utf-8")
    monkeypatch.chdir(articles.parent)
    assert open_set(Path()) == QuestionSet("集", Path(QUESTIONS), Path(ARTICLES))


@pytest.mark.parametrize(
    ("file", "name"), [("q.jsonl", "q"), ("q.dev.jsonl", "q.dev"), (QUESTIONS, "集"), ("questions.dev.jsonl", "集")]
)
def test_open_set_of_a_file_is_about_the_index_at_hand(articles: Path, file: str, name: str) -> None:
    path = articles.with_name(file)
    path.write_text("", "utf-8")
    assert open_set(path) == QuestionSet(name, path, None)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("集", "has no questions.jsonl. Name the file itself, or use: youju eval-import"),
        ("none", "does not exist. Give a question file, or a folder with one."),
        ("集/none.jsonl", "does not exist. Give a question file, or a folder with one."),
        ("集/q.json", "is not a .jsonl file. Bring it into our form with: youju eval-import"),
        ("集/q", "is not a .jsonl file. Bring it into our form with: youju eval-import"),
    ],
)
def test_open_set_refuses_with_the_way_out(articles: Path, tmp_path: Path, path: str, words: str) -> None:
    articles.with_name("q.json").write_text("[]", "utf-8")
    articles.with_name("q").write_text("", "utf-8")
    with pytest.raises(QuestionSetError) as refused:
        open_set(tmp_path / path)
    assert str(refused.value) == f"{tmp_path / path} {words}"


# -- its index --------------------------------------------------------------------------------


def test_set_index_is_built_below_the_home(articles: Path, root: Path) -> None:
    own = SetIndex(root, articles, HashEmbedder())
    assert (own.is_complete, own.count(), root.exists()) == (False, 3, False)
    assert [(e.outcome, e.article_id) for e in own.build()] == [(Outcome.ADDED, line["id"]) for line in LINES]
    assert (own.is_complete, own.home.root.parent, len(own.home.root.name)) == (True, root / "sets", 16)
    assert (own.home.root / STAMP).read_text("utf-8") == "test:hash-64"
    assert indexed(own) == ["b", "c", "武/汉"]


def test_set_index_is_found_again(articles: Path, root: Path) -> None:
    list(SetIndex(root, articles, HashEmbedder()).build())
    embedder = Counting()
    again = SetIndex(root, articles, embedder)
    assert (again.is_complete, embedder.embedded) == (True, 0)
    assert indexed(again) == ["b", "c", "武/汉"]


def test_set_index_is_found_from_a_copy_of_the_set(articles: Path, root: Path, tmp_path: Path) -> None:
    list(SetIndex(root, articles, HashEmbedder()).build())
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(articles.read_bytes())
    assert SetIndex(root, copy, HashEmbedder()).is_complete


def test_set_index_has_another_key_for_other_articles_and_embedders(articles: Path, root: Path) -> None:
    first = SetIndex(root, articles, HashEmbedder())
    list(first.build())
    other = SetIndex(root, articles, Counting("test:other"))
    write(articles, LINES[1:])
    changed = SetIndex(root, articles, HashEmbedder())
    assert (other.is_complete, changed.is_complete) == (False, False)
    assert len({first.home.root, other.home.root, changed.home.root}) == 3
    list(changed.build())
    assert (indexed(changed), indexed(first)) == (["b", "c"], ["b", "c", "武/汉"])


def test_set_index_killed_before_its_stamp_is_built_on(
    articles: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.build.BATCH_SENTENCES", 1)
    first, embedder = SetIndex(root, articles, HashEmbedder()), Counting()
    building = first.build()
    assert next(building).article_id == "武/汉"
    building.close()  # type: ignore[attr-defined]  # what a kill leaves: one article in the store, and no stamp
    again = SetIndex(root, articles, embedder)
    assert not again.is_complete
    assert [e.outcome for e in again.build()] == [Outcome.UNCHANGED, Outcome.ADDED, Outcome.ADDED]
    assert (again.is_complete, embedder.embedded) == (True, 2)
    assert indexed(again) == ["b", "c", "武/汉"]


def test_set_index_with_its_stamp_gone_embeds_nothing_again(articles: Path, root: Path) -> None:
    own = SetIndex(root, articles, HashEmbedder())
    list(own.build())
    (own.home.root / STAMP).unlink()
    embedder = Counting()
    again = SetIndex(root, articles, embedder)
    assert [e.outcome for e in again.build()] == [Outcome.UNCHANGED] * 3
    assert (again.is_complete, embedder.embedded) == (True, 0)


@pytest.mark.parametrize("bad", ['{"id": "d"}', "{", '{"id": "d", "text": " "}'])
def test_set_index_of_bad_articles_is_an_error_without_a_stamp(articles: Path, root: Path, bad: str) -> None:
    articles.write_text(articles.read_text("utf-8") + bad + "\n", "utf-8")
    own = SetIndex(root, articles, HashEmbedder())
    with pytest.raises(QuestionSetError) as refused:
        list(own.build())
    assert str(refused.value).startswith(f"1 articles of {articles} cannot be read: {articles}, line 4: ")
    assert not own.is_complete
    assert not SetIndex(root, articles, HashEmbedder()).is_complete


def test_set_index_of_articles_that_are_not_utf8_is_an_error(articles: Path, root: Path) -> None:
    articles.write_bytes('{"id": "a", "text": "武汉。"}\n'.encode("gb18030"))
    own = SetIndex(root, articles, HashEmbedder())
    assert own.count() == 1
    with pytest.raises(QuestionSetError, match="line 1"):
        list(own.build())
    assert not own.is_complete


def test_set_index_is_built_by_one_process(articles: Path, root: Path) -> None:
    own = SetIndex(root, articles, HashEmbedder())
    with own.home.write_lock(), pytest.raises(IndexBusy, match="another process is writing"):
        list(SetIndex(root, articles, HashEmbedder()).build())
    assert not own.is_complete
