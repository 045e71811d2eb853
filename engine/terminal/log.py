"""Logging: to the terminal, and to a rotating file where nobody looks at a terminal."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue

from engine.core.secrets import hide_secrets
from engine.core.text import plain

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
        with contextlib.suppress(OSError):  # the reader is gone
            print(self.format(record), file=sys.stderr, flush=True)


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


def log_file(file: Path | None) -> contextlib.AbstractContextManager[None]:
    """Return a context that logs to a file too, with the time; older files are FILE.1, FILE.2 ...

    None is no file. Raise OSError when it cannot be written.
    """
    if file is None:
        return contextlib.nullcontext()
    to = RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    return logged(to, "%(asctime)s %(levelname)s %(message)s")
