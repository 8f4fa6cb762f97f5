"""Keys of the API: made once, kept as a digest, held to scopes and days, revoked."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from web.keys import KeyNotFound, KeyStore, Scope
from youju.cli.main import app


@pytest.fixture
def keys(tmp_path: Path) -> KeyStore:
    return KeyStore(tmp_path / "keys.sqlite")


def test_a_key_is_found_by_all_of_it_alone(keys: KeyStore) -> None:
    key, given = keys.make("机器人", [Scope.ASK])
    other, _ = keys.make("别的", [Scope.READ])
    assert keys.find(given) == key
    assert keys.find(given.replace(key.id, other.id)) is None
    assert keys.find(given[:-1] + ("0" if given[-1] != "0" else "1")) is None
    assert keys.find(given.upper()) is None
    assert keys.find(f" {given}") is None


@given(st.text(max_size=90))
def test_nothing_else_is_a_key(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    assert KeyStore(tmp_path_factory.getbasetemp() / "none.sqlite").find(text) is None


def test_the_file_has_nothing_that_opens_anything(keys: KeyStore, tmp_path: Path) -> None:
    _, given = keys.make("x", [Scope.ADMIN])
    assert given.rpartition("_")[2].encode() not in (tmp_path / "keys.sqlite").read_bytes()


def test_a_revoked_key_opens_nothing_and_stays_in_the_list(keys: KeyStore) -> None:
    key, given = keys.make("x", [Scope.ASK])
    revoked = keys.revoke(key.id)
    assert revoked.revoked
    assert keys.find(given) is None
    assert keys.listed() == [revoked]
    assert keys.revoke(key.id) == revoked
    with pytest.raises(KeyNotFound):
        keys.revoke("none")


def test_a_key_ends_on_its_day(keys: KeyStore, tmp_path: Path) -> None:
    key, given = keys.make("x", [Scope.ASK], days=1)
    made = datetime.fromisoformat(key.made)
    assert datetime.fromisoformat(key.expires) == made + timedelta(days=1)
    assert key.is_valid(made + timedelta(hours=23, minutes=59))
    assert not key.is_valid(made + timedelta(days=1))
    with sqlite3.connect(tmp_path / "keys.sqlite") as database:
        database.execute("UPDATE key SET expires = ?", (datetime.now(UTC).isoformat(timespec="seconds"),))
    assert keys.find(given) is None


@pytest.mark.parametrize(("scopes", "days"), [([], None), ([Scope.ASK], 0), ([Scope.ASK], 3651)])
def test_a_key_has_a_scope_and_a_sensible_life(keys: KeyStore, scopes: list[Scope], days: int | None) -> None:
    with pytest.raises(ValueError, match="a key"):
        keys.make("x", scopes, days)
    assert keys.listed() == []


def test_admin_allows_everything() -> None:
    from web.keys import Key

    admin = Key(id="1", name="", scopes=frozenset([Scope.ADMIN]), made="")
    reader = Key(id="1", name="", scopes=frozenset([Scope.READ]), made="")
    assert [admin.allows(scope) for scope in Scope] == [True] * len(Scope)
    assert [scope for scope in Scope if reader.allows(scope)] == [Scope.READ]


# -- youju key --------------------------------------------------------------------------------


def test_keys_are_made_listed_and_revoked_by_hand(tmp_path: Path) -> None:
    def youju(*words: str) -> str:
        result = CliRunner().invoke(app, ["key", *words, "--home", str(tmp_path)], catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    given = youju("add", "脚本", "--scope", "ask", "--scope", "write", "--days", "30").strip()
    [kept] = json.loads(youju("list", "--json"))
    assert (kept["name"], kept["scopes"], kept["revoked"]) == ("脚本", ["ask", "write"], "")
    assert given.split("_")[1] == kept["id"]
    shown = youju("list")
    assert kept["id"] in shown
    assert "valid" in shown
    assert given.split("_")[2] not in shown
    youju("revoke", kept["id"])
    assert "revoked" in youju("list")
    assert KeyStore(tmp_path / "keys.sqlite").find(given) is None
