"""Records a show: the loop appends references, a thread of its own writes them.

Why twice a second and not at once: waking a thread for every entry costs the loop more than the
entry does. What a ``kill -9`` or a crash loses is little more than that half second; what a power
cut loses, about a second more.

A disk that is full or too slow stops the recording, never the show. What is in the file by then can
be played again.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from engine.core.commands import Notice
from engine.core.errors import UnwritableFile
from engine.core.messages import Frame, Mask, Ns
from engine.core.os_errors import os_reason
from engine.core.sink import Sink
from engine.recording.file import RecordingFile
from engine.recording.writer import RecordingWriter, WriteRequest
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, Entry, LaneResult
from engine.runtime.metrics import LOG
from engine.system.output_file import describe_refusal
from engine.system.priority import lower_priority

TURN = 0.5
"""Seconds from one write to the next."""
MOST = 50_000
"""The most records that may wait; a show has some hundreds a second."""
LARGEST = 512 << 20
"""The most bytes of pictures that may wait."""
NAME = "recording"
_PATIENCE = 10.0
"""Seconds to wait at the end for a disk that stalls."""


class Recorder:
    """Writes what engines play into one file.

    A live show never waits; an offline one waits for the disk.
    """

    def __init__(self, file: Path, request: WriteRequest) -> None:
        self._file = file
        self._request = request
        self._writer: RecordingWriter | None = None
        self._engine: Engine | None = None
        self._waiting: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()
        self._bytes = 0
        self._written = threading.Condition()
        self._stopped = ""
        self._end = threading.Event()
        self._report: Callable[[str], None] = LOG.error
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Create the file. Raise UnwritableFile where there is one, or none can be.

        It may wait for the disk, so it must not be called on the loop.
        """
        try:
            file = RecordingFile(self._file)
        except OSError as error:
            raise UnwritableFile(describe_refusal(self._file, error)) from None
        self._writer = RecordingWriter(file, self._request)
        self._thread = threading.Thread(target=self._run, args=(file,), name=NAME, daemon=True)
        self._thread.start()

    def watch(self, engine: Engine) -> None:
        """Record an engine from its beginning; once, however often its plan has changed."""
        if engine is self._engine:
            return
        self._engine = engine
        writer = self._writer
        assert writer is not None, "watch before open"
        if self._request.live:
            self._report = lambda text: engine.ask(NAME, Notice(text))
        self._put(writer.begin, engine, engine.plan)
        engine.listeners.append(partial(self._enter, writer, engine))
        engine.outbox.taps.append(partial(self._put, writer.handed_over))
        overhear = partial(self._observe_outputs, writer, engine)
        overhear()
        engine.on_plan.append(overhear)

    def close(self) -> None:
        """Write what waits, and the footer."""
        if self._thread is None or self._writer is None:
            return
        self._end.set()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            LOG.warning(
                "%s: the disk does not answer; the end of the recording may be missing", self._file
            )
        elif not self._stopped:
            LOG.info("recorded %d entries in %s", self._writer.entries, self._file)

    def _observe_outputs(self, writer: RecordingWriter, engine: Engine) -> None:
        for name, state in engine.states.items():
            if isinstance(state.box, Sink) and not state.box.lane:
                state.box.tap_bytes(partial(self._sent, writer, engine, name))

    # On the loop: nothing but references.

    def _enter(self, writer: RecordingWriter, engine: Engine, now: Ns, entry: Entry) -> None:
        pixels = self._request.pixels and engine.privacy.pictures_may_leave
        if pixels:
            self._bytes += _size(entry)
        self._put(writer.entry, now, entry, pixels)

    def _sent(
        self, writer: RecordingWriter, engine: Engine, sink: str, encoding: str, data: bytes
    ) -> None:
        self._put(writer.sent, engine.now, sink, encoding, data)

    def _put(self, write: Callable[..., None], *what: Any) -> None:
        if self._end.is_set():
            return
        if len(self._waiting) >= MOST or self._bytes > LARGEST:
            if self._request.live:
                self._stop("the disk does not keep up")
                return
            with self._written:
                self._written.wait_for(lambda: self._has_room() or self._end.is_set())
        self._waiting.append((write, what))

    def _has_room(self) -> bool:
        return len(self._waiting) < MOST // 2 and self._bytes < LARGEST // 2

    # On the thread.

    def _run(self, file: RecordingFile) -> None:
        lower_priority()
        try:
            while not self._end.wait(TURN if self._has_room() else 0):
                self._turn(file)
            self._turn(file)
            file.finish()
        except OSError as error:
            self._stop(os_reason(error))
        except Exception as error:
            LOG.debug("", exc_info=True)
            self._stop(f"a mistake of Sensorium itself: {type(error).__name__}: {error}")
        finally:
            file.abandon()
            with self._written:
                self._written.notify_all()

    def _turn(self, file: RecordingFile) -> None:
        """Write what waits at the beginning of the call."""
        for _ in range(len(self._waiting)):
            write, what = self._waiting.popleft()
            write(*what)
        self._bytes = 0
        file.flush()
        with self._written:
            self._written.notify_all()

    def _stop(self, reason: str) -> None:
        """End the recording, not the show, and report that as a fault."""
        if not self._stopped:
            self._stopped = f"{self._file}: {reason}; nothing more is recorded, the show goes on"
            self._end.set()
            self._report(self._stopped)


def _size(entry: Entry) -> int:
    """Return the size in bytes of the picture in an entry; 0 without one."""
    match entry:
        case Arrival(message=Frame(image=array)) | LaneResult(result=Frame(image=array)):
            return array.nbytes
        case Arrival(message=Mask(alpha=alpha)) | LaneResult(result=Mask(alpha=alpha)):
            return alpha.nbytes
    return 0
