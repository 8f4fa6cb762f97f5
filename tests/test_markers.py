"""Citation markers, read as they stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.generation.markers import MAX_HELD, Marker, MarkerReader, expand


def read(*chunks: str, known: int = 9) -> list[str | Marker]:
    """Pieces, with neighbouring texts put together."""
    reader = MarkerReader(known)
    pieces = [piece for chunk in chunks for piece in reader.feed(chunk)] + reader.close()
    found: list[str | Marker] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("93家[1]。", ["93家", Marker((1,)), "。"]),
        ("93家[1][3]", ["93家", Marker((1,)), Marker((3,))]),
        ("93家[1-3]。", ["93家", Marker((1, 2, 3)), "。"]),
        ("93家[1–3]", ["93家", Marker((1, 2, 3))]),
        ("93家[1, 3]", ["93家", Marker((1, 3))]),
        ("93家[1、3，4]", ["93家", Marker((1, 3, 4))]),
        ("93家［1］", ["93家", Marker((1,))]),
        ("93家［１－３］", ["93家", Marker((1, 2, 3))]),
        ("93家［１］", ["93家", Marker((1,))]),
        ("93家[ 2 ]", ["93家", Marker((2,))]),
        ("93家[3-1]", ["93家", Marker((3, 1))]),
        ("93家[2, 2]", ["93家", Marker((2,))]),
        ("93家[10]", ["93家", Marker(())]),
        ("93家[0]", ["93家", Marker(())]),
        ("93家[8-200]", ["93家", Marker((8, 9))]),
        ("国办发[2024]12号", ["国办发[2024]12号"]),
        ("【1】和【注】", ["【1】和【注】"]),
        ("[注1]", ["[注1]"]),
        ("[]", ["[]"]),
        ("[1", ["[1"]),
        ("[[1]]", ["[", Marker((1,)), "]"]),
        ("`a[1]`和[1]", ["`a[1]`和", Marker((1,))]),
        ("```\na[1]\n`b[2]`\n```\n[3]", ["```\na[1]\n`b[2]`\n```\n", Marker((3,))]),
        ("``a`[1]``[2]", ["``a`[1]``", Marker((2,))]),
        ("一个`反引号\n家[1]", ["一个`反引号\n家", Marker((1,))]),
        ("`[1]", ["`[1]"]),
        ("", []),
    ],
)
def test_markers_of_a_text(text: str, pieces: list[str | Marker]) -> None:
    assert read(text) == pieces
    assert read(*text) == pieces, "one character at a time"


def test_a_marker_split_over_chunks_is_held_back() -> None:
    reader = MarkerReader(9)
    assert reader.feed("93家[") == ["93家"]
    assert reader.feed("1") == []
    assert reader.feed("]。") == [Marker((1,)), "。"]
    assert reader.close() == []


def test_what_has_begun_like_a_marker_and_is_none_comes_out() -> None:
    reader = MarkerReader(9)
    assert reader.feed("见[1") == ["见"]
    assert reader.feed("章") == ["[1章"]


def test_an_endless_marker_is_not_held_for_ever() -> None:
    reader = MarkerReader(9)
    assert reader.feed("[" + "1," * MAX_HELD) == ["[" + "1," * MAX_HELD]


@given(st.text("[]［］123-,、`\n【】a家。", max_size=40), st.lists(st.integers(1, 5), min_size=1, max_size=40))
def test_chunks_make_no_difference(text: str, lengths: list[int]) -> None:
    chunks, at = [], 0
    for length in lengths:
        chunks.append(text[at : at + length])
        at += length
    assert read(*chunks, text[at:]) == read(text)


@given(st.text("[]［］12-,`\n a家", max_size=40))
def test_nothing_but_markers_is_lost(text: str) -> None:
    """With no number known every marker is empty; what is left are the other characters, in order."""
    pieces = read(text, known=0)
    kept = "".join(piece for piece in pieces if isinstance(piece, str))
    assert all(piece.numbers == () for piece in pieces if isinstance(piece, Marker))
    rest = iter(text)
    assert all(character in rest for character in kept)
    if not any(isinstance(piece, Marker) for piece in pieces):
        assert kept == text


@given(st.integers(1, 999), st.integers(1, 999), st.integers(0, 50))
def test_expand_gives_known_numbers_each_once(first: int, last: int, known: int) -> None:
    numbers = expand(f"{first}-{last}", known)
    wanted = range(first, last + 1) if first <= last else (first, last)
    assert numbers == tuple(n for n in wanted if n <= known)
