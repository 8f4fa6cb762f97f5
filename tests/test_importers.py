"""Foreign question sets: recognised by content, written whole, read again by what uses them."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.importers import Form, ImportedArticle, ImportedSet, import_set, write_set
from eval.importers.builder import SetBuilder
from eval.questions import QuestionSetError, TestQuestion, read_questions
from index.load import load
from index.records import LoadedArticle

SQUAD = {
    "data": [{"title": "北山", "paragraphs": [{"context": "北山有湖。", "qas": [{"id": "1", "question": "有什么？"}]}]}]
}
CMRC = [{"context_id": "c", "context_text": "北山有湖。", "qas": [{"query_id": "1", "query_text": "有什么？"}]}]
RGB = {"id": 0, "query": "有什么？", "answer": "湖", "positive": ["北山有湖。"], "negative": []}
CRUD = {"questanswer_1doc": [{"ID": "1", "news1": "北山有湖。", "questions": "有什么？", "answers": "湖"}]}
DOC = {"domain": "Law", "language": "zh", "doc_id": 1, "content": "北山有湖。"}
ASKED = {
    "domain": "Law",
    "language": "zh",
    "query": {"query_id": 1, "query_type": "事实性问题", "content": "有什么？"},
    "ground_truth": {"doc_ids": [1], "content": "湖。", "references": []},
}
QRELS = "query-id\tcorpus-id\tscore\n1\td\t1\n"


def dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def as_files(folder: Path, form: Form) -> Path:
    """A small set of the form, under a name that says nothing, where the form allows one."""
    files = {
        Form.SQUAD: {"x": dump(SQUAD)},
        Form.RGB: {"x": dump(RGB)},
        Form.CRUD: {"x": dump(CRUD)},
        Form.RAGEVAL: {"dragonball_docs.jsonl": dump(DOC), "dragonball_queries.jsonl": dump(ASKED)},
        Form.BEIR: {
            "corpus.jsonl": dump({"_id": "d", "text": "北山有湖。"}),
            "queries.jsonl": dump({"_id": "1", "text": "有什么？"}),
            "qrels/test.tsv": QRELS,
        },
        Form.CSV: {"x": "问题\n有什么？\n"},
    }[form]
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "x" if "x" in files else folder


@pytest.mark.parametrize("form", Form)
def test_import_set_recognises_a_form_by_its_content(tmp_path: Path, form: Form) -> None:
    path = as_files(tmp_path, form)
    imported = import_set(path)
    assert [q.question for q in imported.questions] == ["有什么？"]
    assert imported == import_set(path, form)
    assert [a.text for a in imported.articles] == ([] if form is Form.CSV else ["北山有湖。"])


@pytest.mark.parametrize(
    "text",
    [
        dump(CMRC),
        dump({"data": CMRC}),
        json.dumps(CMRC),
        json.dumps(SQUAD, indent=2),
        "\ufeff\n" + json.dumps(SQUAD, indent=2, ensure_ascii=False),
        dump(RGB) + "\n\n" + dump(RGB | {"id": 1}) + "\n",
        json.dumps(CRUD, indent=1),
        "编号\tQuery\n1\t有什么？\n",
    ],
)
def test_import_set_recognises_other_ways_to_write_a_form(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.dat").write_text(text, "utf-8")
    assert import_set(tmp_path / "x.dat").questions[0].question == "有什么？"


@pytest.mark.parametrize(
    "text", ["", "北山有湖。", '{"id": "1", "question": "有什么？"}', "[]", "[5]", '{"data": {}}', "{}"]
)
def test_import_set_names_what_it_looked_for(tmp_path: Path, text: str) -> None:
    path = tmp_path / "set.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(QuestionSetError) as caught:
        import_set(path)
    assert str(caught.value) == (
        f"{path} is in no form that is known. Looked for: "
        'squad: a JSON object with "data", a list of entries with "paragraphs" (CMRC: a list of "context_text"); '
        'rgb: JSON lines with "query", "answer" and "positive"; '
        "crud: a JSON object with questanswer_1doc, questanswer_2docs, questanswer_3docs; "
        "rageval: a folder with dragonball_docs.jsonl and dragonball_queries.jsonl; "
        "beir: a folder with corpus.jsonl, queries.jsonl and qrels/; "
        "csv: a table with a column question, query, 问题, 問題. "
        "If it is one of these, say which with --format (squad, rgb, crud, rageval, beir, csv)."
    )


def test_import_set_does_not_know_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="is in no form that is known"):
        import_set(tmp_path)


def test_import_set_of_a_missing_path(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="none.json does not exist"):
        import_set(tmp_path / "none.json")


@pytest.mark.parametrize("form", [Form.SQUAD, Form.RGB, Form.CRUD, Form.CSV])
def test_import_set_of_a_folder_where_a_file_is_meant(tmp_path: Path, form: Form) -> None:
    with pytest.raises(QuestionSetError, match="cannot be read: Is a directory"):
        import_set(tmp_path, form)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (dump(SQUAD)[:-3], "x: Invalid JSON: EOF while parsing"),
        ('{"data": [{"paragraphs": [}]}', "x begins like JSON and is none: expected value at line 1 column 27"),
    ],
)
def test_import_set_of_broken_json(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "x").write_text(text, "utf-8")
    with pytest.raises(QuestionSetError, match=message):
        import_set(tmp_path / "x")


def test_import_set_of_json_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(dump(SQUAD).encode("gb18030"))
    with pytest.raises(QuestionSetError, match=r"x is not UTF-8 \(byte \d+\)\. Save it in UTF-8\."):
        import_set(tmp_path / "x")


def test_import_set_of_a_binary_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"\x89PNG\0\0\xff")
    with pytest.raises(QuestionSetError, match="x: the file is binary"):
        import_set(tmp_path / "x")


def test_import_set_without_questions_says_what_was_left_out(tmp_path: Path) -> None:
    (tmp_path / "x").write_text(dump(RGB | {"query": " "}), "utf-8")
    with pytest.raises(QuestionSetError) as caught:
        import_set(tmp_path / "x")
    expected = f"{tmp_path / 'x'} has no questions that can be asked (questions without text, left out: 1)."
    assert str(caught.value) == expected


def imported_set() -> ImportedSet:
    question = TestQuestion(
        id="1", question="谁说“好”？", answers=[["李明"]], gold=["甲/1"], forbidden=["王"], tags=["a\u2028b"]
    )
    articles = [
        ImportedArticle(id="甲/1", title="报", text="他说：\n“好。”\u2028完。"),
        ImportedArticle(id="2", text="无题。"),
    ]
    return ImportedSet([question, TestQuestion(id="2", question="哪？", answerable=False)], articles)


def test_write_set_leaves_out_defaults_and_escapes_no_chinese(tmp_path: Path) -> None:
    write_set(imported_set(), tmp_path / "new" / "set")
    lines = (tmp_path / "new" / "set" / "questions.jsonl").read_text("utf-8").split("\n")
    assert lines[1:] == ['{"id":"2","question":"哪？","answerable":false}', ""]
    assert '"question":"谁说“好”？"' in lines[0]
    assert (tmp_path / "new" / "set" / "articles.jsonl").read_text("utf-8").split("\n")[1:] == [
        '{"id":"2","text":"无题。"}',
        "",
    ]


def test_write_set_is_read_by_the_evaluation_and_the_index(tmp_path: Path) -> None:
    imported = imported_set()
    write_set(imported, tmp_path)
    assert read_questions(tmp_path / "questions.jsonl") == imported.questions
    path = tmp_path / "articles.jsonl"
    assert list(load([path])) == [
        LoadedArticle(article.id, article.text, article.title, origin=str(path), where=f"{path}, line {number}")
        for number, article in enumerate(imported.articles, start=1)
    ]


def test_write_set_without_articles_writes_questions_only(tmp_path: Path) -> None:
    write_set(ImportedSet(imported_set().questions), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["questions.jsonl"]


@pytest.mark.parametrize(
    ("there", "named"),
    [
        (["questions.jsonl"], "questions.jsonl"),
        (["articles.jsonl"], "articles.jsonl"),
        (["articles.jsonl", "questions.jsonl"], "questions.jsonl and articles.jsonl"),
    ],
)
def test_write_set_refuses_a_folder_that_has_a_set(tmp_path: Path, there: list[str], named: str) -> None:
    for name in there:
        (tmp_path / name).write_text("mine", "utf-8")
    with pytest.raises(QuestionSetError) as caught:
        write_set(imported_set(), tmp_path)
    assert str(caught.value) == (f"{tmp_path} already has {named}. Choose another folder, or take what is there away.")
    assert {p.name: p.read_text("utf-8") for p in tmp_path.iterdir()} == dict.fromkeys(there, "mine")


def test_write_set_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(QuestionSetError, match="cannot be written: No space left on device"):
        write_set(imported_set(), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_write_set_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("mine", "utf-8")
    with pytest.raises(QuestionSetError, match="x cannot be written: File exists"):
        write_set(imported_set(), tmp_path / "x")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters() | st.sampled_from("/. \n湖")) | st.text("长/.", min_size=500), max_size=6))
def test_builder_gives_ids_that_differ_and_that_the_index_takes(wanted: list[str]) -> None:
    builder = SetBuilder()
    for name in [*wanted, *wanted]:
        builder.add_article(name, "北山有湖。")
        builder.add_question(name, "有什么？")
    imported = builder.build()
    if not wanted:
        return
    with tempfile.TemporaryDirectory() as folder:
        write_set(imported, Path(folder))
        items = list(load([Path(folder, "articles.jsonl")]))
        assert [item.id for item in items if isinstance(item, LoadedArticle)] == [a.id for a in imported.articles]
        assert len(items) == len(read_questions(Path(folder, "questions.jsonl"))) == 2 * len(wanted)


def test_builder_keeps_good_ids_and_numbers_those_that_are_taken() -> None:
    builder = SetBuilder()
    ids = [builder.add_article(wanted, "文。") for wanted in ("甲/乙", "甲/乙", "甲/乙", "/a//../b\n", "", "..")]
    assert ids == ["甲/乙", "甲/乙-2", "甲/乙-3", "a/b", "unnamed", "unnamed-2"]
    assert builder.build().notes == ["ids that were taken or that the index refuses, changed: 5"]


def test_builder_leaves_out_an_article_without_anything_to_be_seen() -> None:
    builder = SetBuilder()
    assert [builder.add_article("a", text) for text in ("", " \u3000\n", "\u200b\ufeff")] == ["", "", ""]
    assert builder.build() == ImportedSet([], [], ["articles without text, left out: 3"])
