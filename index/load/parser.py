"""The process in which `apart` has files parsed: asked on standard input, it answers on standard output.

Started as `python -m index.load.parser LIMITS`, the limits in JSON. It ends when its standard input does.
"""

import json
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from index.load import ReadFile, read_file
from index.load.limits import Limits, confine, timed
from index.load.walk import Found
from index.load.wire import Kind, pack, pack_item, receive

MAX_ASKED = 2**17
"""Bytes of what names a file."""
MAX_TRACE = 4000
"""Characters of where a defect is."""


def main(read: ReadFile = read_file) -> None:
    """Parse what is asked for until nothing more is."""
    limits = Limits(**json.loads(sys.argv[1]))
    confine(limits)  # before there is nobody to tell that it failed
    asked, answers = _private_streams()
    _send(answers, pack(Kind.READY))
    while (found := _next(asked)) is not None:
        frames = _frames(read, found, limits.article)
        while frame := _timely(frames, limits):
            _send(answers, frame)


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output for us alone: what a library prints must not come among the frames."""
    streams = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return streams


def _next(stream: BinaryIO) -> Found | None:
    """The file that is asked for; None where nothing more is."""

    def read(count: int) -> bytes:
        got = stream.read(count)
        if len(got) < count:
            raise EOFError
        return got

    try:
        _, (path, identifier, origin) = receive(read, MAX_ASKED)
    except EOFError:
        return None
    return Found(Path(path), identifier, origin)


def _frames(read: ReadFile, found: Found, most: int) -> Iterator[bytes]:
    """Frames of at most `most` bytes for a file; the last one is an END."""
    try:
        for item in read(found):
            frame = pack_item(item)
            yield frame if len(frame) <= most else pack(Kind.TOO_LARGE, [item.where])
    except MemoryError:
        yield pack(Kind.MEMORY)
    except Exception as error:  # noqa: BLE001  a defect, of a library or ours, fails this file alone
        yield pack(Kind.DEFECT, [type(error).__name__, traceback.format_exc()[-MAX_TRACE:]])
    yield pack(Kind.END)


def _timely(frames: Iterator[bytes], limits: Limits) -> bytes:
    """The next frame, or nothing after the last. Waiting until it is taken is not timed."""
    with timed(limits):
        return next(frames, b"")


def _send(stream: BinaryIO, frame: bytes) -> None:
    stream.write(frame)
    stream.flush()


if __name__ == "__main__":
    main()
