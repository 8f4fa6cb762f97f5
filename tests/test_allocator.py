"""What threads have freed is there for others."""

import subprocess
import sys

import pytest

ARENAS = """
import ctypes, io, sys, threading
from web.allocator import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
ready = threading.Barrier(9)
def work():
    libc.malloc(1000)
    ready.wait()
    ready.wait()
for _ in range(8):
    threading.Thread(target=work, daemon=True).start()
ready.wait()
libc.fflush(None)
libc.malloc_stats()
ready.wait()
"""


def arenas(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", ARENAS, how], capture_output=True, text=True, check=True)
    return done.stderr.count("Arena ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of glibc")
def test_all_threads_share_two_arenas() -> None:
    assert arenas("own") > 2
    assert arenas("shared") <= 2
