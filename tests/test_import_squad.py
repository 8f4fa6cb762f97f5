"""SQuAD's form, as SQuAD, DRCD and CMRC 2018 publish it."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval.importers import Form, ImportedArticle, ImportedSet, import_set
from eval.importers.squad import quote_around
from eval.questions import GoldEvidence, QuestionSetError, TestQuestion
from index.clean import clean

CONTEXT = "滄浪湖在北山市東郊，湖面約12平方公里。市府於2019年動工整治；2021年完工。湖畔設有三座碼頭。"


def squad(tmp_path: Path, *questions: object, context: str = CONTEXT, **paragraph: object) -> ImportedSet:
    data = [{"title": "滄浪湖", "id": "9", "paragraphs": [{"context": context, "qas": questions, **paragraph}]}]
    return read(tmp_path, {"version": "1.3", "data": data})


def read(tmp_path: Path, value: object) -> ImportedSet:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
    return import_set(path, Form.SQUAD)


def asked(*answers: tuple[str, int], **fields: object) -> dict[str, object]:
    given_answers = [{"id": "1", "text": text, "answer_start": start} for text, start in answers]
    return {"id": "9-1-1", "question": "何時？", "answers": given_answers, **fields}


def test_squad_paragraph_is_an_article_and_its_answers_are_one_part(tmp_path: Path) -> None:
    year = CONTEXT.index("2019")
    imported = squad(tmp_path, asked(("2019年", year), ("2019", year), ("2019年", year)), id="9-1")
    assert imported == ImportedSet(
        [
            TestQuestion(
                id="9-1-1",
                question="何時？",
                answers=[["2019年", "2019"]],
                evidence=[GoldEvidence(article="9-1", quote="市府於2019年動工整治；")],
            )
        ],
        [ImportedArticle(id="9-1", title="滄浪湖", text=CONTEXT)],
    )


@pytest.mark.parametrize(
    ("answers", "quote"),
    [
        ([("湖", CONTEXT.index("湖畔"))], "湖畔設有三座碼頭。"),
        ([("湖", 5)], "滄浪湖在北山市東郊，湖面約12平方公里。"),  # not at 5: its first occurrence
        ([("湖", -1)], "滄浪湖在北山市東郊，湖面約12平方公里。"),
        ([("沒有的", 0), ("三座", 0)], "湖畔設有三座碼頭。"),
        ([(" 三座", CONTEXT.index("三座") - 1)], "湖畔設有三座碼頭。"),
        ([("整治；2021年完工。湖", CONTEXT.index("整治"))], "市府於2019年動工整治；2021年完工。湖畔設有三座碼頭。"),
        ([("東郊", 10_000)], "滄浪湖在北山市東郊，湖面約12平方公里。"),
    ],
)
def test_squad_evidence_is_the_sentence_of_the_answer(
    tmp_path: Path, answers: list[tuple[str, int]], quote: str
) -> None:
    [question] = squad(tmp_path, asked(*answers)).questions
    assert question.evidence == [GoldEvidence(article="滄浪湖-1", quote=quote)]
    assert question.gold == []


@pytest.mark.parametrize(
    ("answer", "context", "note"),
    [
        ("沒有的", CONTEXT, "questions whose answer is not in its paragraph, without a quote: 1"),
        ("三座", "北山\u00a0湖畔設有三座碼頭。", "questions whose sentence the index cleans, without a quote: 1"),
    ],
)
def test_squad_answer_that_cannot_be_quoted_names_its_article(
    tmp_path: Path, answer: str, context: str, note: str
) -> None:
    imported = squad(tmp_path, asked((answer, 0)), context=context)
    assert (imported.questions[0].evidence, imported.questions[0].gold) == ([], ["滄浪湖-1"])
    assert imported.questions[0].answers == [[answer]]
    assert imported.notes == [note]


def test_squad_impossible_question_has_no_answer(tmp_path: Path) -> None:
    impossible = asked(is_impossible=True, plausible_answers=[{"text": "2019年", "answer_start": 0}])
    assert squad(tmp_path, impossible).questions == [
        TestQuestion(id="9-1-1", question="何時？", answerable=False, tags=["unanswerable"])
    ]


def test_squad_question_whose_answer_is_hidden_keeps_its_article(tmp_path: Path) -> None:
    assert squad(tmp_path, {"id": 5, "question": " 何時？ "}, asked((" ", 0), id="6")).questions == [
        TestQuestion(id="5", question="何時？", gold=["滄浪湖-1"]),
        TestQuestion(id="6", question="何時？", gold=["滄浪湖-1"]),
    ]


def test_squad_leaves_out_what_has_no_text(tmp_path: Path) -> None:
    paragraphs = [
        {"context": " ", "qas": [asked(("2019年", 0))]},
        {"context": CONTEXT, "qas": [asked(question=" "), asked()]},
    ]
    imported = read(tmp_path, {"data": [{"title": "甲//乙", "paragraphs": paragraphs}, {"paragraphs": paragraphs[1:]}]})
    assert [(q.id, q.gold) for q in imported.questions] == [
        ("9-1-1", []),
        ("9-1-1-2", ["甲/乙-2"]),
        ("9-1-1-3", ["paragraph-1"]),
    ]
    assert [(a.id, a.title) for a in imported.articles] == [("甲/乙-2", "甲//乙"), ("paragraph-1", "")]
    assert imported.notes == [
        "articles without text, left out: 1",
        "ids that were taken or that the index refuses, changed: 3",
        "questions without text, left out: 2",
    ]


@pytest.mark.parametrize("wrap", [list, lambda contexts: {"version": "1", "data": contexts}])
def test_cmrc_form_is_read_as_squad(tmp_path: Path, wrap: type[list[object]]) -> None:
    query = {"query_id": "TRIAL_0_QUERY_0", "query_text": "幾座碼頭？", "answers": ["三座", "三座碼頭", "三座"]}
    context = {"context_id": "TRIAL_0", "context_text": CONTEXT, "title": "滄浪湖", "qas": [query]}
    assert read(tmp_path, wrap([context])) == ImportedSet(
        [
            TestQuestion(
                id="TRIAL_0_QUERY_0",
                question="幾座碼頭？",
                answers=[["三座", "三座碼頭"]],
                evidence=[GoldEvidence(article="TRIAL_0", quote="湖畔設有三座碼頭。")],
            )
        ],
        [ImportedArticle(id="TRIAL_0", title="滄浪湖", text=CONTEXT)],
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"data": [{"title": "甲"}]}, "data.0.paragraphs: Field required."),
        (
            {"data": [{"paragraphs": [{"context": "文。", "qas": [{"id": "1", "question": "？"}, {"id": "2"}]}]}]},
            "data.0.paragraphs.0.qas.1.question: Field required.",
        ),
        (
            {"data": [{"paragraphs": [{"context": "文。", "qas": [asked(("文", 0)), {"id": "2", "question": 5}]}]}]},
            "data.0.paragraphs.0.qas.1.question: Input should be a valid string.",
        ),
        (
            {
                "data": [
                    {"paragraphs": [{"context": "文。", "qas": [asked(answers=[{"text": "文", "answer_start": "x"}])]}]}
                ]
            },
            "data.0.paragraphs.0.qas.0.answers.0.answer_start: "
            "Input should be a valid integer, unable to parse string as an integer.",
        ),
        ({"datum": []}, "data: Field required."),
        (
            [{"context_id": 1, "context_text": "文。", "qas": [{"query_id": "1"}]}],
            "0.qas.0.query_text: Field required.",
        ),
        ({"data": [{"context_text": "文。", "qas": []}]}, "data.0.context_id: Field required."),
    ],
)
def test_squad_names_the_place_of_what_is_wrong(tmp_path: Path, value: object, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        read(tmp_path, value)
    assert str(caught.value) == f"{tmp_path / 'x.json'}: {message}"


@settings(deadline=None)
@given(st.text("湖在3年 \u00a0\u200b\n，。；？”.a", min_size=1, max_size=40), st.data())
def test_squad_quote_is_in_the_article_as_the_index_keeps_it(context: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(context) - 1))
    answer = context[start : data.draw(st.integers(start + 1, len(context)))]
    qas = [{"id": "1", "question": "？", "answers": [{"text": answer, "answer_start": start}]}]
    with tempfile.TemporaryDirectory() as folder:
        [question] = squad(Path(folder), *qas, context=context).questions
    for evidence in question.evidence:
        assert answer.strip() in evidence.quote
        assert evidence.quote in clean(context).text
    has_text = any(c.isprintable() and not c.isspace() for c in context)
    assert len(question.evidence) + len(question.gold) == int(has_text)


@given(st.text("湖在3年 \n，。；！？”」.a", min_size=1, max_size=60), st.data())
def test_quote_around_is_of_the_context_and_has_the_answer(context: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(context) - 1))
    end = data.draw(st.integers(start + 1, len(context)))
    answer = context[start:end].strip()
    quote = quote_around(context, start, end)
    assert answer in quote
    assert quote in context
    assert quote == quote.strip()
    assert quote or not answer
