"""The LangChain seam gives what the pipeline gives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from langchain_core.vectorstores import InMemoryVectorStore
from pydantic import ValidationError

from index.build import Event
from index.embed import Embedder
from index.errors import ArticleNotFound
from index.generations import Home
from qa.answer import Status
from qa.extractive import Extraction
from qa.filters import Filters
from qa.langchain import YoujuEmbeddings, YoujuRetriever, answering
from qa.library import Library


@pytest.fixture
def library(tmp_path: Path, home: Home, embedder: Embedder, index: Callable[..., list[Event]]) -> Library:
    (tmp_path / "a.txt").write_text("合肥量子计划\n\n合肥公布计划。\n合肥到2027年量子企业增加到150家。", "utf-8")
    index(tmp_path / "a.txt")
    return Library(home, embedder, Extraction(confidence=0))


def test_retriever_gives_sentences_with_their_spans(library: Library) -> None:
    documents = YoujuRetriever(library=library, k=2).invoke("量子企业增加到多少家")
    assert documents[0].page_content == "合肥到2027年量子企业增加到150家。"
    assert len(documents) == 2
    text = library.reader().store.article("a.txt").text
    assert all(text[d.metadata["start"] : d.metadata["end"]] == d.page_content for d in documents)


def test_answering_takes_a_question_or_a_conversation(library: Library) -> None:
    chain = answering(library)
    assert chain.invoke("合肥2027年量子企业有多少家？").citations[0].quote == "合肥到2027年量子企业增加到150家。"
    history = [{"role": "user", "content": "合肥2026年量子企业有多少家？"}]
    answers = chain.batch([{"question": "那2027年呢？", "history": history}, "苏州2027年量子企业有多少家？"])
    assert [a.status for a in answers] == [Status.ANSWERED, Status.NO_EVIDENCE]


def test_retriever_is_filtered(library: Library, tmp_path: Path, index: Callable[..., list[Event]]) -> None:
    (tmp_path / "b.txt").write_text("合肥量子规划\n\n合肥量子企业增加到200家。", "utf-8")
    index(tmp_path / "b.txt")
    retriever = YoujuRetriever(library=library, filters=Filters(articles=["b.txt"]))
    assert {d.metadata["article_id"] for d in retriever.invoke("量子企业增加到多少家")} == {"b.txt"}
    retriever = YoujuRetriever(library=library)
    assert {d.metadata["article_id"] for d in retriever.invoke("量子企业增加到多少家")} == {"a.txt", "b.txt"}


def test_answering_is_filtered(library: Library) -> None:
    chain, question = answering(library), "合肥2027年量子企业有多少家？"
    answers = chain.batch(
        [{"question": question, "filters": f} for f in ({"articles": ["a.txt"]}, {"since": "2024-01-01"}, None)]
    )
    assert [a.status for a in answers] == [Status.ANSWERED, Status.NO_EVIDENCE, Status.ANSWERED]
    with pytest.raises(ArticleNotFound):
        chain.invoke({"question": question, "filters": {"articles": ["none"]}})
    with pytest.raises(ValidationError, match="2024-01-02 is after until 2024-01-01"):
        chain.invoke({"question": question, "filters": {"since": "2024-01-02", "until": "2024-01-01"}})


def test_answering_counts_from_the_day_given(library: Library) -> None:
    chain, question = answering(library), "合肥今年量子企业增加到多少家？"
    answers = chain.batch([{"question": question, "asof": day} for day in ("2027-06-01", "2020-06-01")])
    assert [a.status for a in answers] == [Status.ANSWERED, Status.NO_EVIDENCE]
    assert answers[1].answer.endswith("今年（2020-01-01–2020-12-31）。")
    with pytest.raises(ValidationError, match="a day is written YYYY-MM-DD"):
        chain.invoke({"question": question, "asof": "June 2027"})


def test_answering_refuses_unknown_fields(library: Library) -> None:
    with pytest.raises(ValidationError, match="temperature"):
        answering(library).invoke({"question": "好？", "temperature": 1})


def test_embeddings_are_the_embedders(embedder: Embedder) -> None:
    embeddings, texts = YoujuEmbeddings(embedder), ["合肥量子企业", "苏州"]
    assert np.array_equal(embeddings.embed_documents(texts), embedder.embed_passages(texts))
    assert np.array_equal(embeddings.embed_query(texts[0]), embedder.embed_query(texts[0]))
    assert all(type(value) is float for value in embeddings.embed_query(texts[0]))
    assert embeddings.embed_documents([]) == []


def test_embeddings_serve_a_vector_store(embedder: Embedder) -> None:
    store = InMemoryVectorStore(YoujuEmbeddings(embedder))
    store.add_texts(["合肥的量子企业增加到150家。", "今天的午餐是面条。"])
    [(document, score)] = store.similarity_search_with_score("量子企业增加到多少家", k=1)
    assert document.page_content == "合肥的量子企业增加到150家。"
    assert 0 < score <= 1
