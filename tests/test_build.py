"""Indexing runs: what changes, what is reported, and what survives a kill."""

import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import HashEmbedder

import index.build
from index.build import Event, Indexer, Outcome, Summary, embedding_inputs, prepare
from index.embed import Embedder, Vectors
from index.errors import ArticleNotFound, EmbedderMismatch
from index.generations import Home
from index.reader import open_reader
from index.records import Article, LoadedArticle, Sentence, Span
from index.store import Store

Index = Callable[..., list[Event]]
CHIPS = "北山芯片厂扩建\n一、产量\n去年芯片产量增长了三成。2024年3月还会增长。\n二、计划\n扩建计划已经公布。"
REPORT = (
    "北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群，重点是光子芯片和量子计算。"
    "企业可以在网上提交申请，评审的结果会在一个月之内公布，入选的项目最多能拿到三百万元的补助。"
    "城东的两所大学已经同意开放实验室，第一批设备会在秋天运到，由当地的研究院统一管理和维护。"
    "负责人表示，过去的办法是先建厂房再找企业，这一次反过来，先看企业需要什么，再决定怎么建。"
)
DROUGHT = "南河县的果农今年遇到了少有的大旱，水库的水位降到了十年以来的最低点。合作社开始统一调配灌溉用水。"


class SmallEmbedder(HashEmbedder):
    dim = 32
    fingerprint = "test:hash-32"


