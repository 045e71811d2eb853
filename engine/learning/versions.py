"""The files of a box that learns, in its state folder: its examples, under names, and networks.

NAME.json is a version, with those beside it of ``kept_files``; NAME.network.json is the network
that was fitted to it.
"""

from __future__ import annotations

import logging
from typing import Final

from engine.core.context import MemoryState, State
from engine.learning.examples import Examples
from engine.learning.examples_file import BadExamples, read_examples, write_examples
from engine.learning.kept_files import KeptFiles
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
        self._files = KeptFiles(self._state, read_examples, self._log)

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
        self.version = version
        found, wrong = self._files.read(version)
        if wrong:
            self._log(wrong)
        return found or Examples(), wrong

    def keep(self, examples: Examples) -> bool:
        """Write the examples, and beside them the file of before; return whether they are safe."""
        return self._files.write(self.version, write_examples(examples))

    def keep_as(self, version: str, examples: Examples) -> bool:
        """Write the examples under another name, with their network, and go on with that.

        Return whether they are safe; where they are not, it goes on with the name of before.
        """
        self._files.adopt(version)
        if not self._files.write(version, write_examples(examples)):
            return False
        network = self._state.read(_network_of(self.version))
        if network is not None and version != self.version:
            self._state.write(_network_of(version), network)
        self.version = version
        return True

    def network(self, of: str) -> SmallNetwork | None:
        """Return the network that was fitted to the examples as they are, if there is one."""
        data = self._state.read(_network_of(self.version))
        if data is None:
            return None
        try:
            found = read_network(data)
        except BadExamples as error:
            self._log(f"{_network_of(self.version)}: {error}")
            return None
        return found if found.of == of else None

    def keep_network(self, network: SmallNetwork) -> None:
        """Write the network that was fitted to the examples as they are."""
        self._state.write(_network_of(self.version), write_network(network))

    def _log(self, text: str) -> None:
        _log.error("%s: %s", self.box, text)


def _network_of(version: str) -> str:
    return f"{version}.network.json"
