"""Writes what every output sent, a line of JSON each: ``{"t": 1.2, "sink": "out", ...}``.

Why a thread: a slow disk must not hold up a show. What is written is what the output says that it
sent, after its own layout and packing.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import IO, Any

import msgspec

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns
from engine.core.node import Sink
from engine.runtime.engine import Engine
from engine.runtime.trace import LOG


class Dump:
    """A file of what was sent; "-" is standard output."""

    def __init__(self, file: str) -> None:
        """Raises OSError where the file cannot be written."""
        self._stream: IO[str] = sys.stdout if file == "-" else _open(file)
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="dump", daemon=True)
        self._thread.start()

    def listen(self, engine: Engine) -> None:
        """Hear what the outputs of an engine send."""
        for name, state in engine.states.items():
            if isinstance(state.box, Sink):
                state.box.tap(partial(self._heard, engine, name))

    def close(self) -> None:
        """Write what is left."""
        self._lines.put(None)
        self._thread.join()

    def _heard(self, engine: Engine, sink: str, port: str, sent: Mapping[str, Any]) -> None:
        now = engine.clock.now()
        at = engine.last_at.get((sink, port), now)
        line = {
            "t": round((at - engine.trace.started) / SECOND, 6),
            "sink": sink,
            **sent,
            "behind_ms": round(Ns(now - at) / MILLISECOND, 3),
        }
        self._lines.put(msgspec.json.encode(line).decode())

    def _write(self) -> None:
        try:
            while (line := self._lines.get()) is not None:
                self._stream.write(line + "\n")
                if self._lines.empty():
                    self._stream.flush()
        except OSError as error:
            LOG.error("dump: %s; nothing more is written, the show goes on", error)
            return
        if self._stream is not sys.stdout:
            self._stream.close()


def _open(file: str) -> IO[str]:
    return Path(file).open("w", encoding="utf-8")  # closed by the thread that writes