class CountingEmbedder(HashEmbedder):
    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_passages(self, texts):  # type: ignore[no-untyped-def]
        self.texts += texts
        return super().embed_passages(texts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    write(made, "chips.txt", CHIPS)
    write(made, "drought.txt", DROUGHT)
    return made


def write(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def outcomes(events: list[Event]) -> dict[str, Outcome]:
    return {event.article_id: event.outcome for event in events}


def articles(home: Home) -> dict[str, Article]:
    store = Store(home.store)
    found = {article_id: store.article(article_id) for article_id in store.versions()}
    store.close()
    return found


def content(home: Home) -> int:
    store = Store(home.store)
    number = store.content
    store.close()
    return number


def run(home: Home, embedder: Embedder, *paths: Path, re_embed: bool = False) -> list[Event]:
    with home.write_lock():
        indexer = Indexer(home, embedder, re_embed=re_embed)
        try:
            return list(indexer.index(list(paths)))
        finally:
            indexer.close()


def test_new_articles_are_added(index: Index, home: Home, folder: Path) -> None:
    assert index(folder) == [
        Event(Outcome.ADDED, "chips.txt", sentences=6),
        Event(Outcome.ADDED, "drought.txt", sentences=2),
    ]
    assert {article.version for article in articles(home).values()} == {1}


def test_exact_re_add_changes_nothing(index: Index, home: Home, folder: Path) -> None:
    index(folder)
    before = (content(home), home.current_name(), articles(home))
    assert outcomes(index(folder)) == {"chips.txt": Outcome.UNCHANGED, "drought.txt": Outcome.UNCHANGED}
    assert (content(home), home.current_name(), articles(home)) == before


def test_changed_file_is_updated(index: Index, home: Home, folder: Path) -> None:
    index(folder)
    write(folder, "drought.txt", DROUGHT + "终于下雨了。")
    assert outcomes(index(folder)) == {"chips.txt": Outcome.UNCHANGED, "drought.txt": Outcome.UPDATED}
    assert articles(home)["drought.txt"].text == DROUGHT + "终于下雨了。"
    assert {name: article.version for name, article in articles(home).items()} == {"chips.txt": 1, "drought.txt": 2}


def test_index_updates_an_article_whose_sentences_end_elsewhere_now(
    folder: Path, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole_lines(text: str, headings: frozenset[str] = frozenset()) -> tuple[Sentence, ...]:
        return (Sentence(Span(0, len(text)), 0),)

    with monkeypatch.context() as patched:
        patched.setattr("index.build.segment", whole_lines)
        index(folder)
    assert outcomes(index(folder)) == {"chips.txt": Outcome.UPDATED, "drought.txt": Outcome.UPDATED}
    assert outcomes(index(folder)) == {"chips.txt": Outcome.UNCHANGED, "drought.txt": Outcome.UNCHANGED}


def test_changed_headings_are_an_update(index: Index, home: Home, tmp_path: Path) -> None:
    write(tmp_path / "files", "a.md", "# 题目\n\n为什么？\n\n因为今年少雨。")
    index(tmp_path / "files")
    write(tmp_path / "files", "a.md", "# 题目\n\n## 为什么？\n\n因为今年少雨。")
    assert outcomes(index(tmp_path / "files")) == {"a.md": Outcome.UPDATED}


def test_vectors_of_known_texts_are_not_made_again(home: Home, folder: Path) -> None:
    embedder = CountingEmbedder()
    run(home, embedder, folder)
    embedder.texts.clear()
    write(folder, "drought.txt", DROUGHT + "终于下雨了。")
    run(home, embedder, folder)
    assert [text.split("\n")[-1] for text in embedder.texts if "终于" in text.split("\n")[-1]] == ["终于下雨了。"]
    assert not [text for text in embedder.texts if "芯片" in text]


def test_delete_missing_removes_only_what_is_gone_from_that_folder(
    index: Index, home: Home, folder: Path, tmp_path: Path
) -> None:
    write(tmp_path / "others", "other.txt", REPORT)
    index(folder, tmp_path / "others")
    (folder / "chips.txt").unlink()
    (tmp_path / "others" / "other.txt").unlink()
    events = index(folder, delete_missing=True)
    assert outcomes(events) == {"drought.txt": Outcome.UNCHANGED, "chips.txt": Outcome.REMOVED}
    assert set(articles(home)) == {"drought.txt", "other.txt"}


def test_missing_files_are_kept_without_being_asked(index: Index, home: Home, folder: Path) -> None:
    index(folder)
    (folder / "chips.txt").unlink()
    assert outcomes(index(folder)) == {"drought.txt": Outcome.UNCHANGED}
    assert set(articles(home)) == {"chips.txt", "drought.txt"}


def test_delete_missing_keeps_what_failed_to_load(index: Index, home: Home, folder: Path) -> None:
    index(folder)
    (folder / "chips.txt").write_bytes(b"\0\x01\x02" * 100)
    events = index(folder, delete_missing=True)
    assert outcomes(events) == {"drought.txt": Outcome.UNCHANGED, "chips.txt": Outcome.FAILED}
    assert set(articles(home)) == {"chips.txt", "drought.txt"}


@pytest.mark.parametrize("way", ["files", "files/../files", "link/files"])
def test_delete_missing_keeps_everything_of_a_folder_that_vanished(
    index: Index, home: Home, folder: Path, tmp_path: Path, way: str
) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "side").mkdir()
    path = tmp_path / way.replace("files/..", "side/..")
    index(path)
    folder.rename(tmp_path / "unmounted")
    assert outcomes(index(path, delete_missing=True)) == {"": Outcome.FAILED}
    assert set(articles(home)) == {"chips.txt", "drought.txt"}


def test_file_without_text_is_named_and_the_others_go_on(index: Index, home: Home, folder: Path) -> None:
    write(folder, "empty.txt", "　\n")
    events = {event.article_id: event for event in index(folder)}
    assert events["empty.txt"].outcome is Outcome.FAILED
    assert events["empty.txt"].detail == f"{folder / 'empty.txt'}: the file is empty."
    assert set(articles(home)) == {"chips.txt", "drought.txt"}


def test_remove_takes_articles_out_of_the_search(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    with home.write_lock():
        indexer = Indexer(home, embedder)
        assert list(indexer.remove(["chips.txt"])) == [Event(Outcome.REMOVED, "chips.txt")]
        indexer.finish()
        indexer.close()
    reader = open_reader(home, embedder)
    assert reader.matching_articles("芯片", 5) == []
    reader.close()


def test_remove_of_an_unknown_id_removes_nothing(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    with home.write_lock():
        indexer = Indexer(home, embedder)
        with pytest.raises(ArticleNotFound, match="unknown"):
            list(indexer.remove(["chips.txt", "unknown"]))
        indexer.close()
    assert set(articles(home)) == {"chips.txt", "drought.txt"}


def test_reprint_names_its_group(index: Index, home: Home, tmp_path: Path) -> None:
    write(tmp_path / "files", "a.txt", REPORT)
    write(tmp_path / "files", "b.txt", REPORT.replace("上午", "昨天") + "完。")
    write(tmp_path / "files", "c.txt", DROUGHT)
    events = index(tmp_path / "files")
    assert [(event.article_id, event.reprint_of) for event in events] == [
        ("a.txt", ""), ("b.txt", "a.txt"), ("c.txt", "")
    ]  # fmt: skip
    assert {name: article.group for name, article in articles(home).items()} == {
        "a.txt": "a.txt", "b.txt": "a.txt", "c.txt": "c.txt"
    }  # fmt: skip


def test_reprint_is_recognised_in_a_later_run(index: Index, tmp_path: Path) -> None:
    write(tmp_path / "files", "b.txt", REPORT)
    index(tmp_path / "files")
    write(tmp_path / "files", "a.txt", REPORT + "完。")
    assert {event.article_id: event.reprint_of for event in index(tmp_path / "files")} == {
        "a.txt": "b.txt",
        "b.txt": "",
    }


def test_article_with_a_new_text_leaves_its_old_reprints(index: Index, home: Home, tmp_path: Path) -> None:
    write(tmp_path / "files", "a.txt", REPORT)
    write(tmp_path / "files", "b.txt", REPORT + "完。")
    index(tmp_path / "files")
    write(tmp_path / "files", "a.txt", DROUGHT)
    index(tmp_path / "files")
    found = articles(home)
    assert found["a.txt"].group != found["b.txt"].group


def test_embedding_inputs_carry_title_and_heading() -> None:
    article = prepare(LoadedArticle("chips.txt", CHIPS))
    assert list(embedding_inputs(article)) == [
        "北山芯片厂扩建\n北山芯片厂扩建",
        "北山芯片厂扩建\n一、产量",
        "北山芯片厂扩建\n一、产量\n去年芯片产量增长了三成。",
        "北山芯片厂扩建\n一、产量\n2024年3月还会增长。",
        "北山芯片厂扩建\n二、计划",
        "北山芯片厂扩建\n二、计划\n扩建计划已经公布。",
    ]


def test_embedding_inputs_cut_long_titles_and_leave_out_none() -> None:
    text = "长" * 70 + "\n句。"
    sentence = Sentence(Span(71, 73), 1, Span(0, 70))
    assert list(embedding_inputs(Article("a", "题" * 70, "", "", "", text, (sentence,)))) == [
        "题" * 60 + "\n" + "长" * 60 + "\n句。"
    ]
    assert list(embedding_inputs(Article("a", "", "", "", "", text, (Sentence(Span(71, 73), 1),)))) == ["句。"]


@pytest.mark.parametrize(
    ("loaded", "title"),
    [
        (LoadedArticle("a", CHIPS), "北山芯片厂扩建"),
        (LoadedArticle("a", CHIPS, title="另一个题目"), "另一个题目"),
        (LoadedArticle("a", DROUGHT), DROUGHT[:40] + "…"),
        (LoadedArticle("a", "今年少雨。\n果农着急。"), "今年少雨。"),
    ],
)
def test_title_falls_back_to_the_first_words(loaded: LoadedArticle, title: str) -> None:
    assert prepare(loaded).title == title


@pytest.mark.parametrize(
    "text", [CHIPS, REPORT, DROUGHT, "标题\n2024年3月18日公布，去年增长，4月下降。\n　　明年再看。😀今天好。"]
)
def test_spans_lie_in_the_text(text: str) -> None:
    article = prepare(LoadedArticle("a", text, published="2024-05-06"))
    sentences = [sentence.span.of(article.text) for sentence in article.sentences]
    assert "".join(sentences) == "".join(article.text.split())
    for sentence in article.sentences:
        for mention in sentence.dates:
            assert sentence.span.start <= mention.span.start < mention.span.end <= sentence.span.end


def test_dates_are_resolved_and_stand_in_the_text() -> None:
    article = prepare(LoadedArticle("a", "去年芯片产量增长了三成。2024年3月还会增长。", published="2024-05-06"))
    assert [[(m.span.of(article.text), m.first, m.last, m.relative) for m in s.dates] for s in article.sentences] == [
        [("去年", "2023-01-01", "2023-12-31", True)],
        [("2024年3月", "2024-03-01", "2024-03-31", False)],
    ]


def test_other_embedder_is_refused_and_nothing_changes(index: Index, home: Home, folder: Path) -> None:
    index(folder)
    with pytest.raises(EmbedderMismatch, match=r"test:hash-64, but test:hash-32 is set.*youju index --re-embed"):
        Indexer(home, SmallEmbedder())
    assert content(home) == 1


def test_re_embedding_repairs_the_index(index: Index, home: Home, folder: Path) -> None:
    index(folder)
    events = run(home, SmallEmbedder(), folder, re_embed=True)
    assert outcomes(events) == {"chips.txt": Outcome.UNCHANGED, "drought.txt": Outcome.UNCHANGED}
    reader = open_reader(home, SmallEmbedder())
    hits = reader.nearest_sentences(SmallEmbedder().embed_query("水库的水位"), 1)
    assert [found.article.id for found in reader.locate(number for number, _ in hits).values()] == ["drought.txt"]
    assert {len(row) for row in reader.store.sentence_vectors(sorted(reader.store.sentence_numbers()))} == {32}
    reader.close()
    with pytest.raises(EmbedderMismatch):
        Indexer(home, HashEmbedder())


def test_batches_commit_one_after_the_other(
    home: Home, folder: Path, embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.build, "BATCH_SENTENCES", 1)
    with home.write_lock():
        indexer = Indexer(home, embedder)
        held = [(event.article_id, set(articles(home))) for event in indexer.index([folder])]
        indexer.close()
    assert held == [("chips.txt", {"chips.txt"}), ("drought.txt", {"chips.txt", "drought.txt"})]
    assert content(home) == 2


def test_summary_counts_events() -> None:
    summary = Summary()
    failed = Event(Outcome.FAILED, "c")
    for event in (Event(Outcome.ADDED, "a"), Event(Outcome.ADDED, "b", reprint_of="a"), failed):
        summary.add(event)
    assert (summary.counts[Outcome.ADDED], summary.counts[Outcome.FAILED], summary.counts[Outcome.REMOVED]) == (2, 1, 0)
    assert (summary.reprints, summary.failures) == (1, [failed])


@pytest.mark.slow
def test_killed_runs_lose_nothing_that_was_reported(
    index: Index, home: Home, tmp_path: Path, embedder: Embedder
) -> None:
    source = tmp_path / "many"
    for number in range(60):
        write(
            source, f"{number:02}.txt", f"第{number}号果园今年收了{number * 7 + 3}吨苹果。编号K{number}的仓库已经装满。"
        )
    reported: set[str] = set()
    for seed in range(5):
        command = [sys.executable, str(Path(__file__).with_name("killed_indexer.py")), str(home.root), str(source), "1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            reported |= {child.stdout.readline().strip() for _ in range(random.Random(seed).randint(1, 6))}
            child.send_signal(signal.SIGKILL)
            reported |= {line.strip() for line in child.stdout}
        assert child.returncode == -signal.SIGKILL
        assert reported <= set(articles(home))
    events = index(source)
    assert {event.article_id for event in events if event.outcome is Outcome.UNCHANGED} >= reported
    assert set(articles(home)) == {f"{number:02}.txt" for number in range(60)}
    reader = open_reader(home, embedder)
    for number in range(60):
        [(best, _)] = reader.matching_sentences(f"K{number}", 1)
        assert reader.locate([best])[best].article.id == f"{number:02}.txt"
    reader.close()


class RetrainedEmbedder(HashEmbedder):
    """The same name, other weights: a folder whose model was trained on, a server's model that was replaced."""

    def embed_query(self, text: str) -> Vectors:
        return np.roll(super().embed_query(text), 1)


def test_re_embedding_by_a_model_of_the_same_name_replaces_what_is_searched(
    index: Index, home: Home, folder: Path
) -> None:
    index(folder)
    embedder = RetrainedEmbedder()
    run(home, embedder, folder, re_embed=True)
    reader = open_reader(home, embedder)
    numbers = sorted(reader.store.sentence_numbers())
    for number, row in zip(numbers, reader.store.sentence_vectors(numbers), strict=True):
        assert reader.nearest_sentences(row, 1)[0][1] == pytest.approx(1.0)
        assert reader.closeness(row, [number])[number] == pytest.approx(1.0)
    reader.close()


def test_removing_needs_no_embedder(index: Index, home: Home, folder: Path) -> None:
    class Unreachable(HashEmbedder):
        @property
        def dim(self) -> int:  # type: ignore[override]
            raise AssertionError("the embedder was asked")

    index(folder)
    with home.write_lock():
        indexer = Indexer(home, Unreachable())
        list(indexer.remove(["drought.txt"]))
        indexer.finish()
        indexer.close()
    assert list(articles(home)) == ["chips.txt"]
    open_reader(home, Unreachable()).close()
