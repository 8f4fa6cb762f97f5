"""The parts that the settings name, put together."""

from dataclasses import dataclass

from index.embed import make_embedder
from index.generations import Home
from qa.extractive import Extraction
from qa.library import Library
from qa.reading.model import ReadingModel
from qa.reading.weights import digest
from qa.rerank import READER, make_reranker
from qa.verify.verifier import Verifier
from youju.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server is made of. The library and the verifier share one reader."""

    library: Library
    verifier: Verifier


def make_parts(settings: Settings) -> Parts:
    """Opens and loads nothing yet."""
    model = ReadingModel(settings.cache)
    return Parts(make_library(settings, model=model), make_verifier(settings, model))


def make_library(settings: Settings, home: Home | None = None, model: ReadingModel | None = None) -> Library:
    """The library of the settings' home, or of another. Opens and loads nothing yet."""
    return Library(
        home or Home(settings.home),
        make_embedder(settings.embedder, settings.cache),
        Extraction(reads=settings.reader_confidence, marks=settings.reader_answer),
        make_reranker(settings.reranker, settings.cache, model),
        _described(settings),
    )


def make_verifier(settings: Settings, model: ReadingModel | None = None) -> Verifier:
    """The verifier, with the reader's word unless it is switched off. Loads nothing yet."""
    return Verifier((model or ReadingModel(settings.cache)) if settings.reader_check else None)


def _described(settings: Settings) -> str:
    """What the answers depend on, beside articles and embedder."""
    switched_off = [name for name in ("reader_confidence", "reader_answer") if not getattr(settings, name)]
    named = f"{settings.reranker} {digest()}" if settings.reranker == READER else settings.reranker
    return ", without ".join([f"reranker {named}", *switched_off])
