"""Memory that is given back: glibc keeps what a thread has freed in an arena of that thread's, up to eight a core, and each upload
and each answer has threads of its own. With two arenas for all, 800 uploads of `make fuzz` let a server grow by 124 MiB and not 305."""

import ctypes
import platform

ARENAS = 2
_ARENA_MAX = -8
"""M_ARENA_MAX of glibc's <malloc.h>."""


def share_arenas() -> None:
    """Let all threads share ARENAS, from now on. Where the C library is another one, nothing is changed."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_ARENA_MAX, ARENAS)
