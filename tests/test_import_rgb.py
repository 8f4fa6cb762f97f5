"""RGB's form: passages that answer, that do not, and that say it wrong."""

import json
from pathlib import Path

import pytest

from eval.importers import Form, ImportedSet, import_set
from eval.questions import QuestionSetError, TestQuestion

RIGHT, OTHER, WRONG = "北山马拉松2021年冠军是李明。", "北山马拉松在十月举行。", "北山马拉松2021年冠军是王强。"


def read(tmp_path: Path, *lines: object) -> ImportedSet:
    path = tmp_path / "zh.json"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return import_set(path, Form.RGB)


def line(**fields: object) -> dict[str, object]:
    return {"id": 0, "query": "谁是冠军？", "answer": "李明", "positive": [RIGHT], "negative": [OTHER], **fields}


def test_rgb_passages_are_articles_and_the_positive_ones_gold(tmp_path: Path) -> None:
    imported = read(tmp_path, line(), line(id="b", positive=[OTHER, RIGHT, " "], negative=[]))
    ids = {article.text: article.id for article in imported.articles}
    assert list(ids) == [RIGHT, OTHER]
    assert imported.questions == [
        TestQuestion(id="0", question="谁是冠军？", answers=[["李明"]], gold=[ids[RIGHT]]),
        TestQuestion(id="b", question="谁是冠军？", answers=[["李明"]], gold=[ids[OTHER], ids[RIGHT]]),
    ]
    assert imported.notes == ["articles without text, left out: 1"]


def test_rgb_article_ids_come_from_the_text(tmp_path: Path) -> None:
    first, second = read(tmp_path, line()), read(tmp_path, line(positive=[OTHER], negative=[RIGHT]))
    assert {a.id: a.text for a in first.articles} == {a.id: a.text for a in second.articles}
    assert [a.id for a in first.articles] == ["rgb-d9d9d69f8858", "rgb-1c33ed7d6f5a"]


def test_rgb_wrong_passages_are_articles_and_the_false_answer_is_forbidden(tmp_path: Path) -> None:
    imported = read(tmp_path, line(fakeanswer="王强", positive_wrong=[WRONG]))
    [question] = imported.questions
    assert (question.forbidden, question.tags) == (["王强"], ["fact"])
    assert [a.text for a in imported.articles] == [RIGHT, OTHER, WRONG]
    assert question.gold == [imported.articles[0].id]


def test_rgb_false_answers_may_be_several_and_never_forbid_a_right_one(tmp_path: Path) -> None:
    [question] = read(tmp_path, line(fakeanswer=["王强", "李明", "", "王强"])).questions
    assert question.forbidden == ["王强"]


@pytest.mark.parametrize(
    ("answer", "parts"),
    [
        ("李明", [["李明"]]),
        (["李明"], [["李明"]]),
        (["李明", "王强"], [["李明"], ["王强"]]),  # evalue.py asks for each string of a flat list
        ([["李明", "小李", "李明"], ["王强"]], [["李明", "小李"], ["王强"]]),
        (["李明", ["王强", "阿强"]], [["李明"], ["王强", "阿强"]]),
        ([[" "], ["李明 "]], [["李明"]]),
    ],
)
def test_rgb_answers_are_parts_of_aliases(tmp_path: Path, answer: object, parts: list[list[str]]) -> None:
    assert read(tmp_path, line(answer=answer)).questions[0].answers == parts


def test_rgb_groups_of_positives_are_joined(tmp_path: Path) -> None:
    imported = read(tmp_path, line(positive=[[RIGHT], [WRONG, RIGHT]], answer=[["李明"], ["王强"]]))
    assert [a.text for a in imported.articles] == [RIGHT, WRONG, OTHER]
    assert imported.questions[0].gold == [imported.articles[0].id, imported.articles[1].id]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (line(answer=5), "answer: Input should be a valid array."),
        (line(answer=["a", 5]), "answer.1: Input should be a valid array."),
        (line(positive=[["a"], [None]]), "positive.1.0: Input should be a valid string."),
        (line(negative={}), "negative: Input should be a valid array."),
        ({"id": 1, "query": "谁？", "answer": "a"}, "positive: Field required."),
        ([], "Input should be an object."),
    ],
)
def test_rgb_names_line_and_field(tmp_path: Path, bad: object, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        read(tmp_path, line(), bad)
    assert str(caught.value) == f"{tmp_path / 'zh.json'}, line 2: {message}"
