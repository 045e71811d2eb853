"""What is logged: to the terminal, and where nobody looks at one, to a file that does not grow."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from queue import SimpleQueue

from engine.core.text import plain

LARGEST = 2_000_000
KEPT = 5
"""A file of a log has so many bytes at most, and so many older ones are kept: 12 MB in all."""


MOST_TOLD = 20_000
"""How many characters one message has at most: a traceback is shorter."""


class PlainFormatter(logging.Formatter):
    """Keeps a terminal from obeying what a patch, a device or the network put into a message."""

    def format(self, record: logging.LogRecord) -> str:
        """Give a line with everything that is no text spelled out."""
        return plain(super().format(record), MOST_TOLD, keep="\n\t")


class StderrHandler(logging.Handler):
    """Writes to standard error as it is then: the table puts lines above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        with contextlib.suppress(OSError):  # nobody reads any more
            print(self.format(record), file=sys.stderr, flush=True)


@contextmanager
def logged(to: logging.Handler, form: str = "%(message)s") -> Iterator[None]:
    """Write what is logged while the block lasts, on a thread of its own.

    Why a thread: a terminal that is held, or a disk that sleeps, must not hold a show.
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
    """Write what is logged to a file too, with the time; the older ones are FILE.1, FILE.2 ...

    None is no file. Raises OSError where it cannot be written.
    """
    if file is None:
        return contextlib.nullcontext()
    to = RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    return logged(to, "%(asctime)s %(levelname)s %(message)s")
