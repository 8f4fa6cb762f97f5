"""Question sets are checked before anything runs."""

import json
from pathlib import Path

import pytest

from eval.questions import SELF_CONTAINED, QuestionSetError, check_questions, read_questions
from qa.answer import Status, Turn

GOOD = '{"id": "0", "question": "好？"}'
ARTICLE_QUOTE = {"article": "b", "quote": "x"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "q.jsonl"


def problems_of(path: Path) -> list[str]:
    """The lines of the error that a file is refused with."""
    with pytest.raises(QuestionSetError) as refused:
        read_questions(path)
    head, *listed = str(refused.value).split("\n  ")
    assert head == f"{path} is not in the form of a question set."
    return listed


# -- what is read -----------------------------------------------------------------------------


def test_read_questions_reads_a_set(path: Path) -> None:
    path.write_text(
        '{"id": "1", "question": "多少？", "answers": [["5"]], "gold": ["a"], "extra": 1}\n\n'
        '{"id": "2", "question": "谁？", "answerable": false, "evidence": [{"article": "b", "quote": "x"}]}\n',
        "utf-8",
    )
    first, second = read_questions(path)
    assert (first.id, first.answers, first.gold_articles, first.answerable) == ("1", [["5"]], {"a"}, True)
    assert (second.gold_articles, second.answerable) == ({"b"}, False)


def test_read_questions_reads_every_field(path: Path) -> None:
    line = {
        "id": "1", "question": "那2030年呢？", "history": [{"role": "user", "content": "武汉？"}],
        "answers": [["5", "五"], ["6"]], "reference": "五和六", "evidence": [ARTICLE_QUOTE], "gold": ["a", "b"],
        "answerable": False, "forbidden": ["7"], "expect": "partial", "tags": ["t"], "self_contained": True,
    }  # fmt: skip
    path.write_text(json.dumps(line), "utf-8")
    [found] = read_questions(path)
    assert found.history == [Turn(role="user", content="武汉？")]
    assert (found.answers, found.reference, found.forbidden) == ([["5", "五"], ["6"]], "五和六", ["7"])
    assert (found.gold_articles, found.expect, found.tags) == ({"a", "b"}, Status.PARTIAL, ["t", SELF_CONTAINED])


def test_read_questions_tags_a_self_contained_one_once(path: Path) -> None:
    path.write_text('{"id": "1", "question": "？", "self_contained": true, "tags": ["self-contained"]}', "utf-8")
    assert read_questions(path)[0].tags == [SELF_CONTAINED]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_read_questions_takes_bom_and_crlf(path: Path, start: str, end: str) -> None:
    lines = [GOOD, "", '{"id": "1", "question": "呢？"}', "{"]
    path.write_bytes((start + end.join(lines) + end).encode())
    checked = check_questions(path)
    assert [(q.id, q.question) for q in checked.questions] == [("0", "好？"), ("1", "呢？")]
    assert [problem.split(": ")[0] for problem in checked.problems] == ["line 4"]


@pytest.mark.parametrize("inside", ["\u2028", "\u2029", "\x85"])
def test_read_questions_line_marks_of_unicode_stand_in_strings(path: Path, inside: str) -> None:
    path.write_text(f'{{"id": "1", "question": "多{inside}少？"}}\n{{', "utf-8")
    checked = check_questions(path)
    assert [q.question for q in checked.questions] == [f"多{inside}少？"]
    assert [problem[:7] for problem in checked.problems] == ["line 2:"]


# -- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "1"}', "line 2: question: Field required"),
        ('{"question": "x"}', "line 2: id: Field required"),
        ('{"id": "", "question": "x"}', "line 2: id: String should have at least 1 character"),
        ('{"id": 1, "question": "x"}', "line 2: id: Input should be a valid string"),
        ('{"id": "1", "question": ""}', "line 2: question: String should have at least 1 character"),
        ('{"id": "1", "question": " \\n\u3000"}', "line 2: question: "),
        ("{", "line 2: the line: Invalid JSON"),
        ('["1", "x"]', "line 2: the line: Input should be an object"),
        ('{"id": "1", "question": "x", "history": [{"role": "robot", "content": ""}]}', "line 2: history.0.role"),
        ('{"id": "1", "question": "x", "answers": ["5"]}', "line 2: answers.0: Input should be a valid array"),
        ('{"id": "1", "question": "x", "evidence": [{"article": "a"}]}', "line 2: evidence.0.quote: Field required"),
        ('{"id": "1", "question": "x", "evidence": [{"article": "a", "quote": ""}]}', "line 2: evidence.0.quote: "),
        ('{"id": "1", "question": "x", "expect": "maybe"}', "line 2: expect: Input should be 'answered', "),
        ('{"id": "1", "question": "x", "tags": "a"}', "line 2: tags: Input should be a valid array"),
    ],
)
def test_read_questions_names_line_and_field(path: Path, line: str, message: str) -> None:
    path.write_text(f"{GOOD}\n{line}\n", "utf-8")
    [problem] = problems_of(path)
    assert problem.startswith(message)


