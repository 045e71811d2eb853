"""The names of the parts of a body that a performer chooses from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from engine.core.skeletons import COCO_17

if TYPE_CHECKING:
    Part = str
else:
    Part = Literal[tuple(COCO_17.rows_of)]
"""Every name that a performer may give to a part of a body; other skeletons have more of them, see
``skeletons.point_names``."""
