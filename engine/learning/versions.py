"""The files of a box that learns, in its state folder: its examples, under names, and networks.

NAME.json          the examples of a version
NAME.before.json   the same, one change before: it is used where the newer file is broken
NAME.broken.json   a file that could not be read, and was in the way
NAME.network.json  the network that was fitted to them
"""

from __future__ import annotations

import logging
from typing import Final

from engine.core.context import MemoryState, State
from engine.learning.examples import Examples
from engine.learning.examples_file import (
    BadExamples,
    file_of,
    read_examples,
    spare_of,
    write_examples,
)
from engine.learning.network import SmallNetwork, read_network, write_network

VERSION: Final = "examples"
"""What the first version is called."""
MOST: Final = 100
"""Versions of one box."""

_log: Final = logging.getLogger("sensorium")


class Versions:
    """The files of one box; ``version`` is the one that is taught. What fails is logged."""

    def __init__(self, state: State | None = None, box: str = "learn") -> None:
        self.version = VERSION
        self._state: State = state or MemoryState()
        self.box = box
        self._safe: bytes | None = None
        """The file as it was read or written last."""
        self._broken: bytes | None = None

    def names(self) -> list[str]:
        """Return the versions that there are, sorted."""
        files = [name.removesuffix(".json") for name in self._state.names()]
        return [name for name in files if "." not in name]

    @property
    def is_full(self) -> bool:
        """Whether no further version may be kept."""
        return len(self.names()) >= MOST

    def read(self, version: str) -> tuple[Examples, str]:
        """Return the examples of a version, and what is wrong with its file, or ""."""
        self.version, self._safe, self._broken = version, None, None
        wrong = ""
        for file in (file_of(version), spare_of(version)):
            data = self._state.read(file)
            if data is None:
                continue
            try:
                found = read_examples(data)
            except BadExamples as error:
                wrong = wrong or f"{file}: {error}"
                self._broken = self._broken or data
                continue
            self._safe = data
            return found, self._told(wrong, "it plays with what was kept before")
        return Examples(), self._told(wrong, "it begins with nothing; the file is kept")

    def _told(self, wrong: str, then: str) -> str:
        if not wrong:
            return ""
        _log.error("%s: %s; %s", self.box, wrong, then)
        return f"{wrong}; {then}"

    def keep(self, examples: Examples) -> bool:
        """Write the examples, and beside them the file of before; return whether they are safe."""
        data = write_examples(examples)
        if data == self._safe:
            return True
        if self._broken is not None:
            self._state.write(f"{self.version}.broken.json", self._broken)
            self._broken = None
        if self._safe is not None:
            self._state.write(spare_of(self.version), self._safe)
        kept = self._state.write(file_of(self.version), data)
        if kept:
            self._safe = data
        return kept

    def keep_as(self, version: str, examples: Examples) -> bool:
        """Write the examples under another name, and go on with that."""
        self.version, self._broken = version, None
        self._safe = self._state.read(file_of(version))
        return self.keep(examples)

    def network(self, of: str) -> SmallNetwork | None:
        """Return the network that was fitted to the examples as they are, if there is one."""
        data = self._state.read(_network_of(self.version))
        if data is None:
            return None
        try:
            found = read_network(data)
        except BadExamples as error:
            _log.error("%s: %s: %s", self.box, _network_of(self.version), error)
            return None
        return found if found.of == of else None

    def keep_network(self, network: SmallNetwork) -> None:
        """Write the network that was fitted to the examples as they are."""
        self._state.write(_network_of(self.version), write_network(network))


def _network_of(version: str) -> str:
    return f"{version}.network.json"
