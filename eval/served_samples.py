"""The sample articles, indexed into a home of their own and served by a process of its own, on loopback."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from eval.served import YOUJU, environment, served_home

ARTICLES = Path(__file__).parent.parent / "articles"


@contextmanager
def sample_home() -> Iterator[Path]:
    """A home of the sample articles, for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="youju-served-") as home:
        subprocess.run(
            [*YOUJU, "index", str(ARTICLES)], env=environment(home=home), check=True, stdout=subprocess.DEVNULL
        )
        yield Path(home)


@contextmanager
def served_samples() -> Iterator[str]:
    """The address of a server that is ready, with a slash at its end. Raises YoujuError."""
    with sample_home() as home, served_home(home) as server:
        yield server.url
