"""The chat for other people's pages: a script that puts it there, and a page of it that can be framed."""

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static" / "widget"
PARTS = ("words.js", "text.js", "server.js", "exchange.js", "source.js", "element.js")
LAYOUT = re.compile(r"^[ \t]*(?://.*|/\*.*\*/)?\n|^[ \t]+|[ \t]+// .*$", re.MULTILINE)
"""Empty lines, comments and indentation: for who reads the files, not for who visits a page."""
SPACE = re.compile(r"[;\s]*(\})\s*|\s*([{;])\s*|([:,])\s+")
"""What a style sheet can do without; in JavaScript it would be in the way of reading what is served."""


@dataclass(frozen=True)
class PublicFile:
    """What every site may load from here, and keep for an hour."""

    body: bytes
    media_type: str

    def sent(self, request: Request) -> Response:
        """Compressed where the browser takes that; a 304 where it has it already."""
        tag = f'W/"{hashlib.sha256(self.body).hexdigest()[:32]}"'
        headers = {
            "Cache-Control": "public, max-age=3600",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "ETag": tag,
            "Vary": "Accept-Encoding",
        }
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, media_type=self.media_type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(self.compressed, media_type=self.media_type, headers=headers)

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.body, mtime=0)


def widget() -> APIRouter:
    """/widget.js and /embed, open to everybody: neither says anything of the articles."""
    router = APIRouter(include_in_schema=False)
    page = (FOLDER / "embed.html").read_bytes()
    files = {
        "/widget.js": PublicFile(script(), "text/javascript"),
        "/embed": PublicFile(page, "text/html"),
    }
    for path, file in files.items():
        router.add_api_route(path, file.sent, methods=["GET", "HEAD"], response_model=None)
    return router


def script() -> bytes:
    """The whole widget as one script, which leaves nothing on a page but its element."""
    style = SPACE.sub(r"\1\2\3", _lean("widget.css"))
    given = f"const STYLE = {json.dumps(style, ensure_ascii=False)};\n"
    return ('(() => {\n"use strict";\n' + given + "".join(map(_lean, PARTS)) + "})();\n").encode()


def _lean(name: str) -> str:
    return LAYOUT.sub("", (FOLDER / name).read_text("utf-8"))