def test_read_questions_lists_the_problems_of_every_line(path: Path) -> None:
    path.write_text(f'{{\n{GOOD}\n{{"id": "1"}}\n\n{{"id": "2", "question": 2}}\n', "utf-8")
    assert [problem.split(": ")[:2] for problem in problems_of(path)] == [
        ["line 1", "the line"],
        ["line 3", "question"],
        ["line 5", "question"],
    ]


@pytest.mark.parametrize(("bad", "last"), [(10, "line 10: "), (11, "and 1 more"), (25, "and 15 more")])
def test_read_questions_lists_ten_problems(path: Path, bad: int, last: str) -> None:
    path.write_text("{}\n" * bad + GOOD, "utf-8")
    listed = problems_of(path)
    assert len(listed) == min(bad, 11)
    assert listed[9].startswith("line 10: id: Field required")
    assert listed[-1].startswith(last)


def test_read_questions_same_id_names_both_lines(path: Path) -> None:
    path.write_text(f'\n{GOOD}\n{{"id": "1", "question": "？"}}\n{GOOD}\n{GOOD}\n', "utf-8")
    assert problems_of(path) == [
        "line 4: id: '0' is that of line 2; ids must differ.",
        "line 5: id: '0' is that of line 2; ids must differ.",
    ]


def test_read_questions_skip_bad_leaves_them_out(path: Path) -> None:
    path.write_text(f'{{\n{GOOD}\n{GOOD}\n{{"id": "1", "question": "？"}}', "utf-8")
    assert [q.id for q in read_questions(path, skip_bad=True)] == ["0", "1"]


@pytest.mark.parametrize("content", ["", "\n \n", "\ufeff"])
def test_read_questions_refuses_an_empty_set(path: Path, content: str) -> None:
    path.write_text(content, "utf-8")
    with pytest.raises(QuestionSetError, match="no questions"):
        read_questions(path)


def test_read_questions_skip_bad_refuses_a_set_of_bad_ones(path: Path) -> None:
    path.write_text("{\n", "utf-8")
    with pytest.raises(QuestionSetError, match="no questions"):
        read_questions(path, skip_bad=True)


@pytest.mark.parametrize("skip_bad", [False, True])
def test_read_questions_not_utf8_names_the_byte(path: Path, skip_bad: bool) -> None:
    path.write_bytes(b'{"id": "' + "问".encode("gb18030"))
    with pytest.raises(QuestionSetError) as refused:
        read_questions(path, skip_bad=skip_bad)
    assert str(refused.value) == f"{path} is not UTF-8 (byte 8). Save it in UTF-8."


def test_read_questions_of_a_folder(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError) as refused:
        read_questions(tmp_path)
    assert str(refused.value) == f"{tmp_path} cannot be read: Is a directory."


def test_read_questions_of_no_file(path: Path) -> None:
    with pytest.raises(QuestionSetError) as refused:
        read_questions(path)
    assert str(refused.value) == f"{path} cannot be read: No such file or directory."
