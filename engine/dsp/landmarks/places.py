"""Where somebody stands on a stage, in metres, as an audience that sits at the camera sees it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.bones import Vector

_HIPS = "hips"


def on_stage(
    points: Mapping[str, Vector], skeleton: Skeleton, part: str | None = None
) -> Vector | None:
    """Return (across, up, 0) of the hips, or of a ``part``, in metres; None where not seen.

    ``points`` are those of ``metres``. Across is to the right in the picture, 0 in its middle; up
    is from the floor; how far away somebody is one camera does not tell.
    """
    names = [skeleton.points[row] for row in skeleton.rows(part or _HIPS)]
    seen = [points[name] for name in names if name in points]
    if not seen:
        return None
    return -sum(x for x, _, _ in seen) / len(seen), sum(y for _, y, _ in seen) / len(seen), 0.0
