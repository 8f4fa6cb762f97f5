"""Which articles of a set are kept for validation: a fixed tenth of its documents.

Articles with one title are one document: DRCD's are paragraphs, and those of a page answer each other's questions.
"""

import hashlib
import json
from pathlib import Path

from eval.questions import ARTICLES

VALIDATION_SHARE = 10
"""One document of so many is kept."""


def is_validation(name: str, share: int = VALIDATION_SHARE) -> bool:
    """Whether what has this name belongs to the tenth, or to one of another number of parts."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % share == 0


class Split:
    """The articles of a set, a folder with articles.jsonl, by the side that they are on."""

    def __init__(self, folder: Path) -> None:
        with (folder / ARTICLES).open(encoding="utf-8") as file:
            rows = [json.loads(line) for line in file if line.strip()]
        self.sides = {row["id"]: is_validation(f"{folder.name}/{row.get('title') or row['id']}") for row in rows}
        """Of each article, whether it is kept for validation."""

    def is_validation(self, article: str) -> bool:
        """Raises KeyError for an article that the set does not have."""
        return self.sides[article]
