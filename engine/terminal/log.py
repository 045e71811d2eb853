"""What is told goes to standard error, and never holds up who tells it."""

from __future__ import annotations

import contextlib
import logging
import sys
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue


class _Lines(logging.Handler):
    """Writes to standard error as it is then: the table puts lines above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more
            print(self.format(record), file=sys.stderr, flush=True)


def begin_log() -> QueueListener:
    """Write what is logged on a thread of its own: a terminal that is held must not hold a show."""
    waiting: SimpleQueue[logging.LogRecord] = SimpleQueue()
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[QueueHandler(waiting)])
    writer = QueueListener(waiting, _Lines())
    writer.start()
    return writer
