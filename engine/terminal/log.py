"""Logging: to the terminal, and to a rotating file where nobody looks at a terminal."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, Final, cast

from engine.core.errors import UnwritableFile
from engine.core.os_errors import os_reason
from engine.core.secrets import hide_secrets
from engine.core.text import plain
from engine.system.output_file import describe_refusal, open_to_write

LOG: Final = logging.getLogger("sensorium")

LARGEST = 2_000_000
KEPT = 5
"""The most bytes of a log file, and how many older files are kept: 12 MB in all."""


MOST_TOLD = 20_000
"""The most characters of one message: a traceback is shorter."""


class PlainFormatter(logging.Formatter):
    """Escapes what a patch, a device or the network put into a message, and hides passwords.

    A record with the attribute ``invites`` is shown as it is: the address of the page is there to
    be opened, with its token.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the message with everything unprintable escaped, and no password in it."""
        text = super().format(record)
        shown = text if getattr(record, "invites", False) else hide_secrets(text)
        return plain(shown, MOST_TOLD, keep="\n\t")


class StderrHandler(logging.Handler):
    """Writes to ``sys.stderr`` as it is at the time: the live table prints lines above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        with contextlib.suppress(OSError, ValueError):  # the reader is gone
            print(self.format(record), file=sys.stderr, flush=True)


class LogFile(RotatingFileHandler):
    """Writes to a file, and to older ones FILE.1, FILE.2 ... that make room for each other.

    A disk that refuses is told once, and once more when it takes what is logged again. Each message
    is handed to the system at once, or what a full disk refuses would wait here and come late.

    Raise UnwritableFile when it cannot be opened.
    """

    def __init__(self, file: Path) -> None:
        self._refused = False
        try:
            super().__init__(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
        except OSError as error:
            raise UnwritableFile(describe_refusal(file, error)) from None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message, or tell that it cannot be written."""
        try:
            if self.shouldRollover(record):
                self.doRollover()
            self.stream = self.stream or self._open()
            self.stream.write(self.format(record) + self.terminator)
        except OSError as error:
            self._tell(f"cannot be written: {os_reason(error)}; the show goes on", refused=True)
        else:
            self._tell("is written again", refused=False)

    def _open(self) -> TextIOWrapper:
        handle = open_to_write(Path(self.baseFilename), append=True)
        raw = cast(BinaryIO, os.fdopen(handle, "ab", buffering=0))
        return TextIOWrapper(raw, "utf-8", errors="backslashreplace", write_through=True)

    def _tell(self, words: str, *, refused: bool) -> None:
        if refused != self._refused:
            self._refused = refused
            LOG.log(logging.ERROR if refused else logging.INFO, "the log %s", words)


@contextmanager
def logged(to: logging.Handler, form: str = "%(message)s") -> Iterator[None]:
    """Send log records to a handler while the block lasts, on a thread of its own.

    Why a thread: a stopped terminal, or a sleeping disk, must not block a show.
    """
    to.setFormatter(PlainFormatter(form))
    waiting: SimpleQueue[logging.LogRecord] = SimpleQueue()
    writer, entrance = QueueListener(waiting, to), QueueHandler(waiting)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(entrance)
    writer.start()
    try:
        yield
    finally:
        root.removeHandler(entrance)
        writer.stop()
        to.close()


@contextmanager
def warnings_only() -> Iterator[None]:
    """Log nothing but warnings and errors while the block lasts."""
    before = LOG.level
    LOG.setLevel(logging.WARNING)
    try:
        yield
    finally:
        LOG.setLevel(before)


@contextmanager
def log_file(file: Path | None) -> Iterator[None]:
    """Log to a file too while the block lasts, with the time; None is no file.

    Its first line is when this began, so that a disk that refuses is told before the show. Raise
    UnwritableFile when it cannot be opened.
    """
    if file is None:
        yield
        return
    from importlib.metadata import version

    to = LogFile(file)
    with logged(to, "%(asctime)s %(levelname)s %(message)s"):
        words = f"Sensorium {version('sensorium')} begins"
        to.handle(LOG.makeRecord(LOG.name, logging.INFO, "", 0, words, (), None))
        yield
