"""Derived indexes: fresh, swapped at once, checked, and swept."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import index.generations as generations_module
from index.build import Event, Indexer
from index.embed import Embedder
from index.errors import IndexBusy
from index.generations import Home
from index.reader import Reader, open_reader
from index.store import Store

Index = Callable[..., list[Event]]
Results = dict[str, tuple[list[tuple[int, float]], ...]]
QUESTIONS = ["晶片产量", "大学的实验室", "果农和水库", "计划"]
HOLD = """
import sys
from pathlib import Path
from index.generations import Home

with Home(Path(sys.argv[1])).write_lock():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    write(made, "芯片.txt", "北山的芯片产量去年增长了三成，今年还会增长。工厂扩建计划已经公布。")
    write(made, "大学.txt", "两所大学开放了实验室，学生可以申请使用。设备由研究院维护。")
    write(made, "果农.txt", "南河县的果农遇到了大旱，水库的水位很低。合作社调配灌溉用水。")
    return made


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, "utf-8")


def search(reader: Reader, embedder: Embedder) -> Results:
    return {
        question: (
            reader.nearest_sentences(embedder.embed_query(question), 20),
            reader.matching_sentences(question, 20),
            reader.matching_articles(question, 20),
        )
        for question in QUESTIONS
    }


def rows(home: Home, embedder: Embedder) -> list[list[int]]:
    """The table of the sentences, as a reader has it."""
    with reading(home, embedder) as reader:
        table = reader.table
        columns = table.numbers, table.articles, table.positions, table.article_lengths, table.numerals
        return [column.tolist() for column in columns]


@contextmanager
def reading(home: Home, embedder: Embedder) -> Iterator[Reader]:
    reader = open_reader(home, embedder)
    yield reader
    reader.close()


def results(home: Home, embedder: Embedder) -> Results:
    with reading(home, embedder) as reader:
        return search(reader, embedder)


def forget_generations(home: Home) -> None:
    shutil.rmtree(home.root / "generations")
    (home.root / "CURRENT").unlink()


def content(home: Home) -> int:
    store = Store(home.store)
    number = store.content
    store.close()
    return number


def generations(home: Home) -> set[str]:
    return {path.name for path in (home.root / "generations").iterdir()}


def test_home_without_an_index_has_no_generation(home: Home) -> None:
    assert (home.exists, home.current_name(), home.current()) == (False, "", None)


