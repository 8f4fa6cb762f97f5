"""Files parsed in a process of their own: the same articles, and one that ends badly fails its file alone."""

import gc
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st
from test_load_docx import word

from index.errors import ParserError, Problem
from index.load import load
from index.load.apart import KEPT, PYTHON, ParserProcess
from index.load.limits import Limits
from index.load.walk import Found
from index.load.wire import Kind, WireError, pack, pack_item, receive, to_article, to_defect, to_failure, to_place
from index.records import Failure, LoadedArticle

TEXT = "北山市科技局上午发布了三年行动计划，提出要在城东建成五个产业集群。"
ROOT = Path(__file__).parent.parent
ODD = (*PYTHON, str(Path(__file__).with_name("odd_parser.py")))


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(command=ODD) as parser:
        yield parser


@pytest.fixture
def order(tmp_path: Path) -> Callable[[str, str], Found]:
    """A file that says what the odd parser does with it."""

    def write(order: str, name: str = "a.txt") -> Found:
        path = tmp_path / name
        path.write_text(order, "utf-8")
        return Found(path, name, str(tmp_path))

    return write


def process_of(parser: ParserProcess) -> int:
    assert parser._child
    return parser._child._process.pid


def exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def is_running(pid: int) -> bool:
    """Nobody may be there to wait for one whose parent is gone."""
    return exists(pid) and Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"


def descriptors() -> int:
    gc.collect()
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


# -- the same articles ---------------------------------------------------------------------------


def a_pdf() -> bytes:
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica", size=12)
    document.cell(0, 10, "Beishan plans five clusters.")
    return bytes(document.output())


PAGE = f"<html><head><title>计划</title></head><body><nav>首页</nav><article><h1>计划</h1><p>{TEXT}</p><p>{TEXT * 2}</p></article></body></html>"
LINES = "\n".join(
    [json.dumps({"id": "甲", "text": TEXT, "published": "去年"}), "{", json.dumps({"id": "乙", "text": " "})]
)
FILES: dict[str, bytes] = {
    "a.txt": TEXT.encode("gb18030"),
    "b.md": f"---\ntitle: 计划\ndate: 2024-03-18\n---\n# 甲\n\n{TEXT}".encode(),
    "c.html": PAGE.encode(),
    "d.htm": PAGE.encode("utf-16"),
    "e.docx": word("北山计划", TEXT),
    "f.pdf": a_pdf(),
    "g.jsonl": LINES.encode(),
    "h.docx": b"PK",
    "i.pdf": b"%PDF-1.7",
    "j.txt": b" ",
    "k.jsonl": b"",
    "半\udcff.txt": TEXT.encode(),
}


def test_files_of_every_format_give_the_same_as_in_this_process(tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "l.txt").symlink_to(tmp_path / "none")
    with ParserProcess() as parser:
        apart = list(load([tmp_path], parser.read))
    assert apart == list(load([tmp_path]))
    assert len(apart) == len(FILES) + 3
    assert len([item for item in apart if isinstance(item, LoadedArticle)]) == 7


ANY_NAME = st.text(st.characters(exclude_categories=()))
ANY_TEXT = st.text()
ARTICLES = st.builds(
    LoadedArticle,
    **dict.fromkeys(("id", "origin", "where"), ANY_NAME),
    **dict.fromkeys(("text", "title", "source", "published", "created", "url"), ANY_TEXT),
    removed=st.lists(ANY_TEXT).map(tuple),
    headings=st.frozensets(ANY_TEXT),
)
FAILURES = st.builds(Failure, ANY_NAME, ANY_TEXT, st.lists(ANY_NAME).map(tuple), ANY_NAME, st.sampled_from(Problem))


def received(data: bytes, most: int = 2**20) -> tuple[Kind, list[str]]:
    at = 0

    def read(count: int) -> bytes:
        nonlocal at
        if at + count > len(data):
            raise EOFError
        at += count
        return data[at - count : at]

    return receive(read, most)


@given(ARTICLES | FAILURES)
def test_what_is_packed_is_received_again(item: LoadedArticle | Failure) -> None:
    kind, strings = received(pack_item(item))
    assert (to_article(strings) if kind is Kind.ARTICLE else to_failure(strings)) == item


