"""Settings: environment variables YOUJU_*, then youju.toml in the working folder, then defaults."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from index.embed import BUNDLED, make_embedder
from index.errors import EmbedderError, RerankerError, YoujuError
from qa.rerank import READER, make_reranker

_PREFIX = "YOUJU_"


class SettingsError(YoujuError):
    """A setting is unknown or out of its range."""

    code = "bad_settings"


class Settings(BaseSettings):
    """What a user may set. Unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, toml_file="youju.toml", extra="forbid")

    home: Path = Field(Path(".youju"), description="folder of the index")
    embedder: str = Field(BUNDLED, description="embedder that indexes and asks")
    reranker: str = Field(READER, description="what reads the best candidates once more")
    reader_confidence: bool = Field(True, description="the word of the reranker `reader` counts in when to refuse")
    reader_answer: bool = Field(True, description="the words that answer are marked, by the reranker `reader`")
    reader_check: bool = Field(True, description="the word of the reader counts when a statement is verified")
    cache: Path | None = Field(None, description="folder of the prepared model; the user's cache folder when not set")
    host: str = Field("127.0.0.1", description="address that the server listens on")
    port: int = Field(7860, ge=1, le=65535, description="port that the server listens on")

    @field_validator("embedder")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            make_embedder(name)
        except EmbedderError as error:
            raise PydanticCustomError("embedder", str(error).rstrip(".")) from error
        return name

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
