"""Settings: what beats what, and what is refused."""

from pathlib import Path

import pytest

from index.errors import YoujuError
from youju.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no variables of ours."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "EMBEDDER", "CACHE", "HOST", "PORT"):
        monkeypatch.delenv(f"YOUJU_{name}", raising=False)
    return tmp_path


def test_settings_defaults() -> None:
    settings = load_settings()
    assert (settings.home, settings.embedder, settings.host, settings.port) == (
        Path(".youju"),
        "bundled",
        "127.0.0.1",
        7860,
    )


def test_settings_file_beats_the_default(folder: Path) -> None:
    (folder / "youju.toml").write_text('home = "file"\nport = 8000\n')
    settings = load_settings()
    assert (settings.home, settings.port) == (Path("file"), 8000)


def test_settings_variable_beats_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "youju.toml").write_text('home = "file"\n')
    monkeypatch.setenv("YOUJU_HOME", "variable")
    assert load_settings().home == Path("variable")


def test_settings_given_beats_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_HOME", "variable")
    assert load_settings(home=Path("given")).home == Path("given")


def test_settings_none_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_HOME", "variable")
    assert load_settings(home=None).home == Path("variable")


def test_settings_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_HOEM", "x")
    with pytest.raises(SettingsError, match="YOUJU_HOEM"):
        load_settings()


def test_settings_unknown_key_is_named(folder: Path) -> None:
    (folder / "youju.toml").write_text("prot = 1\n")
    with pytest.raises(SettingsError, match="prot"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "0"), ("PORT", "65536"), ("PORT", "x"), ("EMBEDDER", "other"), ("EMBEDDER", "")]
)
def test_settings_bad_variable_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"YOUJU_{name}", value)
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings()


@pytest.mark.parametrize("name", ["bundled", "sentence-transformers:a/b", "sentence-transformers:./folder", "openai:x"])
def test_settings_embedder_is_taken(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("YOUJU_EMBEDDER", name)
    assert load_settings().embedder == name


@pytest.mark.parametrize("name", ["word2vec", "openai", "sentence-transformers:", "{x}"])
def test_settings_unknown_embedder_is_refused_with_those_known(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("YOUJU_EMBEDDER", name)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    known = "Known: bundled, sentence-transformers:MODEL or openai:MODEL."
    assert raised.value.message == f"the setting 'embedder' is wrong: the embedder {name!r} is not known. {known}"


@pytest.mark.parametrize("path", ["youju", "/youju/", "/", "https://example.com/youju", "/有据", "/a b"])
def test_settings_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(SettingsError, match=r"'root_path' is wrong: not of the form /youju, without a slash"):
        load_settings(root_path=path)
    assert load_settings(root_path="/a-b/c").root_path == "/a-b/c"


def test_settings_cache_is_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().cache is None
    monkeypatch.setenv("YOUJU_CACHE", "kept")
    assert load_settings().cache == Path("kept")


@pytest.mark.parametrize("content", [b"home =", b"\xff\xfe"])
def test_settings_file_that_is_not_toml_is_named(folder: Path, content: bytes) -> None:
    (folder / "youju.toml").write_bytes(content)
    with pytest.raises(SettingsError, match=r"youju\.toml"):
        load_settings()


def test_the_model_is_not_set_on_a_page_that_others_reach() -> None:
    from app import serve  # Gradio takes seconds to import

    with pytest.raises(YoujuError, match=r"^the page may not set the language model while others can reach it, on 0\."):
        serve(load_settings(host="0.0.0.0", model_form=True))