@given(st.binary(max_size=60), st.sampled_from([kind.value for kind in Kind]))
def test_bytes_are_strings_or_no_frame(body: bytes, kind: bytes) -> None:
    try:
        _, strings = received(kind + len(body).to_bytes(4, "big") + body)
    except WireError:
        return
    assert pack(Kind(kind), strings)[5:] == body
    for made in (to_article, to_failure):
        try:
            made(strings)
        except WireError:
            continue


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"a\0\1\0\0", "a frame of 65,536 bytes, where 100 are the most"),
        (b"?\0\0\0\0", "no frame: b'?' is not a valid Kind"),
        (b"a\0\0\0\3abc", "no frame: unpack_from requires a buffer"),
        (b"a\0\0\0\5\0\0\0\2x", "no frame: a string that is cut short"),
        (b"a\0\0\0\5\0\0\0\1\xff", "no frame: 'utf-8' codec can't decode"),
    ],
)
def test_what_is_no_frame_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(WireError, match=f"^{said.replace('?', '[?]')}"):
        received(data, 100)


def test_strings_that_are_no_article_are_refused() -> None:
    for strings in ([], ["甲"] * 9, ["甲"] * 10):
        with pytest.raises(WireError, match="^no article: "):
            to_article(strings)
    for strings in ([], ["甲"] * 4, ["甲", "\ud800", "", "empty"]):
        with pytest.raises(WireError, match="^no failure: "):
            to_failure(strings)
    with pytest.raises(WireError, match=r"^no article: half a character$"):
        to_article(["甲", "\ud800", *[""] * 7, "0"])
    for strings in ([], ["甲"] * 2):
        with pytest.raises(WireError, match="^no place: "):
            to_place(strings)
    for strings in ([], ["ValueError"], ["Value\nError", ""]):
        with pytest.raises(WireError, match="^no defect: "):
            to_defect(strings)


# -- processes that end badly ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "limits", "problem", "reason"),
    [
        ("hang", Limits(patience=0.5), Problem.TOO_SLOW, "reading it takes too long. Split it, or save it as .txt."),
        ("spin", Limits(processor=1), Problem.TOO_SLOW, "reading it takes too long. Split it, or save it as .txt."),
        (
            "eat",
            Limits(memory=400 * 2**20),
            Problem.MEMORY,
            "reading it takes more than 400 MiB of memory. Split it, or save it as .txt.",
        ),
        (
            "crash SIGSEGV",
            Limits(),
            Problem.CRASHED,
            "the process that read it has ended (SIGSEGV). Save it again, or as .txt.",
        ),
        (
            "crash SIGKILL",
            Limits(),
            Problem.CRASHED,
            "the process that read it has ended (SIGKILL). Save it again, or as .txt.",
        ),
        (
            "exit",
            Limits(),
            Problem.CRASHED,
            "the process that read it has ended (exit status 3). Save it again, or as .txt.",
        ),
        (
            "raise 深",
            Limits(),
            Problem.CRASHED,
            "it could not be read to its end (RecursionError). Split it, or save it as .txt.",
        ),
        ("print " + TEXT * 99, Limits(article=2**10), Problem.TOO_LARGE, "its text has more than 0 MiB. Split it."),
    ],
    ids=lambda given: given.split(" ")[-1] if isinstance(given, str) else "",
)
def test_a_bad_end_fails_its_file_alone(
    order: Callable[..., Found], tmp_path: Path, what: str, limits: Limits, problem: Problem, reason: str
) -> None:
    for name, text in {"a.txt": TEXT, "b.txt": what, "c.txt": TEXT}.items():
        order(text, name)
    with ParserProcess(limits, ODD) as parser:
        items = list(load([tmp_path], parser.read))
    assert {item.id for item in items if isinstance(item, LoadedArticle)} >= {"a.txt", "c.txt"}
    [failure] = [item for item in items if isinstance(item, Failure)]
    assert failure == Failure(str(tmp_path / "b.txt"), reason, ("b.txt",), str(tmp_path), problem)


@pytest.mark.parametrize(
    ("what", "how"),
    [
        ('frame ["l", []]', "no place: 0 strings"),
        ('frame ["d", []]', "no defect: it has no name"),
        ('frame ["d", ["a\\nb", "c"]]', "no defect: it has no name"),
        ('frame ["a", ["a.txt", "\\ud800", "", "", "", "", "", "", "", "0"]]', "no article: half a character"),
        ('frame ["x", ["", "\\ud800", "", "empty"]]', "no failure: half a character"),
        ('frame ["x", ["", "", "", "empty", "\\ud800"]]', "half a character"),
        ("crash 35", "signal 35"),
    ],
)
def test_what_no_parser_says_fails_its_file_alone(
    order: Callable[..., Found], tmp_path: Path, what: str, how: str
) -> None:
    order(what, "b.jsonl")
    order(TEXT, "c.txt")
    with ParserProcess(command=ODD) as parser:
        items = list(load([tmp_path], parser.read))
    assert [item.id for item in items if isinstance(item, LoadedArticle)][-1] == "c.txt"
    [failure] = [item for item in items if isinstance(item, Failure)]
    reason = f"the process that read it has ended ({how}). Save it again, or as .txt."
    assert failure == Failure(str(tmp_path / "b.jsonl"), reason, (), str(tmp_path), Problem.CRASHED)


