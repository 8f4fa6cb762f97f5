"""RAGEval's DragonBall form: documents, and questions with references to them."""

import json
from pathlib import Path

import pytest

from eval.importers import Form, ImportedArticle, ImportedSet, import_set
from eval.importers.rageval import read as read_language
from eval.questions import GoldEvidence, QuestionSetError, TestQuestion

REPORT = "# 年度报告\n\n沧浪公司2022年收入为3.5亿元。\n\n公司在北山市新建两座工厂。"
JUDGMENT = "北山市人民法院判决书。\n\n被告人李某，司机。"


def document(doc_id: object, content: str, **fields: object) -> dict[str, object]:
    return {"domain": "Finance", "language": "zh", "doc_id": doc_id, "content": content, **fields}


def asked(
    query_id: object = 7, query_type: str = "事实性问题", language: str = "zh", **truth: object
) -> dict[str, object]:
    return {
        "domain": "Finance",
        "language": language,
        "query": {"query_id": query_id, "query_type": query_type, "content": "收入多少？"},
        "ground_truth": {"doc_ids": [1], "content": "3.5亿元。", "references": [], "keypoints": ["x"], **truth},
    }


DOCUMENTS = [
    document(1, REPORT, company_name="沧浪公司"),
    document("2", JUDGMENT, court_name="北山市人民法院"),
    document(3, "A report.", language="en"),
]


def write(folder: Path, documents: list[dict[str, object]], queries: list[dict[str, object]]) -> Path:
    for name, lines in (("dragonball_docs.jsonl", documents), ("dragonball_queries.jsonl", queries)):
        (folder / name).write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return folder


def read(folder: Path, *queries: dict[str, object]) -> ImportedSet:
    return import_set(write(folder, DOCUMENTS, list(queries)), Form.RAGEVAL)


def test_rageval_references_are_quotes_of_the_document_that_has_them(tmp_path: Path) -> None:
    references = ["沧浪公司2022年收入为3.5亿元。 ", "被告人李某，司机。", "被告人李某，司机。"]
    imported = read(tmp_path, asked(doc_ids=[1, 2], references=references), asked(8, language="en"))
    assert imported == ImportedSet(
        [
            TestQuestion(
                id="7",
                question="收入多少？",
                reference="3.5亿元。",
                evidence=[
                    GoldEvidence(article="dragonball-1", quote="沧浪公司2022年收入为3.5亿元。"),
                    GoldEvidence(article="dragonball-2", quote="被告人李某，司机。"),
                ],
                tags=["事实性问题", "Finance"],
            )
        ],
        [
            ImportedArticle(id="dragonball-1", title="沧浪公司", text=REPORT),
            ImportedArticle(id="dragonball-2", title="北山市人民法院", text=JUDGMENT),
        ],
        [
            "documents in another language than zh, left out: 1",
            "questions in another language than zh, left out: 1",
        ],
    )


def test_rageval_reference_over_several_lines_is_a_quote_a_line(tmp_path: Path) -> None:
    [question] = read(tmp_path, asked(references=["收入为3.5亿元。\n\n公司在北山市新建两座工厂。"])).questions
    assert [e.quote for e in question.evidence] == ["收入为3.5亿元。", "公司在北山市新建两座工厂。"]


def test_rageval_reference_in_no_document_leaves_the_document(tmp_path: Path) -> None:
    imported = read(tmp_path, asked(doc_ids=[1, 2, 9], references=["收入为3.5亿元", "收入为4亿元"]))
    [question] = imported.questions
    assert question.evidence == [GoldEvidence(article="dragonball-1", quote="收入为3.5亿元")]
    assert question.gold == ["dragonball-2"]
    assert imported.notes[1:] == [
        "documents that a question names and that are not there: 1",
        "references that are in none of their documents, left out: 1",
    ]


@pytest.mark.parametrize("query_type", ["无关无解问题", "无关无解问"])
def test_rageval_unsolvable_question_has_no_answer(tmp_path: Path, query_type: str) -> None:
    imported = read(tmp_path, asked(query_type=query_type, content="无法回答。", references=["收入"]))
    assert imported.questions == [
        TestQuestion(id="7", question="收入多少？", answerable=False, tags=[query_type, "Finance"])
    ]


def test_rageval_reads_another_language_when_asked(tmp_path: Path) -> None:
    query = asked(query_type="Irrelevant Unsolvable Question", language="en", doc_ids=[3])
    imported = read_language(write(tmp_path, DOCUMENTS, [query, asked()]), "en")
    assert [a.id for a in imported.articles] == ["dragonball-3"]
    assert [q.answerable for q in imported.questions] == [False]


@pytest.mark.parametrize(
    ("documents", "queries", "message"),
    [
        ([DOCUMENTS[0], {"doc_id": 2}], [asked()], "dragonball_docs.jsonl, line 2: language: Field required."),
        (
            [DOCUMENTS[0], DOCUMENTS[0]],
            [asked()],
            "dragonball_docs.jsonl, line 2: doc_id: '1' is taken by an earlier line; ids must differ.",
        ),
        (
            DOCUMENTS,
            [asked(), asked(references="收入")],
            "dragonball_queries.jsonl, line 2: ground_truth.references: Input should be a valid array.",
        ),
        (
            DOCUMENTS,
            [{"language": "zh", "query": {"query_id": 1, "query_type": "x"}, "ground_truth": {}}],
            "dragonball_queries.jsonl, line 1: query.content: Field required.",
        ),
    ],
)
def test_rageval_names_line_and_field(
    tmp_path: Path, documents: list[dict[str, object]], queries: list[dict[str, object]], message: str
) -> None:
    with pytest.raises(QuestionSetError) as caught:
        import_set(write(tmp_path, documents, queries), Form.RAGEVAL)
    assert str(caught.value) == f"{tmp_path}/{message}"


def test_rageval_names_the_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"dragonball_docs\.jsonl cannot be read: No such file or directory"):
        import_set(tmp_path, Form.RAGEVAL)
