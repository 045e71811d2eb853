"""Which cable owns a note: each is begun and ended exactly once, though cables share a channel.

A note belongs to the cable that began it last. Beginning one that sounds ends it first, so that a
receiver that counts never counts wrong; an end from a cable that no longer owns the note is left
out.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import mido  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True)
class Key:
    """A key that can be down: ``channel`` 1 to 16, ``note`` 0 to 127."""

    channel: int
    note: int


class NoteOwners:
    """The notes that sound, and the cable that each belongs to."""

    def __init__(self) -> None:
        self._owners: dict[Key, Hashable] = {}

    def __len__(self) -> int:
        return len(self._owners)

    def begin(self, owner: Hashable, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note; raise ValueError or TypeError where it is out of range."""
        on = begins(key, velocity)
        before = [ends(key)] if key in self._owners else []
        self._owners[key] = owner
        return [*before, on]

    def end(self, owner: Hashable, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds and is this owner's."""
        if key not in self._owners or self._owners[key] != owner:
            return []
        del self._owners[key]
        return [ends(key)]

    def end_all(self, owner: Hashable) -> list[bytes]:
        """Return what ends every note of an owner."""
        keys = [key for key, mine in self._owners.items() if mine == owner]
        return [message for key in keys for message in self.end(owner, key)]


def begins(key: Key, velocity: int) -> bytes:
    """Return a note-on; raise ValueError or TypeError where something is out of range."""
    return _message("note_on", key, velocity)


def ends(key: Key) -> bytes:
    """Return a note-off; raise ValueError or TypeError where something is out of range."""
    return _message("note_off", key, 0)


def _message(kind: str, key: Key, velocity: int) -> bytes:
    message = mido.Message(kind, channel=key.channel - 1, note=key.note, velocity=velocity)
    return bytes(message.bin())
