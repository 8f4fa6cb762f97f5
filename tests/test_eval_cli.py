"""The commands that measure: what they write, print and exit with, and how an ended run goes on."""

import json
import random
import re
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import HashEmbedder
from kill_eval import PATIENCE, Orchards, article, command, orchards, outcome, question, write_questions
from typer.testing import CliRunner, Result

from eval.metrics.figures import figures
from eval.report import render
from eval.run_folder import RunFolder
from index.errors import YoujuError
from index.fold import FOLDING
from youju.cli.main import app

COUNT = 8
"""Of the orchards' questions: q03 cites its neighbour, q04 is rightly refused, the others are right."""
FILES = [".lock", "answers.jsonl", "metrics.json", "report.html", "run.json"]


@pytest.fixture(scope="module")
def server() -> Iterator[Orchards]:
    with orchards() as server:
        yield server


@contextmanager
def surroundings() -> Iterator[pytest.MonkeyPatch]:
    """The embedder of the tests, no variables of ours, quick intervals and pages, and no connections left open."""
    clients: list[httpx.Client] = []

    class Kept(httpx.Client):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            clients.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.embed.make_embedder", lambda *_: HashEmbedder())
        patch.setattr("youju.cli.options.make_embedder", lambda *_: HashEmbedder())
        patch.setattr("youju.assembly.make_embedder", lambda *_: HashEmbedder())
        patch.setattr("eval.session.figures", partial(figures, resamples=20))
        patch.setattr("eval.session.render", lambda *_: "<html></html>")
        patch.setattr("eval.targets.httpx.Client", Kept)
        for name in ("YOUJU_HOME", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL"):
            patch.delenv(name, raising=False)
        patch.setenv("COLUMNS", "300")
        yield patch
    for client in clients:
        client.close()


@pytest.fixture(autouse=True)
def place(tmp_path: Path, server: Orchards) -> Iterator[Path]:
    """A working folder with q.jsonl."""
    server.reset()
    write_questions(tmp_path / "q.jsonl", COUNT)
    with surroundings() as patch:
        patch.chdir(tmp_path)
        yield tmp_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, server: Orchards) -> Path:
    """The folder of a run over all questions that nobody ended; not to be changed."""
    folder = tmp_path_factory.mktemp("whole")
    questions, out = str(write_questions(folder / "q.jsonl", COUNT)), str(folder / "out")
    with surroundings():
        assert run("eval", questions, "--url", server.url, "--out", out).exit_code == 0
    return Path(out)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def refused(*arguments: str, quiet: bool = True) -> str:
    """The words that a command is refused with; `quiet`, before anything was measured."""
    result = run(*arguments)
    assert isinstance(result.exception, YoujuError)
    assert (result.stdout == "") is quiet
    return str(result.exception)


def index_orchards(count: int = 3) -> None:
    Path("articles").mkdir()
    for n in range(count):
        Path("articles", f"{n}.txt").write_text(article(n), "utf-8")
    assert run("index", "articles").exit_code == 0


def ids(out: str | Path) -> list[str]:
    return [record.question.id for record in RunFolder(Path(out)).records()]


# -- what a run writes and prints -------------------------------------------------------------


