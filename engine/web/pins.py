"""Which knobs of each patch are pinned to the show view.

The show holds them in memory, so that every page has them: pinned on a laptop, turned on a phone.
Nothing that the network says reaches the disk; each browser keeps them, and the first one that
comes to the next show brings them back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

MOST_PATCHES: Final = 256


class Pins:
    """The pinned knobs by the title of their patch."""

    def __init__(self) -> None:
        self._pinned: dict[str, tuple[str, ...]] = {}

    def of(self, title: str) -> tuple[str, ...] | None:
        """Return the names of the pinned knobs of a patch; None where nobody has said any."""
        return self._pinned.get(title)

    def pin(self, title: str, names: Sequence[str]) -> None:
        """Pin these knobs of a patch and no others."""
        self._pinned.pop(title, None)
        self._pinned[title] = tuple(dict.fromkeys(names))
        if len(self._pinned) > MOST_PATCHES:
            del self._pinned[next(iter(self._pinned))]
