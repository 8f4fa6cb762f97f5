"""CRUD-RAG's form: questions on one to three news texts."""

import json
from pathlib import Path

import pytest

from eval.importers import Form, ImportedArticle, ImportedSet, import_set
from eval.importers.crud import pieces
from eval.questions import QuestionSetError, TestQuestion

LAKE, PORT = "2023-07-28 10:14:27　沧浪湖整治昨日完工，历时两年。", "北山港上半年吞吐量为3.5亿吨。"


def read(tmp_path: Path, **tasks: object) -> ImportedSet:
    path = tmp_path / "split_merged.json"
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    return import_set(path, Form.CRUD)


def item(**fields: object) -> dict[str, object]:
    return {"ID": "64fa", "event": "湖", "news1": LAKE, "questions": "历时多久？", "answers": "两年。", **fields}


def test_crud_reads_the_three_tasks_and_passes_over_the_others(tmp_path: Path) -> None:
    long = item(questions="湖和港怎么样？", answers="湖已完工，港在增长。", news2=PORT)
    imported = read(
        tmp_path, event_summary=[{}, {}], questanswer_1doc=[item()], questanswer_2docs=[long], questanswer_3docs=[]
    )
    lake, port = (a.id for a in imported.articles)
    assert imported.articles == [
        ImportedArticle(id=lake, published="2023-07-28", text=LAKE),
        ImportedArticle(id=port, text=PORT),
    ]
    assert imported.questions == [
        TestQuestion(
            id="questanswer_1doc-64fa",
            question="历时多久？",
            answers=[["两年"]],
            gold=[lake],
            tags=["questanswer_1doc"],
        ),
        TestQuestion(
            id="questanswer_2docs-64fa",
            question="湖和港怎么样？",
            reference="湖已完工，港在增长。",
            gold=[lake, port],
            tags=["questanswer_2docs", "multi-document"],
        ),
    ]
    assert imported.notes == ["entries of the task event_summary, passed over: 2"]


@pytest.mark.parametrize(
    ("answer", "is_part"),
    [
        ("3.5亿吨", True),
        ("12,000人", True),
        ("14:30", True),
        ("一二三四五六七八九十一二三四五", True),
        ("一二三四五六七八九十一二三四五六", False),
        ("完工，历时两年", False),
        ("湖、港", False),
        ("已完工。历时两年。", False),
        ("是。", False),
        ("没有", False),
        ("", False),
        ("。", False),
    ],
)
def test_crud_short_answer_is_a_part_and_any_other_a_reference(tmp_path: Path, answer: str, is_part: bool) -> None:
    [question] = read(tmp_path, questanswer_1doc=[item(answers=answer)]).questions
    assert (question.answers, question.reference) == (([[answer]], "") if is_part else ([], answer))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("谁？\n哪里？\n", ["谁？", "哪里？"]),
        ("1. 谁？2. 哪里？", ["谁？", "哪里？"]),
        ("1、谁？\n2、哪里？\n（东郊？）", ["谁？", "哪里？\n（东郊？）"]),
        ("Q1：谁？ q2：哪里？", ["谁？", "哪里？"]),
        ("问题1:谁？问题2:哪里？", ["谁？", "哪里？"]),
        ("（1）谁？（2）哪里？", ["谁？", "哪里？"]),
        ("1.5亿吨。2.5亿吨", ["1.5亿吨。2.5亿吨"]),
        ("3、4号楼", ["3、4号楼"]),
        ("1、2号线 3、开通", ["1、2号线 3、开通"]),
        ("先看：1. 谁？2. 哪里？", ["先看：1. 谁？2. 哪里？"]),
        ("1. 谁？", ["谁？"]),
        (" \n", []),
    ],
)
def test_pieces_are_numbered_ones_or_lines(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


@pytest.mark.parametrize(
    ("questions", "answers"),
    [
        ("1. 历时多久？2. 在哪？", "1. 两年。2. 东郊。"),
        (["历时多久？", "在哪？"], ["两年。", "东郊。"]),
        ("历时多久？\n在哪？", "两年\n东郊"),
    ],
)
def test_crud_splits_an_item_with_as_many_questions_as_answers(
    tmp_path: Path, questions: object, answers: object
) -> None:
    imported = read(tmp_path, questanswer_1doc=[item(questions=questions, answers=answers)])
    assert [(q.id, q.question, q.answers, q.tags) for q in imported.questions] == [
        ("questanswer_1doc-64fa-1", "历时多久？", [["两年"]], ["questanswer_1doc", "split"]),
        ("questanswer_1doc-64fa-2", "在哪？", [["东郊"]], ["questanswer_1doc", "split"]),
    ]


def test_crud_keeps_an_item_whole_where_the_numbers_differ(tmp_path: Path) -> None:
    imported = read(tmp_path, questanswer_1doc=[item(questions="历时多久？\n在哪？", answers="两年，在东郊。")])
    [question] = imported.questions
    assert (question.question, question.reference) == ("历时多久？ 在哪？", "两年，在东郊。")
    assert imported.notes == ["entries with several questions and another number of answers, kept whole: 1"]


def test_crud_long_answer_to_one_question_keeps_its_lines(tmp_path: Path) -> None:
    [question] = read(tmp_path, questanswer_1doc=[item(answers="湖已完工。\n港在增长。\n")]).questions
    assert question.reference == "湖已完工。\n港在增长。"


def test_crud_item_without_a_question_is_left_out(tmp_path: Path) -> None:
    imported = read(tmp_path, questanswer_1doc=[item(), item(questions=" ", answers=" ")])
    assert len(imported.questions) == 1
    assert imported.notes == ["questions without text, left out: 1"]


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        (
            {"event_summary": []},
            "none of the tasks questanswer_1doc, questanswer_2docs, questanswer_3docs is in it.",
        ),
        ({"questanswer_1doc": [item(), {"ID": "2"}]}, "questanswer_1doc.1.news1: Field required."),
        ({"questanswer_3docs": [item(questions=5)]}, "questanswer_3docs.0.questions: Input should be a valid string."),
        (
            {"questanswer_2docs": [item(answers=["a", 5])]},
            "questanswer_2docs.0.answers: Input should be a valid string.",
        ),
    ],
)
def test_crud_names_the_place_of_what_is_wrong(tmp_path: Path, tasks: dict[str, object], message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        read(tmp_path, **tasks)
    assert str(caught.value) == f"{tmp_path / 'split_merged.json'}: {message}"
