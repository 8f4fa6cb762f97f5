"""A run's folder: started once, resumed only as the same run, whole after a kill, one writer at a time."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from eval.questions import TestQuestion
from eval.record import Ranking, Record
from eval.run_folder import ANSWERS, METRICS, PACKAGES, REPORT, RUN, RunError, RunFolder, RunSettings, describe, digest
from eval.targets import TargetInfo
from index.fold import FOLDING

TARGET = TargetInfo(where=".youju", embedder="test:hash-64", index="0123456789abcdef", articles=2)
SETTINGS = RunSettings(name="集", questions="a" * 64, count=3, target=TARGET)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """The folder of a run that has begun."""
    begun = RunFolder(tmp_path / "run")
    begun.path.mkdir()
    begun.start(describe(SETTINGS, 2, 0.3))
    return begun


def record(question: str, error: str = "") -> Record:
    return Record(question=TestQuestion(id=question, question="多少？"), error=error)


def ids(folder: RunFolder) -> list[str]:
    return [r.question.id for r in folder.records()]


# -- what a run says of itself ----------------------------------------------------------------


def test_start_writes_what_is_run(folder: RunFolder) -> None:
    info = json.loads((folder.path / RUN).read_bytes())
    assert info["settings"] == {
        "name": "集", "questions": "a" * 64, "count": 3, "script": None, "limit": None, "seed": None, "tags": [],
        "target": {"where": ".youju", "embedder": "test:hash-64", "index": "0123456789abcdef", "articles": 2, "asking": ""}, "folding": FOLDING,
    }  # fmt: skip
    assert (info["settings_hash"], info["workers"], info["threshold"]) == (SETTINGS.hash, 2, 0.3)
    assert info["versions"] == {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    assert (info["machine"]["system"], info["machine"]["cores"]) == (platform.platform(), str(os.cpu_count()))
    assert info["machine"]["processor"]
    assert info["started"].endswith("+00:00")
    assert (folder.exists, sorted(path.name for path in folder.path.iterdir())) == (True, [RUN])
    assert folder.info() == describe(SETTINGS, 2, 0.3).model_copy(update={"started": info["started"]})


def test_settings_hash_is_that_of_their_json() -> None:
    written = (
        '{"name":"集","questions":"' + "a" * 64 + '","count":3,"script":null,"limit":null,"seed":null,"tags":[],'
        '"target":{"where":".youju","embedder":"test:hash-64","index":"0123456789abcdef","articles":2,"asking":""},"folding":"'
        + FOLDING
        + '"}'
    )
    assert SETTINGS.hash == hashlib.sha256(written.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    "changed",
    [
        {"questions": "b" * 64},
        {"count": 4},
        {"script": "s2t"},
        {"limit": 3},
        {"seed": 0},
        {"tags": ["a"]},
        {"target": TARGET.model_copy(update={"index": "f" * 16})},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_settings_hash_differs_with_what_decides_the_answers(changed: dict[str, object]) -> None:
    assert SETTINGS.model_copy(update=changed).hash != SETTINGS.hash


def test_digest_is_that_of_the_questions_in_any_order() -> None:
    one, two = TestQuestion(id="1", question="一？"), TestQuestion(id="2", question="二？")
    assert digest([one, two]) == digest([two, one])
    assert len({digest([one]), digest([one, two]), digest([one, two.model_copy(update={"answerable": False})])}) == 3
    assert digest([]) == hashlib.sha256(b"").hexdigest()


# -- beginning and going on -------------------------------------------------------------------


def test_start_refuses_a_folder_with_a_run(folder: RunFolder) -> None:
    folder.append(record("1"))
    before = {path.name: path.read_bytes() for path in folder.path.iterdir()}
    with pytest.raises(RunError) as refused:
        folder.start(describe(SETTINGS.model_copy(update={"count": 9}), 1, 0.3))
    assert str(refused.value) == f"{folder.path} has a run in it. Go on with it by --resume, or choose another --out."
    assert {path.name: path.read_bytes() for path in folder.path.iterdir()} == before


def test_resume_of_the_same_run_keeps_all(folder: RunFolder) -> None:
    before = (folder.path / RUN).read_bytes()
    folder.append(record("2"))
    folder.append(record("1"))
    folder.resume(SETTINGS.model_copy())
    assert ids(folder) == ["1", "2"]
    assert (folder.path / RUN).read_bytes() == before


def test_resume_names_the_settings_that_differ(folder: RunFolder) -> None:
    other = {"questions": "b" * 64, "count": 4, "tags": ["x"], "target": TARGET.model_copy(update={"articles": 3})}
    with pytest.raises(RunError) as refused:
        folder.resume(SETTINGS.model_copy(update=other))
    assert str(refused.value) == (
        f"{folder.path} is a run with other settings (questions, count, tags, target). "
        "Give the same ones, or choose another --out."
    )


def test_resume_of_another_run_takes_nothing_away(folder: RunFolder) -> None:
    (folder.path / ANSWERS).write_text("half a li", "utf-8")
    with pytest.raises(RunError):
        folder.resume(SETTINGS.model_copy(update={"count": 4}))
    assert (folder.path / ANSWERS).read_text("utf-8") == "half a li"


def test_info_of_a_folder_that_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError) as refused:
        RunFolder(tmp_path).info()
    assert str(refused.value) == f"{tmp_path} is not the folder of a run: it has no run.json."


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff", b'{"settings": 1}'])
def test_info_that_is_damaged_is_named(folder: RunFolder, content: bytes) -> None:
    (folder.path / RUN).write_bytes(content)
    with pytest.raises(RunError) as refused:
        folder.info()
    assert str(refused.value).startswith(f"{folder.path / RUN} is damaged or of another version: ")


# -- answers ----------------------------------------------------------------------------------


def test_records_are_ordered_by_id_and_the_same(folder: RunFolder) -> None:
    kept = [record(name, "两行\n错误\u2028\u0085") for name in ("b", "a", "c")]
    for one in kept:
        folder.append(one)
    assert folder.records() == sorted(kept, key=lambda r: r.question.id)
    assert len((folder.path / ANSWERS).read_bytes().splitlines()) == 3


def test_records_of_a_run_without_answers(folder: RunFolder) -> None:
    assert folder.records() == []


def half_lines() -> list[int]:
    """Where a line may be cut off: in its first byte, inside a character, and before its line end."""
    line = record("二").model_dump_json(exclude_defaults=True).encode()
    return [1, line.index("二".encode()) + 1, len(line)]


@pytest.mark.parametrize("cut", half_lines())
def test_records_pass_over_a_half_line(folder: RunFolder, cut: int) -> None:
    folder.append(record("一"))
    line = record("二").model_dump_json(exclude_defaults=True).encode()
    with (folder.path / ANSWERS).open("ab") as file:
        file.write(line[:cut])
    assert ids(folder) == ["一"]


@pytest.mark.parametrize("cut", half_lines())
@pytest.mark.parametrize("before", [0, 2])
def test_resume_takes_a_half_line_away(folder: RunFolder, before: int, cut: int) -> None:
    for number in range(before):
        folder.append(record(f"{number}"))
    whole = (folder.path / ANSWERS).read_bytes() if before else b""
    line = record("二").model_dump_json(exclude_defaults=True).encode()
    with (folder.path / ANSWERS).open("ab") as file:
        file.write(line[:cut])
    folder.resume(SETTINGS)
    assert (folder.path / ANSWERS).read_bytes() == whole
    folder.append(record("二"))
    assert ids(folder) == sorted([*(f"{number}" for number in range(before)), "二"])


@pytest.mark.parametrize("damaged", [b'{"question": {"id"', b"", b"[]", b'"\xff\xfe"', b"\x00\x00"])
def test_a_damaged_line_in_the_middle_is_named(folder: RunFolder, damaged: bytes) -> None:
    folder.append(record("1"))
    with (folder.path / ANSWERS).open("ab") as file:
        file.write(damaged + b"\n")
    folder.append(record("2"))
    with pytest.raises(RunError) as refused:
        folder.records()
    assert str(refused.value).startswith(f"{folder.path / ANSWERS}, line 2, is no answer of ours: ")


def test_write_replaces_a_file_whole(folder: RunFolder) -> None:
    for text in ("长" * 100_000, "短"):
        folder.write(METRICS, text)
        folder.write(REPORT, text)
    assert {path.name: path.read_text("utf-8") for path in folder.path.iterdir() if path.name != RUN} == {
        METRICS: "短",
        REPORT: "短",
    }


# -- one writer -------------------------------------------------------------------------------

HOLDER = """
import sys
from pathlib import Path
from eval.run_folder import RunFolder
with RunFolder(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("ending", ["by itself", "killed"])
def test_writing_is_for_one_process(tmp_path: Path, ending: str) -> None:
    path = tmp_path / "runs" / "集"
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunError) as refused, RunFolder(path).writing():
            pass
        if ending == "killed":
            holder.kill()
        holder.communicate()
    assert str(refused.value) == f"another process is writing to {path}. Wait for it, or choose another --out."
    with RunFolder(path).writing():
        pass