@pytest.mark.parametrize(("what", "shown"), [("crash SIGKILL", ""), ("raise \n2026 ERROR 假", "  | '2026 ERROR 假'")])
def test_nothing_that_others_write_begins_a_line_of_the_log(
    parser: ParserProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture, what: str, shown: str
) -> None:
    path = tmp_path / "a\n2026 ERROR \x1b[31m假.txt"
    path.write_text(what, "utf-8")
    list(parser.read(Found(path, "a", "")))
    [record] = caplog.records
    first, *rest = record.getMessage().splitlines()
    assert r"a\n2026 ERROR \x1b[31m假.txt" in first
    assert all(line.startswith("  | ") for line in rest)
    assert shown in ["", *rest]


def test_killed_in_the_middle_of_a_bulk_file_it_keeps_what_came_before(
    parser: ParserProcess, order: Callable[..., Found]
) -> None:
    found = order("crash SIGKILL", "a.jsonl")
    article, failure = parser.read(found)
    assert (article.id, article.where) == ("甲市", f"{found.path}, line 1")  # type: ignore[union-attr]
    assert isinstance(failure, Failure)
    assert (failure.article_ids, failure.origin, failure.problem) == ((), found.origin, Problem.CRASHED)


def test_one_process_reads_many_files_and_another_takes_over_when_it_is_gone(
    parser: ParserProcess, order: Callable[..., Found]
) -> None:
    found = order(TEXT)
    first = [list(parser.read(found)), process_of(parser)]
    assert [list(parser.read(found)), process_of(parser)] == first
    os.kill(process_of(parser), signal.SIGKILL)
    os.waitid(os.P_PID, process_of(parser), os.WEXITED | os.WNOWAIT)
    items = list(parser.read(found))
    assert [items, process_of(parser) == first[1]] == [first[0], False]


def test_another_takes_over_after_so_many_files(order: Callable[..., Found]) -> None:
    found = order(TEXT)
    with ParserProcess(Limits(files=2), ODD) as parser:
        pids = [process_of(parser) for _ in range(5) for _ in parser.read(found)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 2, 2, 4]


def test_time_is_given_to_each_article_and_to_all_of_them(order: Callable[..., Found]) -> None:
    found = order("slow " + TEXT, "a.jsonl")
    with ParserProcess(Limits(patience=30), ODD) as parser:
        assert len(list(parser.read(found))) == 3
    with ParserProcess(Limits(patience=30, whole=1.5), ODD) as parser:
        items = list(parser.read(found))
    assert isinstance(items[-1], Failure)
    assert ([type(item) for item in items[:-1]], items[-1].problem) == ([LoadedArticle] * 2, Problem.TOO_SLOW)


def test_many_articles_wait_until_they_are_taken(parser: ParserProcess, order: Callable[..., Found]) -> None:
    items = parser.read(order("many " + TEXT, "a.jsonl"))
    next(items)
    time.sleep(0.3)
    status = Path(f"/proc/{process_of(parser)}/status").read_text("utf-8")
    [resident] = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
    assert resident < 150 * 1024
    assert sum(1 for _ in items) == 9_999


# -- what it may and may not --------------------------------------------------------------------


def test_a_parser_speaks_of_the_file_that_it_was_given_alone(
    parser: ParserProcess, order: Callable[..., Found]
) -> None:
    found = order("claim 话。")
    assert list(parser.read(found)) == [
        LoadedArticle("a.txt", "话。", origin=found.origin, where=str(found.path)),
        Failure(str(found.path), "话。", ("a.txt",), found.origin),
    ]
    bulk = order("claim 话。", "a.jsonl")
    article, failure = parser.read(bulk)
    assert (article.id, article.origin) == ("别人的", bulk.origin)  # type: ignore[union-attr]
    assert failure.origin == bulk.origin


def test_what_it_prints_is_no_frame(parser: ParserProcess, order: Callable[..., Found]) -> None:
    assert [item.text for item in parser.read(order("print 话。")) if isinstance(item, LoadedArticle)] == ["话。"]