def test_eval_writes_a_run(server: Orchards, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.session.render", render)
    monkeypatch.setattr("eval.session.figures", figures)
    result = run("eval", "q.jsonl", "--url", server.url, "--out", "out")
    assert result.exit_code == 0
    assert sorted(path.name for path in Path("out").iterdir()) == FILES
    assert ids("out") == [f"q{n:02}" for n in range(COUNT)]
    assert server.asked == [question(n) for n in range(COUNT)]
    assert question(3) in Path("out/report.html").read_text("utf-8")
    settings = json.loads(Path("out/run.json").read_bytes())["settings"]
    assert settings | {"questions": ""} == {
        "name": "q", "questions": "", "count": COUNT, "script": None, "limit": None, "seed": None, "tags": [],
        "target": {"where": server.url, "embedder": "none", "index": "0123456789abcdef", "articles": 40, "asking": ""}, "folding": FOLDING,
    }  # fmt: skip


def test_eval_prints_failures_figures_and_the_report(server: Orchards) -> None:
    lines = run("eval", "q.jsonl", "--url", server.url, "--out", "out").stdout.splitlines()
    assert lines[0] == f"not right: q03  {question(3)}  =>  '第4号果园今年收了31吨苹果。[1]'"
    assert lines[1].split() == ["metric", "value", "95", "%", "interval", "questions"]
    rows = {line.split()[0]: line.split()[1:3] for line in lines[2:-1]}
    assert (rows["correct"], rows["answer.right"], rows["refusal.recall"]) == (
        ["87.5", "%"],
        ["85.7", "%"],
        ["100.0", "%"],
    )
    assert lines[-1] == f"8 of 8 questions; report: {Path('out', 'report.html')}"


def test_eval_json_is_the_metrics_alone(server: Orchards) -> None:
    result = run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--json")
    printed = json.loads(result.stdout)
    assert printed == json.loads(Path("out/metrics.json").read_bytes())
    assert list(printed) == ["settings_hash", "asked", "of", "figures"]
    assert (printed["asked"], printed["of"], printed["figures"]["questions"]) == (8, 8, {"all": 8, "none": 1})
    assert printed["figures"]["figures"]["all"]["correct"]["value"] == 0.875
    assert printed["settings_hash"] == json.loads(Path("out/run.json").read_bytes())["settings_hash"]


@pytest.mark.parametrize("workers", ["1", "5"])
def test_eval_has_the_same_figures_with_any_number_of_workers(server: Orchards, whole: Path, workers: str) -> None:
    assert run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--workers", workers).exit_code == 0
    assert outcome(Path("out")) == outcome(whole)


def test_eval_with_prices_has_the_cost(server: Orchards, whole: Path) -> None:
    run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--limit", "2", "--price", "1.5", "10")
    figures = json.loads(Path("out/metrics.json").read_bytes())["figures"]["figures"]["all"]
    assert (figures["model.cost"]["value"], figures["model.tokens"]["value"]) == (0.0025, 1100)
    assert "model.cost" not in json.loads((whole / "metrics.json").read_bytes())["figures"]["figures"]["all"]


def test_eval_asks_the_index_at_hand(place: Path) -> None:
    index_orchards()
    result = run("eval", "q.jsonl", "--limit", "3", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["asked"] == 3
    [out] = (place / ".youju" / "runs").iterdir()
    assert re.fullmatch(r"q-\d{8}T\d{6}Z", out.name)
    settings = json.loads((out / "run.json").read_bytes())["settings"]
    assert (settings["target"]["where"], settings["target"]["articles"]) == (".youju", 3)
    assert RunFolder(out).records()[0].fused.articles[0].article_id == "0.txt"


def test_eval_of_a_set_indexes_its_own_articles_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = place / "集"
    folder.mkdir()
    write_questions(folder / "questions.jsonl", 2)
    lines = [json.dumps({"id": f"果园/{n}", "text": article(n)}, ensure_ascii=False) for n in range(3)]
    (folder / "articles.jsonl").write_text("\n".join(lines), "utf-8")
    assert run("eval", "集", "--out", "out").exit_code == 0
    [own] = (place / ".youju" / "sets").iterdir()
    assert (own / "complete").exists()
    assert not (place / ".youju" / "store.sqlite").exists()
    monkeypatch.setattr("eval.set_folder.SetIndex.build", None)
    assert run("eval", "集", "--out", "again").exit_code == 0
    assert outcome(Path("again"))[1] == outcome(Path("out"))[1]
    first = RunFolder(Path("out"))
    assert [g.article_id for g in first.records()[1].gold] == ["果园/1"]
    assert (first.info().settings.name, first.info().settings.target.articles) == ("集", 3)


# -- what is asked ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        (["--tags", "none"], [4]),
        (["--tags", "x,none"], [4]),
        (["--tags", "x", "--tags", "none"], [4]),
        (["--limit", "3"], [0, 1, 2]),
        (["--limit", "99"], list(range(COUNT))),
        (["--limit", "3", "--seed", "7"], random.Random(7).sample(range(COUNT), 3)),
        (["--seed", "7"], list(range(COUNT))),
    ],
    ids=str,
)
def test_eval_asks_what_is_chosen(server: Orchards, options: list[str], asked: list[int]) -> None:
    assert run("eval", "q.jsonl", "--url", server.url, "--out", "out", *options).exit_code == 0
    assert server.asked == [question(n) for n in asked]


