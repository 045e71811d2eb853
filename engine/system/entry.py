"""Calls an entry point, as all that a process does.

Run: ``python -m engine.system.entry MODULE:FUNCTION DESCRIPTOR...``.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from engine.system.liveness import wake_with_parent


def call(entry: str, descriptors: Sequence[int]) -> NoReturn:
    """Call ``entry``, "module:function", with descriptors by number; then end this process.

    Being asked to terminate is left to the show, with which it ends. What a library prints goes to
    the error output: the standard output is the show's, and may be a dump of what it sends.
    """
    try:
        wake_with_parent()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        # Or a KeyboardInterrupt that a box raises could be a real one.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with suppress(OSError):
            os.dup2(2, 1)
        module, _, function = entry.partition(":")
        getattr(importlib.import_module(module), function)(*descriptors)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        # At once: threads of libraries may hang, and what else there is belongs to a parent.
        os._exit(0)


if __name__ == "__main__":
    call(sys.argv[1], [*map(int, sys.argv[2:])])
