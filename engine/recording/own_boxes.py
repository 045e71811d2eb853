"""Finds the boxes of a recorded patch: a performer's own only from where the listener says.

Why: a recording may come from anybody. It names boxes, but it brings none, and the folder that it
was made in is not looked at. What is loaded is the very text that was recorded, by its hash.
"""

from __future__ import annotations

from pathlib import Path

from engine.core.box import Box
from engine.core.errors import UnknownName
from engine.recording.record import Begun
from engine.registry import BrokenBox, Registry, load_own, own_boxes

AS_IT_IS = "to play it as it is now, name your patch too: sensorium replay FILE PATCH"


class RecordedBoxes:
    """The boxes that a recorded patch may use; ``folder`` is the listener's, if there is one."""

    def __init__(self, begun: Begun, folder: Path | None) -> None:
        self._begun = begun
        self._folder = folder
        self._engine = Registry()

    def find(self, use: str) -> type[Box]:
        """Return the class of a box. Raise UnknownName or BrokenBox."""
        digest = self._begun.nodes.get(use)
        if digest is not None:
            return self._load(use, digest)
        try:
            return self._engine.find(use)
        except UnknownName:
            if self._folder is None or use not in own_boxes(self._folder):
                raise
            raise BrokenBox(
                f"the recording has no hash of it, so nothing tells whether {self._folder} has"
                f" the one that played; {AS_IT_IS}"
            ) from None

    def _load(self, use: str, digest: str) -> type[Box]:
        if self._folder is None:
            raise BrokenBox(
                f"it is a box of the performer's own, {self._origin(use)}; it is loaded only"
                " from a folder that you name: --nodes FOLDER"
            )
        file = own_boxes(self._folder).get(use)
        if file is None:
            below = self._folder / "nodes"
            hint = f' Did you mean "{below}"?' if use in own_boxes(below) else ""
            raise BrokenBox(f'{self._folder} has no "{use}.py".{hint}')
        box = load_own(file, digest)
        if box is None:
            raise BrokenBox(f"{file} is not the text that was recorded; {AS_IT_IS}")
        return box

    def _origin(self, use: str) -> str:
        if self._begun.file is None:
            return "of a patch that was no file"
        return f"recorded beside {self._begun.file}"