def test_eval_asks_in_the_other_script(server: Orchards, whole: Path) -> None:
    run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--script", "s2t", "--limit", "1")
    assert server.asked == ["第0號果園今年收了多少噸蘋果？"]
    [record], [first, *_] = RunFolder(Path("out")).records(), RunFolder(whole).records()
    assert (record.question.question, record.question.evidence) == (server.asked[0], first.question.evidence)


def test_eval_of_a_tag_that_no_question_has() -> None:
    assert refused("eval", "q.jsonl", "--tags", "x") == "no question has the tag x. Known: none."


def test_eval_with_a_bad_line_asks_nothing(server: Orchards, place: Path) -> None:
    with (place / "q.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "q00", "question": "？"}\n{"id": "bad"}\n')
    assert refused("eval", "q.jsonl", "--url", server.url, "--out", "out") == (
        "q.jsonl is not in the form of a question set.\n"
        "  line 9: id: 'q00' is that of line 1; ids must differ.\n"
        "  line 10: question: Field required."
    )
    assert (server.asked, Path("out").exists()) == ([], False)


def test_eval_skip_bad_names_what_it_leaves_out(server: Orchards, place: Path) -> None:
    with (place / "q.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"id": "bad"}\n')
    result = run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--skip-bad", "--json")
    assert (result.exit_code, json.loads(result.stdout)["of"]) == (0, COUNT)
    assert result.stderr.startswith("left out: line 9: question: Field required.\n")


# -- exit status ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gates", "status", "words"),
    [
        (["correct=0.875"], 0, ""),
        (["correct=0.88"], 1, "correct is 87.5 %, under 88.0 %.\n"),
        (["refusal.wrong=0"], 0, ""),
        (["correct=0.5", "answer.right=0.9", "errors=0"], 1, "answer.right is 85.7 %, under 90.0 %.\n"),
        (["model.cost=1"], 1, "model.cost has no value in this run, so it cannot be 1.\n"),
    ],
    ids=str,
)
def test_eval_fail_under(server: Orchards, gates: list[str], status: int, words: str) -> None:
    options = [part for gate in gates for part in ("--fail-under", gate)]
    result = run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--json", *options)
    assert (result.exit_code, json.loads(result.stdout)["asked"]) == (status, COUNT)
    assert result.stderr.endswith(words)


@pytest.mark.parametrize("gate", ["correct", "correct=", "correct=high", "none=1", "=1", ""])
def test_eval_bad_gate_asks_nothing(server: Orchards, gate: str) -> None:
    result = run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--fail-under", gate)
    assert (result.exit_code, result.stdout) == (2, "")
    assert (server.asked, Path("out").exists()) == ([], False)


@pytest.mark.parametrize(
    ("extra", "status"), [([], 3), (["--fail-under", "errors=0"], 1), (["--fail-under", "errors=1"], 3)]
)
def test_eval_with_errors_of_questions(server: Orchards, place: Path, extra: list[str], status: int) -> None:
    with (place / "q.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"id": "bad", "question": question(900)}) + "\n")
    result = run("eval", "q.jsonl", "--url", server.url, "--out", "out", *extra)
    assert result.exit_code == status
    assert result.stdout.startswith(f"error: bad  {question(900)}  =>  ")
    assert "answered 500" in result.stdout.splitlines()[0]
    assert len(server.asked) == COUNT + 1


@pytest.mark.parametrize(
    "options",
    [
        ["q.jsonl", "--resume"],
        ["q.jsonl", "--limit", "0"],
        ["q.jsonl", "--workers", "0"],
        ["q.jsonl", "--workers", "65"],
        ["q.jsonl", "--script", "tw"],
        ["q.jsonl", "--price", "1"],
        [],
    ],
    ids=str,
)
def test_eval_wrong_usage_exits_2(options: list[str]) -> None:
    assert run("eval", *options).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["q.jsonl"], "there is no index in .youju. Make one with: youju index PATH"),
        (["none.jsonl"], "none.jsonl does not exist. Give a question file, or a folder with one."),
        (["."], ". has no questions.jsonl. Name the file itself, or use: youju eval-import"),
        (["q.jsonl", "--url", "http://127.0.0.1:9"], "http://127.0.0.1:9 does not answer"),
    ],
    ids=["no-index", "no-file", "no-questions", "no-server"],
)
def test_eval_errors_make_no_run(place: Path, arguments: list[str], words: str) -> None:
    assert refused("eval", *arguments, "--out", "out").startswith(words)
    assert not Path("out").exists()


