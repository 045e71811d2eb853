"""Tells when the JACK server dies, which rtmidi does not: it goes on listing the ports it knew.

By JACK's own library, the one that rtmidi has loaded already.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any, Final

NO_START: Final = 1
"""``JackNoStartServer``: look for the server, and start none."""
_LIBRARIES: Final = {"darwin": "libjack.0.dylib", "win32": "libjack64.dll"}
_Shutdown = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_KEPT: Final[list[Any]] = []
"""What JACK calls later must not be forgotten meanwhile."""


def on_shutdown(gone: Callable[[], None], client: str) -> bool:
    """Have ``gone`` called, on a thread of JACK's, when its server dies; tells whether it will be.

    It takes a client of its own, for a client tells only one.
    """
    try:
        library = ctypes.CDLL(_LIBRARIES.get(sys.platform, "libjack.so.0"))
    except OSError:
        return False
    library.jack_client_open.restype = ctypes.c_void_p
    library.jack_on_shutdown.argtypes = [ctypes.c_void_p, _Shutdown, ctypes.c_void_p]
    opened = library.jack_client_open(client.encode(), NO_START, None)
    if opened is None:
        return False
    _KEPT.append(_Shutdown(lambda _: gone()))
    library.jack_on_shutdown(opened, _KEPT[-1], None)
    return True
