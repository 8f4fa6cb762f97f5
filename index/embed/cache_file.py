"""Arrays that take a while to make, kept in a file of the user's cache.

The file holds a CRC-32 of all that follows, the size of a JSON header, the header (kind and shape of each
array), and the arrays. It is written beside its place and renamed, so that processes that make it at once all
end with a whole file. Its name must carry all that it was made from, so that another version never reads it.
"""

import contextlib
import json
import logging
import math
import os
import struct
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path

Arrays = dict[str, npt.NDArray[np.generic]]

_START = struct.Struct("<II")
_CHECKSUM_BYTES = 4
_ABANDONED = 3600
"""Seconds after which an unfinished file is taken for that of a killed process."""

_log = logging.getLogger(__name__)


def kept(name: str, folder: Path | None, make: Callable[[], Arrays]) -> Arrays:
    """Read from the file of that name in `folder` (the user's cache where None), or made and kept there.

    Where it cannot be kept, a warning says so and it is used from memory.
    """
    path = (folder or user_cache_path("youju")) / name
    try:
        return read(path)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        _log.warning("%s cannot be read (%s) and is made again.", path, error)
    made = make()
    try:
        _write(path, made)
    except OSError as error:
        hint = "Set YOUJU_CACHE to a folder that can be written, or this is repeated each time."
        _log.warning("the prepared model cannot be kept in %s (%s). %s", path.parent, error, hint)
    return made


def read(path: Path) -> Arrays:
    """Raises OSError or ValueError when it is missing or damaged."""
    data = path.read_bytes()
    if len(data) < _START.size:
        raise ValueError("it is too short")
    checksum, size = _START.unpack_from(data)
    if zlib.crc32(memoryview(data)[_CHECKSUM_BYTES:]) != checksum:
        raise ValueError("its checksum is wrong")
    at, arrays = _START.size + size, {}
    for name, (kind, shape) in json.loads(data[_START.size : at]).items():
        array = np.frombuffer(data, kind, math.prod(shape), at)
        arrays[name] = array.reshape(shape)
        at += array.nbytes
    return arrays


def _packed(arrays: Arrays) -> bytes:
    header = json.dumps({name: (array.dtype.str, array.shape) for name, array in arrays.items()}).encode()
    data = b"".join([_START.pack(0, len(header)), header, *(array.tobytes() for array in arrays.values())])
    checked = data[_CHECKSUM_BYTES:]
    return zlib.crc32(checked).to_bytes(_CHECKSUM_BYTES, "little") + checked


def _write(path: Path, arrays: Arrays) -> None:
    """Raises OSError when the folder cannot be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    part = path.with_name(f"{path.name}.part-{os.getpid()}-{threading.get_ident()}")
    try:
        with part.open("wb") as file:
            file.write(_packed(arrays))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _sweep(path: Path) -> None:
    """Remove what killed processes left half written."""
    for part in path.parent.glob(f"{path.name}.part*"):
        with contextlib.suppress(OSError):  # another process swept it first
            if time.time() - part.stat().st_mtime > _ABANDONED:
                part.unlink()
