"""Where a thread is in the files of a performer's own boxes: what is told of one that hangs."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Final

from engine.core.own_modules import OWN_MODULES

Call = tuple[FrameType, FrameType | None]
"""A call into a file of a performer's own: its frame, and the one that called it."""
WATCHED: Final[set[int]] = set()
"""The identifiers of the threads whose loop is watched: what hangs there is told by that watch."""


def innermost_frame(thread: threading.Thread | int) -> FrameType | None:
    """Return where a thread, or that of an identifier, is in its code; None once it has ended."""
    identifier = thread if isinstance(thread, int) else thread.ident
    return sys._current_frames().get(identifier) if identifier is not None else None


def is_own(frame: FrameType) -> bool:
    """Whether a frame belongs to a performer's own file."""
    return str(frame.f_globals.get("__name__")).startswith(OWN_MODULES)


def line_of(frame: FrameType) -> str:
    """Return where a frame is: "nodes/reach.py, line 12, in process".

    What was made for a class of it, as ``__init__`` is of a dataclass, has no line.
    """
    file, line = Path(frame.f_code.co_filename), f", line {frame.f_lineno}"
    if file.name.startswith("<"):
        file, line = Path(str(frame.f_globals.get("__file__", file))), ""
    return f"{file.parent.name}/{file.name}{line}, in {frame.f_code.co_name}"


def own_line(thread: threading.Thread | int) -> str:
    """Return the innermost line of a performer's own file that a thread is at, or ""."""
    frame = innermost_frame(thread)
    while frame is not None and not is_own(frame):
        frame = frame.f_back
    return line_of(frame) if frame is not None else ""


def own_call(thread: threading.Thread | int) -> Call | None:
    """Return the outermost call into a performer's own file that a thread is in, None for none.

    Two such are equal as long as the call has not returned. Why with its caller: a generator has
    one frame for all its calls.
    """
    found = None
    frame = innermost_frame(thread)
    while frame is not None:
        if is_own(frame):
            found = frame, frame.f_back
        frame = frame.f_back
    return found
