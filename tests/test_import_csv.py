"""Tables of questions."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.importers import Form, ImportedSet, import_set
from eval.importers.csv import find_header
from eval.questions import GoldEvidence, QuestionSetError, TestQuestion


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> ImportedSet:
    path = tmp_path / "x.txt"
    path.write_bytes(text.encode(encoding))
    return import_set(path)


def test_csv_gives_every_column(tmp_path: Path) -> None:
    text = (
        "id,问题,答案,gold,quote,tags,answerable\n"
        'a,往哪三化发展？,融合化||集群化|群聚化 || ,x/1| y,"融合化、集群化，""共赢""",列表|政策,true\n'
        ",湖多大？,,,,,\n"
        "\n"
        ",市长是谁？,李明,,,,否\n"
    )
    assert read(tmp_path, text) == ImportedSet(
        [
            TestQuestion(
                id="a",
                question="往哪三化发展？",
                answers=[["融合化"], ["集群化", "群聚化"]],
                evidence=[GoldEvidence(article="x/1", quote='融合化、集群化，"共赢"')],
                gold=["y"],
                tags=["列表", "政策"],
            ),
            TestQuestion(id="2", question="湖多大？"),
            TestQuestion(id="3", question="市长是谁？", answerable=False),
        ],
        notes=["answers of unanswerable questions, left out: 1"],
    )


@pytest.mark.parametrize("name", ["question", "Query", " 问题 ", "問題"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_question_column_separator_and_encoding(tmp_path: Path, name: str, delimiter: str, encoding: str) -> None:
    text = f"备注的话{delimiter}{name}\r\n上海的市长来这里了{delimiter}这个湖是不是在北山市的东边？\r\n"
    imported = read(tmp_path, text, encoding)
    assert imported.questions == [TestQuestion(id="1", question="这个湖是不是在北山市的东边？")]
    assert imported.notes == ["columns named '备注的话', passed over: 1"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("true", True),
        ("TRUE", True),
        ("1", True),
        ("是", True),
        ("", True),
        ("False", False),
        ("0", False),
        ("否", False),
    ],
)
def test_csv_answerable(tmp_path: Path, cell: str, expected: bool) -> None:
    assert read(tmp_path, f"question,answerable\n谁？,{cell}\n").questions[0].answerable is expected


def test_csv_articles_without_a_quote_are_gold(tmp_path: Path) -> None:
    [question] = read(tmp_path, "question\tarticle\n谁？\ta.txt|b.txt|a.txt\n").questions
    assert (question.gold, question.evidence) == (["a.txt", "b.txt"], [])


def test_csv_row_number_that_is_taken_is_numbered(tmp_path: Path) -> None:
    imported = read(tmp_path, "id,question\n2,谁？\n,哪里？\n,\n")
    assert [q.id for q in imported.questions] == ["2", "2-2"]
    assert imported.notes == ["ids that were taken or that the index refuses, changed: 1"]


def test_csv_unnamed_column_is_passed_over(tmp_path: Path) -> None:
    imported = read(tmp_path, "\tquestion\n0\t谁？\n")
    assert [q.question for q in imported.questions] == ["谁？"]
    assert imported.notes == ["columns named '', passed over: 1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "question,answerable\n谁？,1\n谁？,也许\n",
            "line 3: answerable: expected one of true, 1, 是, false, 0, 否, not '也许'.",
        ),
        ("question,id\n谁？,a\n谁？,a\n", "line 3: id: 'a' is taken by an earlier line; ids must differ."),
        ('question,id\n"谁？\n哪里？",a\n谁？\n', "line 4: 1 cells; the header has 2."),
        ("question,answer\n谁？,李明,王强\n", "line 2: 3 cells; the header has 2."),
        ("question,quote\n谁？,李明说\n", "line 2: quote: it needs the id of its article in the column article."),
        ("question,问题\n谁？,谁？\n", "line 1: question and 问题 are both a column for question; leave one."),
        ('question,id\n"谁？,a\n', "line 2: unexpected end of data."),
    ],
)
def test_csv_names_line_and_column(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        read(tmp_path, text)
    assert str(caught.value) == f"{tmp_path / 'x.txt'}, {message}"


def test_csv_without_a_question_column_names_those_that_there_are(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("题目;答案;id\n谁？;李明;1\n", "utf-8")
    with pytest.raises(QuestionSetError) as caught:
        import_set(path, Form.CSV)
    assert str(caught.value) == (
        f"{path}, line 1: there is no column for the question. The columns are: 题目, 答案, id. "
        "Name it one of question, query, 问题, 問題."
    )


@given(st.lists(st.text(), max_size=4), st.integers(0, 4), st.sampled_from(",\t;"))
def test_find_header_finds_the_question_column(others: list[str], place: int, delimiter: str) -> None:
    names = [*others[:place], "question", *others[place:]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerow(names)
    header = find_header(buffer.getvalue())
    assert "question" in header.columns