def test_eval_into_another_run_is_refused(server: Orchards, whole: Path) -> None:
    shutil.copytree(whole, "out")
    words = refused("eval", "q.jsonl", "--url", server.url, "--out", "out")
    assert words == "out has a run in it. Go on with it by --resume, or choose another --out."
    assert (server.asked, outcome(Path("out"))) == ([], outcome(whole))


def test_eval_into_a_run_that_is_being_written_is_refused(server: Orchards) -> None:
    with RunFolder(Path("out")).writing():
        words = refused("eval", "q.jsonl", "--url", server.url, "--out", "out")
    assert words == "another process is writing to out. Wait for it, or choose another --out."
    assert server.asked == []


# -- ended and resumed ------------------------------------------------------------------------


def resume(server: Orchards, *more: str) -> Result:
    return run("eval", "q.jsonl", "--url", server.url, "--out", "out", "--resume", *more)


def test_eval_resume_of_a_whole_run_asks_nothing(server: Orchards, whole: Path) -> None:
    shutil.copytree(whole, "out")
    assert resume(server).exit_code == 0
    assert (server.asked, outcome(Path("out"))) == ([], outcome(whole))


def test_eval_resume_of_nothing_begins(server: Orchards, whole: Path) -> None:
    assert resume(server).exit_code == 0
    assert outcome(Path("out")) == outcome(whole)


def test_eval_resume_with_other_settings_asks_nothing(server: Orchards, whole: Path) -> None:
    shutil.copytree(whole, "out")
    words = refused("eval", "q.jsonl", "--url", server.url, "--out", "out", "--resume", "--limit", "3")
    assert words == (
        "out is a run with other settings (questions, count, limit). Give the same ones, or choose another --out."
    )
    assert (server.asked, outcome(Path("out"))) == ([], outcome(whole))


def test_eval_interrupted_keeps_what_is_done_and_goes_on(server: Orchards, whole: Path) -> None:
    server.hold_after(3)
    line = command(Path("q.jsonl").resolve(), server.url, Path("out").resolve(), "--json")
    # A shell's background job ignores SIGINT, and what it starts inherits that.
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=heeding) as child:  # noqa: PLW1509  it sets a signal and no more
        assert server.held.wait(PATIENCE)
        child.send_signal(signal.SIGINT)
        server.release()
        out, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130
    asked = len(server.asked)  # with the one that was held back, and at most the one that stood ready behind it
    kept = len(ids("out"))  # all of them, but that the signal may come just while one is written
    assert asked in (4, 5)
    assert kept in (asked - 1, asked)
    assert json.loads(out) == json.loads(Path("out/metrics.json").read_bytes())
    assert (json.loads(out)["asked"], json.loads(out)["of"]) == (kept, COUNT)
    assert f"Interrupted: {kept} of 8 are kept. Go on with: " in err
    assert f"--out {Path('out').resolve()} --resume" in err
    assert "Traceback" not in err
    assert resume(server).exit_code == 0
    assert outcome(Path("out")) == outcome(whole)
    assert (len(set(server.asked)), len(server.asked)) == (COUNT, COUNT + asked - kept)


