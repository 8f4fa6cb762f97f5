"""Articles over HTTP: listed, read, added and removed."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query, UploadFile
from fastapi.sse import format_sse_event
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from index.fold import valid
from index.records import Article
from index.store import ArticleSummary
from qa.library import Library
from web.events import guarded, json_of, named_stream
from web.forms import ArticleBody, ArticleRow, Job, Taken
from web.intake import MAX_FILES, Intake, Upload
from web.jobs import Jobs
from web.openapi import errors_of

STREAM = {
    "description": "Server-sent events: `waiting` where others are before, `article` (Taken) for each article, `done`"
    " with their counts by outcome; `error` where it cannot go on. What was told of is committed.",
    "content": {
        "text/event-stream": {
            "example": 'event: article\ndata: {"article_id": "a.txt", "outcome": "added", "detail": "", "reprint_of": "",'
            ' "sentences": 12, "problem": ""}\n\nevent: done\ndata: {"added": 1}\n\n'
        }
    },
}

BEGUN = {
    "description": "They are indexed; the header Location says where to ask how far it has come.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Job"}}},
}


def articles(library: Library, intake: Intake, jobs: Jobs) -> APIRouter:
    """The routes under /api/articles."""
    router = APIRouter(prefix="/api/articles", responses=errors_of(404, 409, 422))

    @router.get("")
    def listed() -> list[ArticleRow]:
        return [_row(summary) for summary in library.reader().store.summaries()]

    @router.get("/{article_id:path}")
    def read(article_id: str) -> ArticleBody:
        return _body(library.reader().store.article(article_id))

    @router.post("", response_class=StreamingResponse, responses=errors_of(408, 413) | {200: STREAM, 202: BEGUN})
    def add(
        files: Annotated[list[UploadFile], Field(min_length=1, max_length=MAX_FILES)],
        wait: Annotated[bool, Query(description="false: do not wait, ask /api/jobs how far it has come")] = True,
    ) -> Response:
        uploads = [Upload(valid(file.filename or ""), file.file, file.size or 0) for file in files]
        begun = [format_sse_event(event="waiting", data_str="{}")] if intake.is_busy else []
        with jobs.begun() as job:
            where, follow = {"Location": f"/api/jobs/{job.id}"}, partial(jobs.followed, job)
            if wait:
                return named_stream(guarded(chain(begun, _added(intake.add(uploads, follow)))), where)
            body = job.model_dump_json()
            intake.begin(uploads, follow)
            return Response(body, 202, where, "application/json")

    @router.delete("/{article_id:path}", status_code=204)
    def remove(article_id: str) -> None:
        intake.remove([article_id])

    return router


def uploads_of(jobs: Jobs) -> APIRouter:
    """The route under /api/jobs."""
    router = APIRouter(prefix="/api/jobs", responses=errors_of(404, 422))

    @router.get("/{job}")
    def read(job: str) -> Job:
        return jobs.get(job)

    return router


def _added(all_taken: Iterable[Taken]) -> Iterator[bytes]:
    """`article` for each article, at the end `done` with their counts by outcome."""
    counts: dict[str, int] = {}
    for taken in all_taken:
        counts[taken.outcome] = counts.get(taken.outcome, 0) + 1
        yield format_sse_event(event="article", data_str=json_of(asdict(taken)))
    yield format_sse_event(event="done", data_str=json_of(counts))


def _row(summary: ArticleSummary) -> ArticleRow:
    return ArticleRow.model_validate(summary, from_attributes=True)


def _body(article: Article) -> ArticleBody:
    return ArticleBody(
        id=article.id,
        version=article.version,
        title=article.title,
        source=article.source,
        published=article.published,
        url=article.url,
        text=article.text,
        group=article.group,
        dropped=[block.text for block in article.dropped],
    )
