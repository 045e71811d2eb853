"""The room that people on a floor are in, for tools that know no metres, or count from its middle.

The floor is that of a ``floor``: metres to the right of its near left corner, and away from there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from engine.core.errors import ParameterError
from engine.core.skeletons import Skeleton

Room = tuple[float, float]
"""Width and depth in metres."""


def room_for(tool: str, skeleton: Skeleton, sizes: Sequence[float] | None) -> Room | None:
    """Return the room that people on a floor are in; None for what is in a picture.

    Raise ParameterError where a floor has no room, or another has one, and for what is no room.
    """
    if sizes is None:
        if skeleton.metres:
            raise ParameterError(
                f'people on a floor are told to {tool} by a room: write "room", its width and depth'
                " in metres, such as [6, 4]"
            )
        return None
    if len(sizes) != 2 or not all(size > 0 and math.isfinite(size) for size in sizes):
        raise ParameterError("room: expected width and depth in metres, such as [6, 4]")
    if not skeleton.metres:
        raise ParameterError(f'"room" is for people on a "floor", not for "{skeleton.name}"')
    return float(sizes[0]), float(sizes[1])