def test_it_has_limits_and_no_secrets(
    parser: ParserProcess, order: Callable[..., Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "geheim")
    monkeypatch.setenv("YOUJU_PASSWORD", "geheim geheim")
    [article] = parser.read(order("tell"))
    assert isinstance(article, LoadedArticle)
    told = json.loads(article.text)
    assert told["pid"] == told["session"] == process_of(parser)
    assert told["limits"] == {"AS": [2**31] * 2, "CORE": [0, 0], "FSIZE": [0, 0], "NOFILE": [32, 32]}
    assert set(told["environment"]) <= {*KEPT, "PYTHONPATH"}


def test_limits_that_it_was_given_before_are_kept(order: Callable[..., Found]) -> None:
    given = ("sh", "-c", 'ulimit -v 1800000; ulimit -t 5000; ulimit -n 20; exec "$@"', "sh", *ODD)
    with ParserProcess(command=given) as parser:
        [article] = parser.read(order("tell"))
    assert isinstance(article, LoadedArticle)
    told = json.loads(article.text)
    assert told["limits"] == {"AS": [1800000 * 2**10] * 2, "CORE": [0, 0], "FSIZE": [0, 0], "NOFILE": [20, 20]}
    assert told["hard"] == 5000


@pytest.mark.parametrize("mode", [0, 1])
def test_names_of_files_are_the_same_to_both(order: Callable[..., Found], mode: int) -> None:
    script = f"""
import json
from pathlib import Path
from index.load.apart import PYTHON, ParserProcess
from index.load.walk import Found
with ParserProcess(command=(*PYTHON, {ODD[-1]!r})) as parser:
    [article] = parser.read(Found(Path({str(order("tell").path)!r}), "a.txt", ""))
print(json.loads(article.text)["utf8"])
"""
    command = [sys.executable, "-X", f"utf8={mode}", "-c", script]
    locale = {"LC_ALL": "C.UTF-8" if mode else "C"}  # in which Python would choose the other one
    ended = subprocess.run(
        command, cwd=ROOT, env=os.environ | locale, capture_output=True, text=True, check=True, timeout=60
    )
    assert ended.stdout == f"{mode}\n"


# -- nothing is left ----------------------------------------------------------------------------


def test_nothing_is_left_of_it_whatever_became_of_it(order: Callable[..., Found]) -> None:
    before = descriptors()
    pids = []
    for what in (TEXT, "many " + TEXT, "crash SIGKILL", "exit", "claim 话。"):
        with ParserProcess(command=ODD) as parser:
            items = parser.read(order(what, "a.jsonl"))
            next(items)
            pids.append(process_of(parser))
    assert not any(map(exists, pids))
    del items
    assert descriptors() == before


def test_a_file_that_is_not_wanted_to_its_end_ends_the_process(
    parser: ParserProcess, order: Callable[..., Found]
) -> None:
    items = parser.read(order("many " + TEXT, "a.jsonl"))
    next(items)
    pid = process_of(parser)
    items.close()  # type: ignore[attr-defined]
    assert not exists(pid)
    assert [item.id for item in parser.read(order(TEXT)) if isinstance(item, LoadedArticle)] == ["a.txt"]


def test_one_that_cannot_be_started_is_an_error(
    order: Callable[..., Found], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = descriptors()
    found = order(TEXT)
    with (
        ParserProcess(command=(str(tmp_path / "none"),)) as parser,
        pytest.raises(ParserError, match="cannot be started: No such file"),
    ):
        list(parser.read(found))
    with (
        ParserProcess(command=(sys.executable, "-c", "raise SystemExit('kaputt')")) as parser,
        pytest.raises(ParserError, match=r"does not start \(exit status 1\)\."),
    ):
        list(parser.read(found))
    assert capfd.readouterr().err == "kaputt\n"
    with (
        ParserProcess(command=("sh", "-c", "printf 'e\\0\\0\\0\\0'; sleep 3600")) as parser,
        pytest.raises(ParserError, match=r"does not start \(SIGKILL\)\."),
    ):
        list(parser.read(found))
    with (
        ParserProcess(Limits(memory=2**70), ODD) as parser,  # which is no number of bytes
        pytest.raises(ParserError, match=r"does not start \(exit status 1\)\."),
    ):
        list(parser.read(found))
    assert "OverflowError" in capfd.readouterr().err
    assert descriptors() == before


@pytest.mark.parametrize("what", ["spin", TEXT], ids=["at work", "idle"])
def test_it_ends_after_the_process_that_started_it(order: Callable[..., Found], what: str) -> None:
    path = order(what).path
    script = f"""
import os, threading
from pathlib import Path
from index.load.apart import ParserProcess
from index.load.limits import Limits
from index.load.walk import Found
parser = ParserProcess(Limits(processor=1), {ODD!r})
child = parser._ready()
print(child._process.pid, flush=True)
threading.Timer(0.3, os._exit, [0]).start()
list(parser.read(Found(Path({str(path)!r}), "a.txt", "")))
threading.Event().wait()
"""
    command = [sys.executable, "-c", script]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    until = time.monotonic() + 30
    while is_running(int(ended.stdout)) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_running(int(ended.stdout))
