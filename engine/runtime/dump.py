"""Write what every output sent, one line of JSON each: ``{"t": 1.2, "sink": "out", ...}``.

Why a thread: a slow disk must not block a show. Written is what the output reports as sent, after
its own layout and packing.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

import msgspec

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns
from engine.core.os_errors import os_reason
from engine.core.sink import Sink
from engine.runtime.engine import Engine
from engine.runtime.metrics import LOG
from engine.system.output_file import OutputFile
from engine.system.standard_streams import discard


class Dump:
    """A file of what was sent; "-" is standard output.

    An older file is kept until the first show begins: a patch with problems costs none.
    """

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._failed = False
        self._output: OutputFile | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Open the file before a show; what is in it stays. Raise UnwritableFile."""
        if self._file != "-" and self._output is None:
            self._output = OutputFile(Path(self._file))

    def listen(self, engine: Engine) -> None:
        """Record what the outputs of an engine send. Raise UnwritableFile."""
        if self._thread is None:
            self.open()
            stream = self._output.stream() if self._output else sys.stdout
            self._thread = threading.Thread(
                target=self._write, args=(stream,), name="dump", daemon=True
            )
            self._thread.start()
        for name, state in engine.states.items():
            if isinstance(state.box, Sink):
                state.box.tap(partial(self._record, engine, name))

    def close(self) -> None:
        """Write what is queued and end the thread."""
        if self._thread is not None:
            self._lines.put(None)
            self._thread.join()
        elif self._output is not None:
            self._output.close()

    def _record(self, engine: Engine, sink: str, port: str, sent: Mapping[str, Any]) -> None:
        if not self._failed:
            self._lines.put(msgspec.json.encode(sent_line(engine, sink, port, sent)).decode())

    def _write(self, stream: IO[str]) -> None:
        try:
            while (line := self._lines.get()) is not None:
                stream.write(line + "\n")
                if self._lines.empty():
                    stream.flush()
            stream.flush()
        except OSError as error:
            self._failed = True
            reason = os_reason(error)
            LOG.error("dump: %s; nothing more is written, the show goes on", reason)
            if stream is sys.stdout:
                discard(stream)
        if stream is not sys.stdout:
            with suppress(OSError):  # already reported: closing flushes again
                stream.close()


def sent_line(engine: Engine, sink: str, port: str, sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of what an output sent, its moment in seconds and its latency in ms."""
    now = engine.clock.now()
    at = engine.last_at.get((sink, port), now)
    return {
        "t": round((at - engine.metrics.started) / SECOND, 6),
        "sink": sink,
        **sent,
        "behind_ms": round(Ns(now - at) / MILLISECOND, 3),
    }
