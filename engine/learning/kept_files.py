"""Files of what was taught, of which no crash and no other program makes another lose anything.

NAME.json          as it is
NAME.before.json   as it was one change before: it is read where the newer one is broken
NAME.aside.json    what lay in its place and was not known here: it was broken, of a later version,
                   or written by another program meanwhile
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

from engine.core.context import State
from engine.learning.examples_file import BadExamples

T = TypeVar("T")


def file_of(name: str) -> str:
    """Return the name of the state file of a version or a project."""
    return f"{name}.json"


def spare_of(name: str) -> str:
    """Return the name of the file that holds it as it was one change before."""
    return f"{name}.before.json"


def aside_of(name: str) -> str:
    """Return the name of the file that holds what lay in its place and was not known."""
    return f"{name}.aside.json"


class KeptFiles(Generic[T]):
    """Reads and writes such files; ``decode`` raises BadExamples, ``tell`` is told in words."""

    def __init__(
        self, state: State, decode: Callable[[bytes], T], tell: Callable[[str], None]
    ) -> None:
        self._state, self._decode, self._tell = state, decode, tell
        self._known: dict[str, bytes] = {}
        """The digest of each file as it was read or written here last."""

    def read(self, name: str) -> tuple[T | None, str]:
        """Return what a file holds, None for none, and what is wrong with it, or ""."""
        self.disown(name)
        wrong = ""
        for file in (file_of(name), spare_of(name)):
            data = self._state.read(file)
            if data is None:
                continue
            try:
                found = self._decode(data)
            except BadExamples as error:
                wrong = wrong or f"{file}: {error}"
                continue
            self._known[name] = _digest(data)
            return found, f"{wrong}; it plays with what was kept before" if wrong else ""
        return None, f"{wrong}; it begins with nothing; the file is kept" if wrong else ""

    def write(self, name: str, data: bytes) -> bool:
        """Write a file, and before that what lies there beside it; return whether it is safe."""
        there = self._state.read(file_of(name))
        if there is not None and there != data and not self._give_way(name, there):
            return False
        kept = there == data or self._state.write(file_of(name), data)
        if kept:
            self._known[name] = _digest(data)
        return kept

    def adopt(self, name: str) -> None:
        """Count what lies there as known: somebody has asked to write in its place."""
        there = self._state.read(file_of(name))
        if there is not None:
            self._known[name] = _digest(there)

    def disown(self, name: str) -> None:
        """Count what lies there as unknown, so that it is put aside when that is written."""
        self._known.pop(name, None)

    def _give_way(self, name: str, there: bytes) -> bool:
        """Keep what lies there under another name; return whether it may be overwritten."""
        if _digest(there) == self._known.get(name):
            self._state.write(spare_of(name), there)
            return True
        aside = aside_of(name)
        if not self._state.write(aside, there):
            return False
        self._tell(f"{file_of(name)} is not what was known here: what it held is kept as {aside}")
        return True


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()
