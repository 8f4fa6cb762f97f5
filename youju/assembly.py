"""The parts that the settings name, put together."""

from dataclasses import dataclass, replace

from index.embed import make_embedder
from index.generations import Home
from qa.extractive import Extraction
from qa.generation.chat import ChatModel, Endpoint
from qa.generation.prices import Prices
from qa.generation.writer import Writer
from qa.library import Library
from qa.reading.model import ReadingModel
from qa.reading.weights import digest
from qa.rerank import READER, make_reranker
from qa.verify.verifier import Verifier
from youju.settings import ModelSettings, Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server is made of. The library and the verifier share one reader."""

    library: Library
    verifier: Verifier


def make_parts(settings: Settings) -> Parts:
    """Opens and loads nothing yet. Raises SettingsError when answers need a model that is not set."""
    model = ReadingModel(settings.cache)
    verifier = make_verifier(settings, model)
    return Parts(make_library(settings, model=model, verifier=verifier), verifier)


def make_library(
    settings: Settings,
    home: Home | None = None,
    model: ReadingModel | None = None,
    verifier: Verifier | None = None,
    writer: Writer | None = None,
) -> Library:
    """The library of the settings' home, or of another, with their writer or another. Opens and loads nothing yet.

    Raises SettingsError.
    """
    model = model or ReadingModel(settings.cache)
    writer = writer or make_writer(settings, verifier or make_verifier(settings, model))
    return Library(
        home or Home(settings.home),
        make_embedder(settings.embedder, settings.cache),
        Extraction(
            settings.confidence,
            sentences=settings.sentences,
            reads=settings.reader_confidence,
            marks=settings.reader_answer,
        ),
        make_reranker(settings.reranker, settings.cache, model),
        _described(settings, writer),
        writer,
    )


def make_verifier(settings: Settings, model: ReadingModel | None = None) -> Verifier:
    """The verifier, with the reader's word unless it is switched off. Loads nothing yet."""
    return Verifier((model or ReadingModel(settings.cache)) if settings.reader_check else None)


def make_writer(settings: Settings, verifier: Verifier) -> Writer | None:
    """What writes answers with the model of the environment; None where they are quotations. Raises SettingsError."""
    given = ModelSettings()
    if settings.answers == "extractive" or (settings.answers == "auto" and not given.is_set):
        return None
    if not given.is_set:
        raise SettingsError(
            "answers = 'llm' needs a model.",
            "Set OPENAI_MODEL, and OPENAI_API_KEY or OPENAI_BASE_URL (a local server).",
        )
    return writer_for(Endpoint(str(given.model), given.base_url, given.api_key), settings, verifier)


def writer_for(endpoint: Endpoint, settings: Settings, verifier: Verifier) -> Writer:
    """What writes with the model at an endpoint, within the limits of the settings."""
    limited = replace(
        endpoint,
        timeout=settings.model_timeout,
        deadline=settings.model_deadline,
        retries=settings.model_retries,
        max_tokens=settings.model_tokens,
        temperature=settings.model_temperature,
    )
    prices = Prices(input=settings.model_price_input, output=settings.model_price_output)
    known = prices if prices.input or prices.output else None
    return Writer(ChatModel(limited), verifier, settings.model_evidence, known)


def _described(settings: Settings, writer: Writer | None) -> str:
    """What the answers depend on, beside articles and embedder."""
    switched_off = [name for name in ("reader_confidence", "reader_answer") if not getattr(settings, name)]
    named = f"{settings.reranker} {digest()}" if settings.reranker == READER else settings.reranker
    described = ", without ".join([f"reranker {named}", *switched_off])
    for name in ("confidence", "sentences"):
        if (value := getattr(settings, name)) != Settings.model_fields[name].default:
            described += f", {name} {value:g}"
    return f"{described}, answers by {writer.chat.name}" if writer else described
