"""The commands: what they print and how they exit."""

import io
import json
import shutil
import sys
from pathlib import Path

import pytest
from records import answer, sentence
from rich.console import Console
from typer.testing import CliRunner, Result

from index.build import Indexer
from index.embed import Embedder
from index.generations import Home
from qa.answer import Verdict
from youju.cli.asking import print_answer
from youju.cli.main import app, main

WUHAN = "武汉市发布量子产业规划。到2027年，武汉量子产业规模将达到300亿元。"


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, embedder: Embedder) -> Path:
    """A working folder with one article, the embedder of the tests, and none of a user's variables."""
    monkeypatch.setattr("youju.cli.options.make_embedder", lambda *_: embedder)
    monkeypatch.setattr("youju.assembly.make_embedder", lambda *_: embedder)
    monkeypatch.delenv("YOUJU_HOME", raising=False)
    monkeypatch.setenv("YOUJU_RERANKER", "bundled")  # its confidence means nothing beside the embedder of the tests
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "武汉.txt").write_text(WUHAN, "utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the one article, made once."""
    from conftest import HashEmbedder

    folder = tmp_path_factory.mktemp("template")
    (folder / "武汉.txt").write_text(WUHAN, "utf-8")
    home = Home(folder / "home")
    with home.write_lock():
        indexer = Indexer(home, HashEmbedder())
        list(indexer.index([folder / "武汉.txt"]))
        indexer.close()
    return home.root


@pytest.fixture
def indexed(place: Path, template: Path) -> Path:
    shutil.copytree(template, place / ".youju")
    return place


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["youju", *arguments])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


# -- index ------------------------------------------------------------------------------------


def test_index_says_what_it_did(place: Path) -> None:
    result = run("index", "articles")
    assert (result.exit_code, result.stdout) == (
        0,
        "1 added, 0 updated, 0 unchanged, 0 removed, 0 failed; 0 of them reprints\n",
    )


def test_index_json_is_an_event_a_line(place: Path) -> None:
    (place / "articles" / "b.txt").write_text("深圳有60家企业。", "utf-8")
    events = [json.loads(line) for line in run("index", "articles", "--json").stdout.splitlines()]
    assert sorted((e["outcome"], e["article_id"], e["sentences"]) for e in events) == [
        ("added", "b.txt", 1),
        ("added", "武汉.txt", 2),
    ]


def test_index_again_changes_nothing() -> None:
    run("index", "articles")
    [event] = map(json.loads, run("index", "articles", "--json").stdout.splitlines())
    assert event["outcome"] == "unchanged"


def test_index_delete_missing_removes(place: Path) -> None:
    run("index", "articles")
    (place / "articles" / "武汉.txt").rename(place / "articles" / "b.txt")
    events = map(json.loads, run("index", "articles", "--delete-missing", "--json").stdout.splitlines())
    assert {(e["outcome"], e["article_id"]) for e in events} == {("added", "b.txt"), ("removed", "武汉.txt")}


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_index_with_failures_exits_3(place: Path, extra: list[str]) -> None:
    (place / "articles" / "bad.pdf").write_bytes(b"no pdf")
    result = run("index", "articles", *extra)
    assert result.exit_code == 3
    assert "bad.pdf" in result.stdout
    assert [row["id"] for row in json.loads(run("articles", "--json").stdout)] == ["武汉.txt"]


def test_index_of_nothing_is_wrong_usage() -> None:
    assert run("index").exit_code == 2


# -- articles and remove ----------------------------------------------------------------------


def test_articles_json(indexed: Path) -> None:
    [row] = json.loads(run("articles", "--json").stdout)
    assert (row["id"], row["version"], row["characters"], row["sentences"], row["group"]) == (
        "武汉.txt",
        1,
        len(WUHAN),
        2,
        "武汉.txt",
    )


def test_articles_table_names_each(indexed: Path) -> None:
    assert "武汉.txt" in run("articles").stdout


def test_articles_dropped(place: Path) -> None:
    (place / "articles" / "武汉.txt").write_text(f"武汉规划\n2024-05-01 来源：江报\n{WUHAN}", "utf-8")
    run("index", "articles")
    dropped = json.loads(run("articles", "--dropped", "武汉.txt", "--json").stdout)
    assert dropped == {"dropped": [{"rule": "byline", "text": "2024-05-01 来源：江报"}], "notes": []}


def test_articles_dropped_of_a_clean_one(indexed: Path) -> None:
    assert run("articles", "--dropped", "武汉.txt").stdout == "nothing was dropped\n"


