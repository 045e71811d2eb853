"""Things that were found in a picture as landmarks: what takes bodies then takes them as well."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Detections
from engine.core.skeletons import THING

_NO_IDS = "things without a number are left out: who comes and goes is known by it"


def as_landmarks(found: Landmarks | Detections, tell: Callable[[str], None]) -> Landmarks:
    """Return landmarks as they are, and things by their boxes, numbered by their ids.

    Things do not say of which shape their picture is: it is taken to be a square. ``tell`` is
    called where things have no id, which are left out, as are those whose numbers are not finite.
    """
    if isinstance(found, Landmarks):
        return found
    if not all(one.id for one in found.seen):
        tell(_NO_IDS)
    seen = []
    for one in found.seen:
        x, y, _, height = one.box
        ends = [(x, y - height / 2, one.confidence), (x, y + height / 2, one.confidence)]
        points = np.array(ends, np.float32)
        if one.id and np.isfinite(points).all():
            seen.append(Instance(one.id, one.id, points))
    return Landmarks(THING, tuple(seen), 1.0)
