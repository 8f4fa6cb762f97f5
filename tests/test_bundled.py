"""The bundled embedder itself, on a few texts."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embed import make_embedder
from index.errors import EmbedderError


def test_bundled_rows_have_unit_length() -> None:
    rows = make_embedder("bundled").embed_passages(["合肥的量子企业增加到150家。", "", "a\0b\ud800"])
    assert rows.shape == (3, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


def test_bundled_gives_no_rows_for_no_texts() -> None:
    assert make_embedder("bundled").embed_passages([]).shape == (0, 384)


def test_bundled_keeps_the_order_of_its_texts() -> None:
    embedder = make_embedder("bundled")
    texts = ["很长的一句话，说的是合肥未来产业先导区的建设目标和进度安排。", "短句。"]
    both = embedder.embed_passages(texts)
    alone = np.concatenate([embedder.embed_passages([text]) for text in texts])
    assert np.allclose(both, alone, atol=1e-4)


def test_bundled_query_is_nearest_to_its_answer_across_scripts() -> None:
    embedder = make_embedder("bundled")
    passages = embedder.embed_passages(["江蘇到2030年未來產業規模達到1.2萬億元。", "今天的午餐是麵條。"])
    scores = passages @ embedder.embed_query("江苏2030年未来产业的目标是多少？")
    assert scores[0] > scores[1] + 0.05


def test_unknown_embedder_is_refused() -> None:
    with pytest.raises(EmbedderError, match="'word2vec' is not known"):
        make_embedder("word2vec")


def test_ask_imports_neither_gradio_nor_torch(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("合肥到2027年量子企业增加到150家。\n合肥的目标是这样定的。", "utf-8")
    program = (
        "import sys; from youju.cli.main import app\n"
        "def run(*words): app(list(words), standalone_mode=False)\n"
        f"run('index', {str(tmp_path / 'a.txt')!r}, '--home', {str(tmp_path / 'home')!r})\n"
        "heavy = {'gradio', 'torch', 'transformers', 'datasketch', 'trafilatura', 'langchain'}\n"
        "indexing = heavy & set(sys.modules)\n"
        "assert 'gradio' not in indexing and 'torch' not in indexing, indexing\n"
    )
    asking = (
        "import sys; from youju.cli.main import app\n"
        f"app(['ask', '合肥2027年有多少家量子企业？', '--home', {str(tmp_path / 'home')!r}], standalone_mode=False)\n"
        "print(sorted({'gradio', 'torch', 'datasketch', 'trafilatura', 'fastapi', 'scipy'} & set(sys.modules)))\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    done = subprocess.run([sys.executable, "-c", asking], check=True, capture_output=True, text=True)
    assert "150家" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
