"""Tells what nobody can use: a message with NaN or infinity in it, which must never go further.

Why here: a NaN that gets into a filter stays there for ever, and receivers do with it what they
like. So it is looked for once, where a message is said, and not by everybody who reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import KINDS, Block, Message, Pitch, Pose, Trigger


def is_finite(message: Message) -> bool:
    """Tell whether every number in a message is one."""
    check = _CHECKS.get(type(message), _unlike)
    return check is None or check(message)


def describe_not_finite(message: Message) -> str:
    """Say what is wrong with a message that is not usable."""
    if isinstance(message, float | np.floating):
        return f"gave {message}, which is no number; the last value stays"
    kind = type(message).__name__.lower()
    return f"gave a {kind} with something in it that is no number; the last one stays"


def _pitch(pitch: Pitch) -> bool:
    return (
        isfinite(pitch.hz)
        and isfinite(pitch.note)
        and isfinite(pitch.confidence)
        and isfinite(pitch.level)
        and isfinite(pitch.bright)
    )


def _pose(pose: Pose) -> bool:
    """Look at the joints that are known: where one is not, nobody reads it."""
    return all(
        _all(person.joints.ravel()) or _all(person.joints[person.joints[:, 2] != 0].ravel())
        for person in pose.people
    )


def _block(block: Block) -> bool:
    return _all(block.samples)


def _all(numbers: NDArray[np.float32]) -> bool:
    """Tell whether all of a row of numbers are finite.

    The sum of squares is faster, and finite only if all are; where it is too large each is looked
    at. It is ``vdot``, since ``dot`` would warn then.
    """
    return isfinite(np.vdot(numbers, numbers)) or bool(np.isfinite(numbers).all())


def _trigger(trigger: Trigger) -> bool:
    return isfinite(trigger.value)


def _unlike(message: Any) -> bool:
    """Look at what is not exactly of a known type, such as a numpy number."""
    return not isinstance(message, float | np.floating) or bool(np.isfinite(message))


_CHECKS: dict[type, Callable[[Any], bool] | None] = {
    **dict.fromkeys(KINDS),
    float: isfinite,
    Pitch: _pitch,
    Pose: _pose,
    Block: _block,
    Trigger: _trigger,
}