def test_remove(indexed: Path) -> None:
    assert run("remove", "武汉.txt").stdout == "1 removed\n"
    assert json.loads(run("articles", "--json").stdout) == []


def test_remove_of_a_strange_id_removes_nothing(indexed: Path) -> None:
    assert run("remove", "武汉.txt", "none").exit_code == 1
    assert len(json.loads(run("articles", "--json").stdout)) == 1


def test_remove_twice_the_same_id_counts_once(indexed: Path) -> None:
    assert run("remove", "武汉.txt", "武汉.txt").stdout == "1 removed\n"


# -- search and ask ---------------------------------------------------------------------------


def test_search_json_is_hits_best_first(indexed: Path) -> None:
    hits = json.loads(run("search", "2027年武汉量子产业规模300亿元", "--json").stdout)
    assert hits[0]["quote"] == WUHAN[hits[0]["start"] : hits[0]["end"]] == "到2027年，武汉量子产业规模将达到300亿元。"
    assert hits[0]["score"] >= hits[1]["score"]


def test_search_k(indexed: Path) -> None:
    assert len(json.loads(run("search", "武汉", "-k", "1", "--json").stdout)) == 1


def test_search_prints_quotes_with_their_place(indexed: Path) -> None:
    output = run("search", "武汉").stdout
    assert "武汉.txt [0, 12)" in output
    assert "到2027年，武汉量子产业规模将达到300亿元。" in output


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_ask_refusal_exits_0(indexed: Path, extra: list[str]) -> None:
    result = run("ask", "深圳有多少亿元？", *extra)
    assert (result.exit_code, "没有找到答案" in result.stdout) == (0, True)


def test_ask_json_is_the_answer_alone(indexed: Path) -> None:
    answer = json.loads(run("ask", "深圳有多少亿元？", "--json").stdout)
    assert (answer["question"], answer["status"]) == ("深圳有多少亿元？", "no_evidence")


def test_ask_prints_answer_and_source(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    lines = run("ask", "武汉2027年量子产业规模是多少亿元？").stdout.splitlines()
    assert lines[0] == f"{WUHAN}[1]"
    assert lines[2].startswith("[1] ")
    assert lines[2].endswith("武汉.txt [0, 36)")
    assert lines[3] == f"    {WUHAN}"


@pytest.fixture
def three(place: Path) -> None:
    """An index of three articles; that of 武汉 has neither date nor source."""
    for name, source, day in (("b.txt", "新華社", "2024-05-01"), ("c.txt", "江报", "2024-05-02")):
        text = f"武汉规划\n{day} 来源：{source}\n到2027年，武汉量子产业规模将达到500亿元。"
        (place / "articles" / name).write_text(text, "utf-8")
    run("index", "articles")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ([], {"武汉.txt", "b.txt", "c.txt"}),
        (["--since", "2024-05-02"], {"c.txt"}),
        (["--until", "2024-05-01"], {"b.txt"}),
        (["--since", "2024-05-01", "--until", "2024-05-02"], {"b.txt", "c.txt"}),
        (["--source", "新华社"], {"b.txt"}),
        (["--source", "新华社", "--source", "江報"], {"b.txt", "c.txt"}),
        (["--article", "武汉.txt", "--article", "c.txt"], {"武汉.txt", "c.txt"}),
        (["--article", "武汉.txt", "--since", "2024-05-01"], set()),
    ],
)
def test_search_is_filtered(three: None, options: list[str], ids: set[str]) -> None:
    result = run("search", "武汉", *options, "--json")
    assert (result.exit_code, {hit["article_id"] for hit in json.loads(result.stdout)}) == (0, ids)


