"""Warnings of what does not leave an output as expected: in the log, once of each cable."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.osc.address import of_port
from engine.osc.bundle import LIMIT, longest

_log = logging.getLogger("sensorium")


class CableWarnings:
    """Warnings by port; each is logged once."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def refused(self, port: str, error: Exception) -> None:
        """Log that a message is not sent, and why."""
        self._tell(port, "not sent", f", for {error}")

    def doubt(self, port: str, doubt: str) -> None:
        """Log the ``doubt`` of a layout, if there is any."""
        if doubt:
            self._tell(port, doubt)

    def length(self, port: str, pieces: Sequence[bytes]) -> None:
        """Log that a message is longer than networks carry whole, if one is."""
        if all(len(piece) <= LIMIT for piece in pieces):
            return
        size = max(map(longest, pieces))
        if size > LIMIT:
            more = (
                f", as one of {size}: a network cuts it up and loses all of it with any part, and"
                ' macOS sends none over 9216; send less of it ("joints"), or over tcp'
            )
            self._tell(port, f"a message has more than {LIMIT} bytes", more)

    def _tell(self, port: str, what: str, more: str = "") -> None:
        if (port, what) not in self._told:
            self._told.add((port, what))
            _log.warning("%s: %s%s", of_port(port), what, more)
