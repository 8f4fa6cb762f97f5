"""BEIR's form: a corpus, questions, and the relevant documents of each."""

import json
from pathlib import Path

import pytest

from eval.importers import Form, ImportedArticle, import_set
from eval.questions import QuestionSetError, TestQuestion

HEADER = "query-id\tcorpus-id\tscore\n"
CORPUS = [
    {"_id": "d1", "title": "湖", "text": "北山有湖。", "metadata": {}},
    {"_id": 2, "title": "北山港", "text": ""},
    {"_id": "d3", "text": " "},
]
QUERIES = [{"_id": "q1", "text": "北山有什么？"}, {"_id": 2, "text": "港在哪？"}, {"_id": "q3", "text": "谁？"}]


def write(folder: Path, qrels: str, corpus: object = CORPUS, queries: object = QUERIES, split: str = "test") -> Path:
    (folder / "qrels").mkdir()
    (folder / "qrels" / f"{split}.tsv").write_text(qrels, "utf-8")
    for name, lines in (("corpus", corpus), ("queries", queries)):
        assert isinstance(lines, list)
        text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
        (folder / f"{name}.jsonl").write_text(text, "utf-8")
    return folder


def test_beir_reads_the_questions_that_have_relevant_documents(tmp_path: Path) -> None:
    qrels = HEADER + "2\td1\t1\n2\t2\t2\n2\td1\t1\nq1\td1\t1\nq3\td1\t0\n\n"
    imported = import_set(write(tmp_path, qrels))
    assert imported.questions == [
        TestQuestion(id="q1", question="北山有什么？", gold=["d1"]),
        TestQuestion(id="2", question="港在哪？", gold=["d1", "2"]),
    ]
    assert imported.articles == [
        ImportedArticle(id="d1", title="湖", text="北山有湖。"),
        ImportedArticle(id="2", title="北山港", text="北山港"),
    ]
    assert imported.notes == ["articles without text, left out: 1"]


def test_beir_counts_what_the_qrels_name_and_is_not_there(tmp_path: Path) -> None:
    qrels = HEADER + "q1\td1\t1\nq1\td3\t1\nq1\td9\t1\n2\td9\t1\nq9\td1\t1\n"
    imported = import_set(write(tmp_path, qrels))
    assert imported.questions == [TestQuestion(id="q1", question="北山有什么？", gold=["d1"])]
    assert imported.notes == [
        "articles without text, left out: 1",
        "relevant documents that are not in the corpus or have no text: 3",
        "questions without a relevant document in the corpus, left out: 1",
        "questions that the qrels name and that are not there: 1",
    ]


def test_beir_reads_the_split_that_is_asked_for(tmp_path: Path) -> None:
    folder = write(tmp_path, HEADER + "q3\td1\t1\n", split="dev")
    assert [q.id for q in import_set(folder, split="dev").questions] == ["q3"]
    with pytest.raises(QuestionSetError) as caught:
        import_set(folder)
    assert str(caught.value) == (
        f"{folder / 'qrels' / 'test.tsv'} does not exist. Splits that are there: dev. Choose one with --split."
    )


def test_beir_gold_follows_an_id_that_the_index_refuses(tmp_path: Path) -> None:
    corpus = [{"_id": "a//b", "text": "北山有湖。"}, {"_id": "a/b", "text": "北山有港。"}]
    imported = import_set(write(tmp_path, HEADER + "q1\ta//b\t1\n2\ta/b\t1\n", corpus))
    texts = {a.id: a.text for a in imported.articles}
    assert [texts[g] for q in imported.questions for g in q.gold] == ["北山有湖。", "北山有港。"]


@pytest.mark.parametrize(
    ("qrels", "message"),
    [
        ("", "line 1: expected the header query-id, corpus-id, score, separated by tabs."),
        ("q1\td1\t1\n", "line 1: expected the header query-id, corpus-id, score, separated by tabs."),
        ("query-id,corpus-id,score\n", "line 1: expected the header query-id, corpus-id, score, separated by tabs."),
        (HEADER + "q1\t0\td1\t1\n", "line 2: 4 columns; expected query-id, corpus-id, score, separated by tabs."),
        (
            HEADER + "q1\td1\t1\nq1\td1\tx\n",
            "line 3: score: Input should be a valid number, unable to parse string as a number.",
        ),
        (HEADER + "q1\t \t1\n", "line 2: corpus-id: String should have at least 1 character."),
    ],
)
def test_beir_names_the_line_of_bad_qrels(tmp_path: Path, qrels: str, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        import_set(write(tmp_path, qrels))
    assert str(caught.value) == f"{tmp_path / 'qrels' / 'test.tsv'}, {message}"


@pytest.mark.parametrize(
    ("corpus", "queries", "message"),
    [
        ([{"_id": "d1"}], QUERIES, "corpus.jsonl, line 1: text: Field required."),
        (
            [*CORPUS, CORPUS[0]],
            QUERIES,
            "corpus.jsonl, line 4: _id: 'd1' is taken by an earlier line; ids must differ.",
        ),
        (CORPUS, [{"text": "谁？"}], "queries.jsonl, line 1: _id: Field required."),
        (
            CORPUS,
            [*QUERIES, QUERIES[0]],
            "queries.jsonl, line 4: _id: 'q1' is taken by an earlier line; ids must differ.",
        ),
    ],
)
def test_beir_names_line_and_field(tmp_path: Path, corpus: object, queries: object, message: str) -> None:
    with pytest.raises(QuestionSetError) as caught:
        import_set(write(tmp_path, HEADER + "q1\td1\t1\n", corpus, queries), Form.BEIR)
    assert str(caught.value) == f"{tmp_path}/{message}"