def test_search_says_what_its_filters_missed(three: None) -> None:
    result = run("search", "武汉", "--source", "河报", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert result.stderr.splitlines()[-2:] == ["没有来源为“河报”的文章。", "没有文章符合筛选条件。"]


def test_ask_is_filtered(three: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    question = "武汉2027年量子产业规模是多少亿元？"
    answer = json.loads(run("ask", question, "--until", "2024-05-01", "--json").stdout)
    assert [c["article_id"] for c in answer["citations"]] == ["b.txt"]
    result = run("ask", question, "--since", "2025-01-01")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["这些文章里没有找到答案。", "没有文章符合筛选条件。"]


def test_ask_counts_from_the_day_given(indexed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    question = "武汉今年量子产业规模是多少亿元？"
    assert run("ask", question, "--asof", "2027-06-01").stdout.splitlines()[0] == f"{WUHAN}[1]"
    result = run("ask", question, "--asof", "2019-06-01")
    assert (result.exit_code, result.stdout) == (
        0,
        "这些文章里没有找到答案。找到的文章没有同时提到：今年（2019-01-01–2019-12-31）。\n"
        f"文章里最接近的内容（没有回答问题）：\n{WUHAN}[1]\n\n"
        f"[1] {WUHAN} · 武汉.txt [0, 36)\n    {WUHAN}\n",
    )


def test_ask_prints_that_other_times_are_quoted(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from qa.confidence import Calibration

    monkeypatch.setattr("qa.confidence.CALIBRATION", Calibration(intercept=50))
    (place / "articles" / "b.txt").write_text("深圳公报\n2019-05-01 来源：江报\n深圳去年产值达到500亿元。", "utf-8")
    run("index", "articles")
    lines = run("ask", "深圳今年产值是多少亿元？").stdout.splitlines()
    assert lines[0] == "深圳去年产值达到500亿元。[1]"
    assert lines[1].startswith("“今年”按")
    assert lines[1].endswith("，所引的句子说的不是这段时间。")


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "武汉", "--asof", "yesterday"],
        ["ask", "武汉", "--asof", "2024-02-30"],
        ["ask", "武汉", "--asof", ""],
        ["search", "武汉", "--asof", "2024-05-01"],
    ],
)
def test_usage_of_asof_wrong_exits_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, "--asof" in result.stderr) == (2, True)


@pytest.mark.parametrize("command", ["search", "ask"])
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--since", "2024-05-02", "--until", "2024-05-01"], "since 2024-05-02 is after until 2024-05-01"),
        (["--since", "yesterday"], "'yesterday' does not match the format"),
        (["--until", "2024-02-30"], "'2024-02-30' does not match the format"),
        (["--source", ""], "Invalid value for --source: String should have at least 1 character"),
        (["--article", ""], "Invalid value for --article: String should have at least 1 character"),
    ],
)
def test_usage_of_filters_wrong_exits_2(command: str, options: list[str], words: str) -> None:
    result = run(command, "武汉", *options)
    assert (result.exit_code, words in result.stderr) == (2, True)


# -- homes, errors, usage ---------------------------------------------------------------------


def test_home_default_is_in_the_working_folder(place: Path) -> None:
    run("index", "articles")
    assert (place / ".youju" / "store.sqlite").exists()


def test_home_variable_beats_the_default(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_HOME", "variable")
    run("index", "articles")
    assert ((place / "variable").exists(), (place / ".youju").exists()) == (True, False)


def test_home_option_beats_the_variable(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_HOME", "variable")
    run("index", "articles", "--home", "option")
    assert ((place / "option").exists(), (place / "variable").exists()) == (True, False)


@pytest.mark.parametrize("arguments", [["search", "武汉"], ["ask", "武汉"], ["articles"], ["remove", "a"]])
def test_error_no_index_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run_main(monkeypatch, *arguments) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "youju: there is no index in .youju. Make one with: youju index PATH\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ask", ""], "the question is empty"),
        (["search", " "], "the question is empty"),
        (["remove", "none"], "no article has the id 'none'"),
        (["search", "武汉", "--article", "none"], "no article has the id 'none'"),
        (["ask", "武汉", "--article", "none", "--article", "武汉.txt"], "no article has the id 'none'"),
        (["articles", "--dropped", "none"], "no article has the id 'none'"),
    ],
)
def test_error_is_one_line(
    indexed: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    assert run_main(monkeypatch, *arguments) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith(f"youju: {words}")) == ("", 1, True)


def test_error_unknown_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("YOUJU_HOEM", "x")
    assert run_main(monkeypatch, "articles") == 1
    assert capsys.readouterr().err.startswith("youju: the environment sets YOUJU_HOEM")


@pytest.mark.parametrize(
    "arguments",
    [["none"], ["ask"], ["ask", "a", "b"], ["search", "a", "-k", "0"], ["search", "a", "-k", "101"], ["remove"]],
)
def test_usage_wrong_exits_2(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_why_a_sentence_is_partly_supported_is_printed() -> None:
    half = sentence("合肥有60家。", verdict=Verdict.PARTIAL).model_copy(update={"reasons": ["出处是93家"]})
    console = Console(record=True, width=200, file=io.StringIO())
    print_answer(answer(half, question="问？", answer="合肥有60家。[1]（部分有据）"), console)
    assert console.export_text().splitlines() == ["合肥有60家。[1]（部分有据）", "合肥有60家。 出处是93家"]