def test_eval_killed_goes_on(server: Orchards, whole: Path) -> None:
    server.hold_after(3)
    line = command(Path("q.jsonl").resolve(), server.url, Path("out").resolve(), "--workers", "2")
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        assert server.wait_for(5, PATIENCE)  # three are answered, two are held back
        child.kill()
    server.release()
    done = ids("out")
    with Path("out/answers.jsonl").open("ab") as file:
        file.write('{"question": {"id": "q06", "question": "第'.encode()[:-1])
    assert resume(server).exit_code == 0
    assert outcome(Path("out")) == outcome(whole)
    again = Counter(server.asked)
    assert len(done) in range(4)
    assert all(again[question(int(name[1:]))] == 1 for name in done)
    assert (len(again), again.total()) == (COUNT, 5 + COUNT - len(done))


def test_eval_goes_on_after_the_server_went_away(whole: Path) -> None:
    with orchards() as server:
        server.hold_after(3, go_away=True)
        words = refused("eval", "q.jsonl", "--url", server.url, "--out", "out", quiet=False)
        assert words.startswith(f"{server.url} does not answer")
    assert ids("out") == ["q00", "q01", "q02"]
    with orchards(server.port) as server:
        assert resume(server).exit_code == 0
        assert server.asked == [question(n) for n in range(3, COUNT)]
    assert outcome(Path("out"))[0] == outcome(whole)[0]


# -- comparing --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def worse(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, but that q00 says nothing."""
    folder = RunFolder(tmp_path_factory.mktemp("worse") / "out")
    shutil.copytree(whole, folder.path)
    first, *rest = folder.records()
    refusal = rest[3].answer
    (folder.path / "answers.jsonl").unlink()
    for record in (first.model_copy(update={"answer": refusal}), *rest):
        folder.append(record)
    return folder.path


def test_compare_prints_what_changed(whole: Path, worse: Path) -> None:
    result = run("eval-compare", str(whole), str(worse))
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[-1] == "8 questions in common, 0 only in A, 0 only in B, 0 asked in other words or another script"
    [row] = [line.split() for line in lines if line.split()[:1] == ["correct"] and "%" in line]
    assert row[1:6] == ["87.5", "%", "75.0", "%", "-12.5"]
    assert f"  - q00  {question(0)}" in lines


def test_compare_json_is_the_comparison_alone(whole: Path, worse: Path) -> None:
    found = json.loads(run("eval-compare", str(whole), str(worse), "--json").stdout)
    [change] = [change for change in found["changes"] if change["metric"] == "correct"]
    assert (change["a"], change["b"], change["difference"], change["count"]) == (0.875, 0.75, -0.125, 8)
    assert (found["common"], [flip["id"] for flip in found["lost"]["correct"]], found["won"]["correct"]) == (
        8,
        ["q00"],
        [],
    )


def test_compare_writes_a_page(whole: Path, worse: Path) -> None:
    assert run("eval-compare", str(whole), str(worse), "--html", "c.html").exit_code == 0
    written = Path("c.html").read_text("utf-8")
    assert "</html>" in written
    assert question(0) in written


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--no-worse", "correct"], 1, "correct is worse: 87.5 % before, 75.0 % now, p = 1.000.\n"),
        (["--no-worse", "correct", "--only-real"], 0, ""),
        (["--no-worse", "refusal.recall"], 0, ""),
        (["--no-worse", "model.cost"], 1, "model.cost has no value in both runs, so it cannot be compared.\n"),
        (["--fail-under", "correct=0.75"], 0, ""),
        (["--fail-under", "correct=0.8"], 1, "correct is 75.0 %, under 80.0 %.\n"),
    ],
    ids=str,
)
def test_compare_gates(whole: Path, worse: Path, options: list[str], status: int, words: str) -> None:
    result = run("eval-compare", str(whole), str(worse), "--json", *options)
    assert (result.exit_code, result.stderr, json.loads(result.stdout)["common"]) == (status, words, 8)


