"""RAGEval's DragonBall: questions on made-up company reports, judgments and patient records.

A folder with dragonball_docs.jsonl, {"domain", "language", "doc_id", "content", and one of
"company_name", "court_name", "hospital_patient_name"}, and dragonball_queries.jsonl,
{"domain", "language", "query": {"query_id", "query_type", "content"}, "ground_truth":
{"doc_ids", "content", "references", "keypoints"}}. Defined in Zhu et al., "RAGEval" (2024),
repository OpenBMB/RAGEval.

Each line of a reference is a quote of the first of the question's documents that has it.
Keypoints have no place in our form and are passed over.
"""

from dataclasses import dataclass
from pathlib import Path

from eval.importers.builder import SetBuilder, unique
from eval.importers.foreign import Foreign, ForeignId, parse_lines, refuse_twice
from eval.importers.records import ImportedSet
from eval.questions import GoldEvidence
from index.clean import clean

DOCS, QUERIES = "dragonball_docs.jsonl", "dragonball_queries.jsonl"
UNSOLVABLE = ("无关无解问", "Irrelevant Unsolvable Question")
"""How the type of a question that has no answer begins (the published files lack its last character, 题)."""


class Document(Foreign):
    language: str
    doc_id: ForeignId
    content: str
    company_name: str = ""
    court_name: str = ""
    hospital_patient_name: str = ""

    @property
    def title(self) -> str:
        return self.company_name or self.court_name or self.hospital_patient_name


class Query(Foreign):
    query_id: ForeignId
    query_type: str
    content: str


class GroundTruth(Foreign):
    doc_ids: tuple[ForeignId, ...] = ()
    content: str = ""
    references: tuple[str, ...] = ()


class Asked(Foreign):
    """A line of the questions' file."""

    domain: str = ""
    language: str
    query: Query
    ground_truth: GroundTruth


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as the index will have it: quotes point into the cleaned text."""

    id: str
    text: str


def read(folder: Path, language: str = "zh") -> ImportedSet:
    """The questions and documents of a folder in one language. Raises QuestionSetError."""
    builder = SetBuilder()
    stored: dict[str, Stored] = {}
    for where, document in parse_lines(folder / DOCS, Document):
        refuse_twice(where, "doc_id", document.doc_id, stored)
        if document.language != language:
            builder.note(f"documents in another language than {language}, left out")
        elif article := builder.add_article(f"dragonball-{document.doc_id}", document.content, document.title):
            stored[document.doc_id] = Stored(id=article, text=clean(document.content).text)
    for _, asked in parse_lines(folder / QUERIES, Asked):
        if asked.language != language:
            builder.note(f"questions in another language than {language}, left out")
        else:
            _add(builder, asked, stored)
    return builder.build()


def _add(builder: SetBuilder, asked: Asked, stored: dict[str, Stored]) -> None:
    answerable = not asked.query.query_type.startswith(UNSOLVABLE)
    documents = _documents(builder, asked.ground_truth, stored) if answerable else []
    evidence = _evidence(builder, asked.ground_truth, documents)
    quoted = {e.article for e in evidence}
    builder.add_question(
        asked.query.query_id,
        asked.query.content,
        reference=asked.ground_truth.content.strip() if answerable else "",
        evidence=evidence,
        gold=[document.id for document in documents if document.id not in quoted],
        answerable=answerable,
        tags=unique((asked.query.query_type, asked.domain)),
    )


def _documents(builder: SetBuilder, truth: GroundTruth, stored: dict[str, Stored]) -> list[Stored]:
    doc_ids = unique(truth.doc_ids)
    known = [stored[doc_id] for doc_id in doc_ids if doc_id in stored]
    if missing := len(doc_ids) - len(known):
        builder.note("documents that a question names and that are not there", missing)
    return known


def _evidence(builder: SetBuilder, truth: GroundTruth, documents: list[Stored]) -> list[GoldEvidence]:
    """Each line of the references, as a quote of the first document that has it."""
    evidence: list[GoldEvidence] = []
    lines = unique(line.strip() for reference in truth.references for line in reference.splitlines())
    for quote in lines if documents else []:
        article = next((document.id for document in documents if quote in document.text), "")
        if article:
            evidence.append(GoldEvidence(article=article, quote=quote))
        else:
            builder.note("references that are in none of their documents, left out")
    return evidence
