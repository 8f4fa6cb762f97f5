"""Settings: environment variables YOUJU_*, then youju.toml in the working folder, then defaults."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.embed import BUNDLED, make_embedder
from index.errors import EmbedderError, RerankerError, YoujuError
from qa.answer import MAX_SENTENCES
from qa.rerank import READER, make_reranker
from youju.origins import origin_of

_PREFIX = "YOUJU_"
_ROOT_PATH = re.compile(r"(?:/[\w.~-]+)*", re.ASCII)
_RATE = re.compile(r"[1-9]\d{0,8}/(?:second|minute|hour|day)")


class SettingsError(YoujuError):
    """A setting is unknown or out of its range."""

    code = "bad_settings"


class Settings(BaseSettings):
    """What a user may set. Unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, toml_file="youju.toml", extra="forbid")

    home: Path = Field(Path(".youju"), description="folder of the index")
    embedder: str = Field(BUNDLED, description="embedder that indexes and asks")
    reranker: str = Field(READER, description="what reads the best candidates once more")
    confidence: float = Field(0.5, ge=0, le=1, description="chance of being right under which an answer is refused")
    sentences: int = Field(4, ge=1, le=MAX_SENTENCES, description="sentences that are quoted for one question at most")
    reader_confidence: bool = Field(True, description="the word of the reranker `reader` counts in when to refuse")
    reader_answer: bool = Field(True, description="the words that answer are marked, by the reranker `reader`")
    reader_check: bool = Field(True, description="the word of the reader counts when a statement is verified")
    answers: Literal["auto", "extractive", "llm"] = Field(
        "auto", description="who writes answers; auto: the model, if one is set"
    )
    model_timeout: float = Field(30.0, gt=0, description="seconds that the model may stay silent")
    model_deadline: float = Field(120.0, gt=0, description="seconds that one answer of the model may take")
    model_retries: int = Field(2, ge=0, le=10, description="times that a failed request to the model is made again")
    model_tokens: int = Field(800, ge=1, description="tokens of one reply of the model")
    model_evidence: int = Field(1500, ge=100, description="tokens of evidence that the model gets")
    model_temperature: float = Field(0.0, ge=0, le=2, description="the model's temperature")
    model_price_input: float = Field(0.0, ge=0, description="price of a million tokens that the model reads")
    model_price_output: float = Field(0.0, ge=0, description="price of a million tokens that the model writes")
    cache: Path | None = Field(None, description="folder of the prepared model; the user's cache folder when not set")
    host: str = Field("127.0.0.1", description="address that the server listens on")
    model_form: bool = Field(False, description="whoever opens the page may set its language model")
    auth: bool | None = Field(
        None, description="ask who comes; where not set: off this machine, and where a password is"
    )
    password: SecretStr | None = Field(None, min_length=8, description="what opens the page, where auth is on")
    proxy_header: str = Field(
        "", description="header by which a proxy in front names whom it knows, and takes from others"
    )
    rate: str | None = Field(
        None, description='what one may ask, such as "60/minute"; where not set, that off this machine'
    )
    origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="sites whose pages may ask and read, separated by commas: https://www.example.org"
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="names by which the server is called, separated by commas, where it asks nobody who comes"
    )
    at_once: int = Field(16, ge=1, description="requests that are worked on at the same time")
    request_log: str | None = Field(
        None,
        description='file of a line for each request, "-" for the standard error; where not set, that off this machine',
    )
    log_questions: bool = Field(False, description="the request log has what is asked and answered")
    log_addresses: bool = Field(False, description="the request log has where requests are from")
    port: int = Field(7860, ge=1, le=65535, description="port that the server listens on")
    root_path: str = Field("", description='path of the site below which a proxy serves this, such as "/youju"')
    grace: float = Field(
        10.0, ge=0, le=600, description="seconds that the server, when it ends, leaves to what is being answered"
    )

    @field_validator("embedder")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            make_embedder(name)
        except EmbedderError as error:
            raise PydanticCustomError("embedder", str(error).rstrip(".")) from error
        return name

    @field_validator("rate")
    @classmethod
    def _known_rate(cls, words: str | None) -> str | None:
        if words and not _RATE.fullmatch(words):
            raise PydanticCustomError("rate", "not of the form 60/minute")
        return words

    @field_validator("origins", mode="before")
    @classmethod
    def _known_origins(cls, given: object) -> object:
        words = [word for word in given.split(",") if word.strip()] if isinstance(given, str) else given
        return tuple(origin_of(str(word)) for word in words) if isinstance(words, list | tuple) else words

    @field_validator("root_path")
    @classmethod
    def _known_path(cls, path: str) -> str:
        if not _ROOT_PATH.fullmatch(path):
            raise PydanticCustomError("root_path", "not of the form /youju, without a slash at its end")
        return path

    @field_validator("hosts", mode="before")
    @classmethod
    def _known_hosts(cls, given: object) -> object:
        return tuple(word.strip() for word in given.split(",") if word.strip()) if isinstance(given, str) else given

    @field_validator("reranker")
    @classmethod
    def _known_reranker(cls, name: str) -> str:
        try:
            make_reranker(name)
        except RerankerError as error:
            raise PydanticCustomError("reranker", str(error).rstrip(".")) from error
        return name

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


class ModelSettings(BaseSettings):
    """An OpenAI-compatible endpoint, by the names that its own clients use: OPENAI_API_KEY and so on."""

    model_config = SettingsConfigDict(env_prefix="OPENAI_", extra="ignore")

    api_key: SecretStr | None = None
    base_url: str | None = None
    model: str | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is a model to ask: its name, and a key or an address."""
        return bool(self.model and (self.api_key or self.base_url))


def load_settings(**given: object) -> Settings:
    """Settings with those `given` (None means not given) above all others. Raises SettingsError."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.upper().startswith(_PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(
            f"the environment sets {', '.join(unknown)}, which is no setting.", f"Known: {', '.join(sorted(known))}."
        )
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsError(f"the setting '{name}' is wrong: {first['msg']}.", "See youju.toml and YOUJU_*.") from error
    except ValueError as error:  # a youju.toml that is not TOML
        raise SettingsError(f"youju.toml cannot be read: {error}.") from error
