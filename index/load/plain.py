"""Plain text: title, byline and furniture are left to cleaning."""

from index.load.decode import decode
from index.records import LoadedArticle


def read(data: bytes, article_id: str) -> LoadedArticle:
    return LoadedArticle(id=article_id, text=decode(data))
