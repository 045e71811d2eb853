"""How many arenas the C library's allocator keeps.

Why: glibc gives threads arenas of their own, up to eight for every core, and what one has grown to
stays. Whatever is opened again is a new thread, often on another arena: a camera that came back 16
times left 35 MB so, and with two arenas nothing. Loudness beside all the rest came no later for it.
"""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from typing import Final

_M_ARENA_MAX: Final = -8
_ARENAS: Final = 2
"""One for the main thread, on which the loop is, and one for all others."""


def limit_arenas() -> None:
    """Make threads begun from now on share one arena; do nothing where there are none."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
