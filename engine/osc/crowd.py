"""Everybody's joints side by side, fit to be sent."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import JOINTS, Person

Joints = NDArray[np.float32]
Who = tuple[tuple[int, int], ...]
"""People as (slot, id)."""
_BYTES: Final = 4 * 3 * len(JOINTS)


def gather(people: tuple[Person, ...]) -> Joints:
    """Give the joints of all in one row, 51 numbers a person, all finite; not to be written.

    A joint that has a number in it that is not finite becomes one that is not known: 0, 0, 0.
    Raises ValueError where somebody has not 17 joints of three numbers.
    """
    # Joining bytes is twice as fast as np.concatenate, and the length tells 32-bit numbers.
    raw = b"".join([person.joints.tobytes() for person in people])
    if len(raw) == _BYTES * len(people):
        flat = np.frombuffer(raw, np.float32)
    else:
        flat = np.stack([_as_joints(person) for person in people]).reshape(-1)
    if not math.isfinite(flat.dot(flat)):
        return _known(flat.reshape(-1, 3)).reshape(-1)
    return flat


def _as_joints(person: Person) -> Joints:
    return np.asarray(person.joints, np.float32).reshape(len(JOINTS), 3)


def _known(joints: Joints) -> Joints:
    return np.where(np.isfinite(joints).all(axis=1, keepdims=True), joints, np.float32(0))


def who(people: tuple[Person, ...]) -> Who:
    """Name everybody by slot and id."""
    return tuple([(person.slot, person.id) for person in people])


def left(before: Who, now: Who) -> list[int]:
    """Name the slots that were taken and are free now."""
    taken = {slot for slot, _ in now}
    return [slot for slot, _ in before if slot not in taken]
