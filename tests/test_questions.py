"""Question sets are checked before anything runs."""

from pathlib import Path

import pytest

from eval.questions import QuestionSetError, read_questions


def test_read_questions_reads_a_set(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"id": "1", "question": "多少？", "answers": [["5"]], "gold": ["a"], "extra": 1}\n\n'
        '{"id": "2", "question": "谁？", "answerable": false, "evidence": [{"article": "b", "quote": "x"}]}\n',
        "utf-8",
    )
    first, second = read_questions(path)
    assert (first.id, first.answers, first.gold_articles, first.answerable) == ("1", [["5"]], {"a"}, True)
    assert (second.gold_articles, second.answerable) == ({"b"}, False)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "1"}', "line 2: question: Field required"),
        ('{"id": "1", "question": ""}', "line 2: question: String should have at least 1 character"),
        ("{", "line 2: the line: Invalid JSON"),
        ('{"id": "1", "question": "x", "history": [{"role": "robot", "content": ""}]}', "line 2: history.0.role"),
    ],
)
def test_read_questions_names_line_and_field(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text('{"id": "0", "question": "好？"}\n' + line + "\n", "utf-8")
    with pytest.raises(QuestionSetError, match=message):
        read_questions(path)


def test_read_questions_refuses_an_empty_set(tmp_path: Path) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text("\n", "utf-8")
    with pytest.raises(QuestionSetError, match="no questions"):
        read_questions(path)