def test_writing_is_freed_by_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), RunFolder(tmp_path).writing():
        raise KeyboardInterrupt
    with RunFolder(tmp_path).writing():
        pass


def test_writing_to_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with (
        pytest.raises(RunError, match="cannot be written: .*Choose another --out"),
        RunFolder(tmp_path / "file").writing(),
    ):
        pass


def test_writing_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with (
        pytest.raises(RunError, match="cannot be written: Not a directory"),
        RunFolder(tmp_path / "file/run").writing(),
    ):
        pass


def test_resume_takes_errors_away_to_be_asked_again(folder: RunFolder) -> None:
    folder.append(record("1"))
    folder.append(record("2").model_copy(update={"error": "answered 500"}))
    folder.resume(SETTINGS)
    assert ids(folder) == ["1"]


def test_start_leaves_files_that_are_not_of_a_run(tmp_path: Path) -> None:
    (tmp_path / ANSWERS).write_text("mine", "utf-8")
    with pytest.raises(RunError, match="answers.jsonl"):
        RunFolder(tmp_path).start(describe(SETTINGS, 1, 0.3))
    assert (tmp_path / ANSWERS).read_text("utf-8") == "mine"


def test_ctrl_c_while_a_record_is_written_stays_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """pydantic makes an error of its own of what is raised while it compares with defaults."""

    def interrupted(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Ranking, "__eq__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        RunFolder(tmp_path).append(Record(question=TestQuestion(id="1", question="多少？"), fused=Ranking()))