def test_compare_with_itself_finds_nothing(whole: Path) -> None:
    found = json.loads(run("eval-compare", str(whole), str(whole), "--json", "--no-worse", "correct").stdout)
    assert {change["difference"] for change in found["changes"]} == {0.0}
    assert (found["lost"]["correct"], found["won"]["correct"]) == ([], [])


@pytest.mark.parametrize(
    "options", [["--no-worse", "none"], ["--fail-under", "none=1"], ["--fail-under", "correct"]], ids=str
)
def test_compare_bad_gate(whole: Path, worse: Path, options: list[str]) -> None:
    result = run("eval-compare", str(whole), str(worse), *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert options[1].removesuffix("=1") in result.stderr


def test_compare_of_what_is_no_run(whole: Path) -> None:
    words = "none is not the folder of a run: it has no run.json."
    assert (refused("eval-compare", str(whole), "none"), refused("eval-compare", "none", str(whole))) == (words, words)


def test_compare_of_other_questions(server: Orchards, whole: Path, place: Path) -> None:
    (place / "o.jsonl").write_text(json.dumps({"id": "other", "question": question(1)}), "utf-8")
    run("eval", "o.jsonl", "--url", server.url, "--out", "out")
    words = refused("eval-compare", str(whole), "out")
    assert words == "the two runs have no question in common. Compare runs of the same set."


# -- a model that judges ----------------------------------------------------------------------


def test_eval_judge_without_settings_runs_nothing(server: Orchards, place: Path) -> None:
    words = refused("eval", "q.jsonl", "--url", server.url, "--out", "out", "--judge")
    assert words.startswith("--judge needs a model. Set OPENAI_MODEL")
    assert (server.asked, Path("out").exists()) == ([], False)


def test_eval_judge_without_settings_indexes_nothing(place: Path) -> None:
    (place / "集").mkdir()
    write_questions(place / "集" / "questions.jsonl", 1)
    (place / "集" / "articles.jsonl").write_text(json.dumps({"id": "a", "text": article(0)}), "utf-8")
    assert refused("eval", "集", "--out", "out", "--judge").startswith("--judge needs a model.")
    assert not (place / ".youju").exists()


def test_eval_judge_stands_beside_the_figures(server: Orchards, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    monkeypatch.setenv("OPENAI_MODEL", "模型")
    arguments = ["eval", "q.jsonl", "--url", server.url, "--out", "out", "--judge"]
    report, last = run(*arguments).stdout.splitlines()[-2:]
    assert re.fullmatch(
        r"judged by 模型, prompt judge_faithfulness [0-9a-f]{16}: 100\.0 % faithful \(100\.0 – 100\.0\); "
        r"7 faithful, 0 partly, 0 unfaithful, 0 unreadable, 0 rejected",
        last,
    )
    assert report.startswith("8 of 8 questions; report: ")
    assert outcome(Path("out")) == outcome(whole)
    printed = json.loads(run(*arguments, "--resume", "--json").stdout)
    assert printed.pop("judge") == json.loads(Path("out/judge.json").read_bytes())
    assert printed == json.loads(Path("out/metrics.json").read_bytes())
    assert len(Path("out/judgements.jsonl").read_text("utf-8").splitlines()) == 7


def test_eval_judge_that_fails_leaves_the_run(server: Orchards, whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/elsewhere")
    monkeypatch.setenv("OPENAI_MODEL", "模型")
    monkeypatch.setattr("openai._base_client.BaseClient._calculate_retry_timeout", lambda *_: 0.0)
    words = refused("eval", "q.jsonl", "--url", server.url, "--out", "out", "--judge", quiet=False)
    assert words.startswith("the judge's endpoint ")
    assert outcome(Path("out")) == outcome(whole)
