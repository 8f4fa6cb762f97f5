"""Serve the baseline over the API, to be asked by `youju eval --url` on the same terms as the product.

python -m web.baseline --home HOME [--port 7870]
"""

from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from eval.baseline import Bm25Library
from eval.run_script import run_script
from index.embed import make_embedder
from index.generations import Home
from web.api import create_api
from youju.settings import load_settings


def run(
    home: Annotated[Path, typer.Option(help="Folder of the index.")],
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 7870,
) -> None:
    """Answers every question with its two best sentences by BM25."""
    settings = load_settings(home=home)
    library = Bm25Library(Home(settings.home), make_embedder(settings.embedder, settings.cache))
    library.pipeline()  # what is missing is said before the server stands
    uvicorn.run(create_api(library), host=host, port=port, log_level="warning")


if __name__ == "__main__":
    run_script(run)
