"""The names of the parts of a body that a performer chooses from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from engine.core.skeletons import COCO_17

if TYPE_CHECKING:
    Part = str
else:
    Part = Literal[tuple(COCO_17.rows_of)]
"""Every name that a performer may give to a part of a body; other skeletons have more of them, see
``skeletons.point_names``."""

PARTS: Final = COCO_17.rows_of
"""The joints that each part of a pose is the middle of, by their places."""

parts: Final = COCO_17.rows
"""Returns the places of the joints that a part is the middle of; raises UnknownName."""
