"""The parts that the settings name, put together."""

from index.embed import make_embedder
from index.generations import Home
from qa.extractive import Extraction
from qa.library import Library
from qa.reading.model import ReadingModel
from qa.reading.weights import digest
from qa.rerank import READER, make_reranker
from qa.verify.verifier import Verifier
from youju.settings import Settings


def make_library(settings: Settings, home: Home | None = None) -> Library:
    """The library of the settings' home, or of another. Opens and loads nothing yet."""
    return Library(
        home or Home(settings.home),
        make_embedder(settings.embedder, settings.cache),
        Extraction(reads=settings.reader_confidence, marks=settings.reader_answer),
        make_reranker(settings.reranker, settings.cache),
        _described(settings),
    )


def make_verifier(settings: Settings) -> Verifier:
    """The verifier, with the reader's word unless it is switched off. Loads nothing yet."""
    return Verifier(ReadingModel(settings.cache) if settings.reader_check else None)


def _described(settings: Settings) -> str:
    """What the answers depend on, beside articles and embedder."""
    switched_off = [name for name in ("reader_confidence", "reader_answer") if not getattr(settings, name)]
    named = f"{settings.reranker} {digest()}" if settings.reranker == READER else settings.reranker
    return ", without ".join([f"reranker {named}", *switched_off])