def test_current_is_made_from_the_stores_content(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    generation = home.current()
    assert generation is not None
    assert (home.current_name(), generation.name) == ("1", "1")
    assert generation.manifest.content == content(home) == 1
    assert (generation.manifest.embedder, generation.manifest.dim) == ("test:hash-64", 64)


def test_additions_give_the_same_results_as_a_rebuild(
    home: Home, index: Index, folder: Path, embedder: Embedder
) -> None:
    index(folder)
    write(folder, "新.txt", "第三条芯片生产线投产，大学参加了计划。")
    index(folder)
    stepwise = results(home, embedder)
    forget_generations(home)
    assert results(home, embedder) == stepwise


def test_additions_and_removals_give_the_same_results_as_a_rebuild(
    home: Home, index: Index, folder: Path, embedder: Embedder
) -> None:
    index(folder)
    write(folder, "新.txt", "第三条芯片生产线投产，大学参加了计划。")
    (folder / "大学.txt").unlink()
    index(folder, delete_missing=True)
    stepwise = results(home, embedder)
    forget_generations(home)
    assert results(home, embedder) == stepwise


def test_updates_leave_no_trace_of_the_old_text(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    write(folder, "果农.txt", "山里的茶农今年收成很好，价格也高。")
    index(folder)
    with reading(home, embedder) as reader:
        assert reader.matching_articles("水库", 5) == []
        held = {number for number, _ in reader.nearest_sentences(embedder.embed_query("水库"), 99)}
        assert held == reader.store.sentence_numbers()


def flip_dense_byte(generation: Path) -> None:
    data = bytearray((generation / "dense.faiss").read_bytes())
    data[-1] ^= 1
    (generation / "dense.faiss").write_bytes(data)


def delete_segment(generation: Path) -> None:
    next((generation / "sentences").glob("*.store")).unlink()


def garble_manifest(generation: Path) -> None:
    (generation / "manifest.json").write_bytes(b'{"content": 1, \xff')


def empty_current(generation: Path) -> None:
    (generation.parent.parent / "CURRENT").write_bytes(b"")


def garble_current(generation: Path) -> None:
    (generation.parent.parent / "CURRENT").write_bytes(b"\xff\xfe\x00")


def delete_all(generation: Path) -> None:
    shutil.rmtree(generation.parent)


@pytest.mark.parametrize(
    "damage",
    [flip_dense_byte, delete_segment, garble_manifest, empty_current, garble_current, delete_all],
)
def test_damaged_generation_is_rebuilt(
    home: Home, index: Index, folder: Path, embedder: Embedder, damage: Callable[[Path], None]
) -> None:
    index(folder)
    before = results(home, embedder)
    damage(home.root / "generations" / home.current_name())
    assert home.current() is None
    assert results(home, embedder) == before
    assert home.current() is not None


def delete_table(generation: Path) -> None:
    (generation / "sentences.npy").unlink()


def empty_table(generation: Path) -> None:
    (generation / "sentences.npy").write_bytes(b"")


def flip_table(generation: Path) -> None:
    flip(generation / "sentences.npy")


def never_had_a_table(generation: Path) -> None:
    """As generations were before there was a table."""
    delete_table(generation)
    manifest = json.loads((generation / "manifest.json").read_bytes())
    del manifest["checksums"]["sentences.npy"]
    (generation / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def table_of_another_form(generation: Path) -> None:
    """As another version may have written it, with the checksum that it then has."""
    table = generation / "sentences.npy"
    np.save(table, np.load(table)[:4])
    manifest = json.loads((generation / "manifest.json").read_bytes())
    manifest["checksums"]["sentences.npy"] = generations_module._checksum(table)
    (generation / "manifest.json").write_text(json.dumps(manifest), "utf-8")


@pytest.mark.parametrize("damage", [delete_table, empty_table, flip_table, never_had_a_table, table_of_another_form])
def test_generation_without_a_whole_table_is_rebuilt(
    home: Home, index: Index, folder: Path, embedder: Embedder, damage: Callable[[Path], None]
) -> None:
    index(folder)
    before, found = rows(home, embedder), results(home, embedder)
    assert len(before[0]) == 6
    damage(home.root / "generations" / home.current_name())
    assert home.current() is None
    assert (rows(home, embedder), results(home, embedder)) == (before, found)
    assert (home.current_name(), home.current() is None) == ("1.1", False)


def test_table_after_additions_and_removals_is_that_of_a_rebuild(
    home: Home, index: Index, folder: Path, embedder: Embedder
) -> None:
    index(folder)
    write(folder, "新.txt", "第三条芯片生产线投产，大学参加了计划。")
    (folder / "大学.txt").unlink()
    index(folder, delete_missing=True)
    stepwise = rows(home, embedder)
    forget_generations(home)
    assert rows(home, embedder) == stepwise
    with reading(home, embedder) as reader:
        assert set(stepwise[0]) == reader.store.sentence_numbers()


def test_half_built_generation_is_ignored_and_swept(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    for name in (".2", "2"):
        (home.root / "generations" / name).mkdir()
        (home.root / "generations" / name / "dense.faiss").write_bytes(b"half")
    write(folder, "新.txt", "第三条芯片生产线投产，大学参加了计划。")
    index(folder)
    assert home.current_name() == "2.1"
    assert generations(home) == {"1", "2.1"}


def test_stale_generation_is_rebuilt_on_open(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    store = Store(home.store, writable=True)
    store.write([], remove=["芯片.txt"])
    store.close()
    with reading(home, embedder) as reader:
        assert (reader.generation, reader.matching_articles("芯片", 5)) == ("2", [])


def test_refresh_of_a_fresh_generation_keeps_it(home: Home, index: Index, folder: Path) -> None:
    index(folder)
    index(folder)
    assert (home.current_name(), generations(home)) == ("1", {"1"})


def test_generation_of_another_embedder_is_not_kept(home: Home, index: Index, folder: Path, embedder: Embedder) -> None:
    index(folder)
    store = Store(home.store)
    generation = home.refresh(store, "test:other", 64)
    store.close()
    assert (generation.name, generation.manifest.embedder, generations(home)) == ("1.1", "test:other", {"1.1"})


def test_reader_keeps_its_generation_when_later_ones_come(
    home: Home, index: Index, folder: Path, embedder: Embedder
) -> None:
    index(folder)
    with reading(home, embedder) as reader:
        before = search(reader, embedder)
        for number in range(3):
            write(folder, f"{number}.txt", f"第{number}条芯片生产线投产，大学参加了计划。")
            index(folder)
        assert generations(home) == {"3", "4"}
        assert (reader.generation, search(reader, embedder)) == ("1", before)


def test_older_generations_are_swept_but_for_the_previous_one(home: Home, index: Index, folder: Path) -> None:
    seen = []
    for number in range(3):
        write(folder, f"{number}.txt", f"第{number}条芯片生产线投产，大学参加了计划。")
        index(folder)
        seen.append((home.current_name(), generations(home)))
    assert seen == [("1", {"1"}), ("2", {"1", "2"}), ("3", {"2", "3"})]


@pytest.fixture
def holder(home: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the writer's lock until it is killed."""
    root = Path(__file__).parent.parent
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_lock_of_another_process_is_respected_until_it_dies(home: Home, holder: subprocess.Popen[str]) -> None:
    with pytest.raises(IndexBusy, match=r"another process is writing.*Wait until"), home.write_lock():
        pass
    holder.kill()
    holder.wait()
    with home.write_lock():
        assert (home.root / "writer.lock").exists()


def test_lock_can_be_taken_again_after_an_error(home: Home) -> None:
    with pytest.raises(RuntimeError, match="inside"), home.write_lock():
        raise RuntimeError("inside")
    with home.write_lock(), pytest.raises(IndexBusy), home.write_lock():
        pass


# -- large homes ----------------------------------------------------------------------------------


@pytest.fixture
def large(home: Home) -> Home:
    """The same home for a reader and writer that take three sentences for many."""
    return Home(home.root, flat_limit=3)


def kind(home: Home) -> str:
    generation = home.current()
    assert generation is not None
    return generation.dense.kind


def indexed(home: Home, embedder: Embedder, folder: Path) -> None:
    with home.write_lock():
        indexer = Indexer(home, embedder)
        list(indexer.index([folder], delete_missing=True))
        indexer.close()


def test_many_sentences_are_compressed_and_give_the_same_results(
    home: Home, large: Home, folder: Path, embedder: Embedder
) -> None:
    indexed(large, embedder, folder)
    many = results(large, embedder)
    assert kind(large) == "compressed"
    forget_generations(home)
    few = results(home, embedder)
    assert kind(home) == "flat"
    for question in QUESTIONS:
        assert dict(many[question][0]) == pytest.approx(dict(few[question][0]), abs=1e-6)
        assert many[question][1:] == few[question][1:]


def test_generation_of_few_is_compressed_when_it_grows(
    home: Home, large: Home, index: Index, folder: Path, embedder: Embedder
) -> None:
    index(folder)
    write(folder, "新.txt", "第三条芯片生产线投产，大学参加了计划。")
    assert kind(large) == "flat"
    indexed(large, embedder, folder)
    assert kind(large) == "compressed"
    for name in ("芯片.txt", "大学.txt", "果农.txt"):
        (folder / name).unlink()
    indexed(large, embedder, folder)
    assert kind(large) == "flat"
    with reading(large, embedder) as reader:
        assert {n for n, _ in reader.nearest_sentences(embedder.embed_query("大学"), 99)} == (
            reader.store.sentence_numbers()
        )


def test_removed_article_is_not_found_among_many(large: Home, folder: Path, embedder: Embedder) -> None:
    indexed(large, embedder, folder)
    (folder / "大学.txt").unlink()
    indexed(large, embedder, folder)
    assert kind(large) == "compressed"
    with reading(large, embedder) as reader:
        found = {number for number, _ in reader.nearest_sentences(embedder.embed_query("大学的实验室"), 99)}
        assert found == reader.store.sentence_numbers()


def flip_codes(generation: Path) -> None:
    flip(generation / "dense.faiss")


def flip_rows(generation: Path) -> None:
    flip(generation / "dense.rows")


def cut_rows(generation: Path) -> None:
    data = (generation / "dense.rows").read_bytes()
    (generation / "dense.rows").write_bytes(data[:-1])


def delete_ids(generation: Path) -> None:
    (generation / "dense.ids").unlink()


def leave_another_file(generation: Path) -> None:
    (generation / "other").write_bytes(b"")


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("damage", [flip_codes, flip_rows, cut_rows, delete_ids, leave_another_file])
def test_damaged_compressed_generation_is_rebuilt(
    large: Home, folder: Path, embedder: Embedder, damage: Callable[[Path], None]
) -> None:
    indexed(large, embedder, folder)
    before = results(large, embedder)
    damage(large.root / "generations" / large.current_name())
    assert large.current() is None
    assert results(large, embedder) == before


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read for their checksums, in a home where every file is large."""
    names: list[str] = []
    checksum = generations_module._checksum

    def noted(path: Path) -> int:
        names.append(path.name)
        return checksum(path)

    monkeypatch.setattr(generations_module, "_checksum", noted)
    monkeypatch.setattr(generations_module, "_LARGE", -1)
    return names


def test_large_files_are_read_for_their_checksums_once(
    home: Home, index: Index, folder: Path, checked: list[str]
) -> None:
    index(folder)
    checked.clear()
    assert home.current() is not None
    assert checked == []


@pytest.mark.parametrize("damage", [flip_dense_byte, delete_segment])
def test_large_file_that_has_changed_is_read_again(
    home: Home, index: Index, folder: Path, checked: list[str], damage: Callable[[Path], None]
) -> None:
    index(folder)
    damage(home.root / "generations" / home.current_name())
    assert home.current() is None


@pytest.mark.parametrize("notes", [b"", b"{", b"[]", b'{"dense.faiss": [1]}', b'{"dense.faiss": ["a"]}'])
def test_damaged_notes_on_large_files_are_not_believed(
    home: Home, index: Index, folder: Path, checked: list[str], notes: bytes
) -> None:
    index(folder)
    (home.root / "generations" / home.current_name() / "checked.json").write_bytes(notes)
    checked.clear()
    assert home.current() is not None
    assert "dense.faiss" in checked


def test_small_files_are_read_at_every_opening(home: Home, index: Index, folder: Path) -> None:
    index(folder)
    generation = home.root / "generations" / home.current_name()
    assert not (generation / "checked.json").exists()
    found = (generation / "dense.faiss").stat()
    flip(generation / "dense.faiss")
    os.utime(generation / "dense.faiss", ns=(found.st_atime_ns, found.st_mtime_ns))
    assert home.current() is None
