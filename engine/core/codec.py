"""Messages become plain data and messages again: maps, lists, numbers, texts and arrays.

What is in an array is left to whoever encodes it: ``raw`` makes bytes of it, as a hook of msgspec.

Why pictures may be left out: they are a thousand times more than all the rest, and once the
networks have answered nobody below needs them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import (
    Block,
    Frame,
    Mask,
    Message,
    Note,
    Person,
    Pitch,
    Pose,
    Trigger,
)

Plain = Any
"""What MessagePack can hold, and arrays."""

TYPE = "type"
_SIMPLE = (bool, int, float, str)
_LARGEST = 1 << 28
"""Pixels of a picture: more are a damaged size."""


class Unrecordable(TypeError):
    """A message of a type that no cable carries."""


def to_plain(message: Message, pixels: bool) -> Plain:
    """Make plain data of a message; without ``pixels`` of pictures only their size.

    Raises Unrecordable.
    """
    if message is None or type(message) in _SIMPLE:
        return message
    if isinstance(message, tuple):
        return {TYPE: "outlets", "values": [to_plain(value, pixels) for value in message]}
    if (write := _WRITE.get(type(message))) is not None:
        return {TYPE: type(message).__name__.lower(), **write(message, pixels)}
    if isinstance(message, np.generic):
        return {TYPE: "number", **_array(np.asarray(message))}
    for simple in _SIMPLE:
        if isinstance(message, simple):
            return simple(message)
    raise Unrecordable(type(message).__name__)


def from_plain(plain: Plain) -> Message:
    """Make a message of plain data; raises ValueError, KeyError or TypeError where it is none."""
    if not isinstance(plain, dict):
        return plain
    read = _READ.get(plain[TYPE])
    if read is None:
        raise ValueError(f'there is no message "{plain[TYPE]}"')
    return read(plain)


def raw(value: object) -> bytes:
    """Give what is in an array, as ``enc_hook`` of msgspec; raises TypeError for all else."""
    if isinstance(value, np.ndarray):
        return value.tobytes()
    raise TypeError(f"{type(value).__name__} is no plain data")


def _array(array: NDArray[Any]) -> dict[str, Plain]:
    return {"dtype": array.dtype.str, "shape": list(array.shape), "data": array}


def _read_array(plain: Mapping[str, Plain]) -> NDArray[Any]:
    """Give an array of its own, aligned as any other: sums go by how memory lies."""
    return np.frombuffer(plain["data"], plain["dtype"]).reshape(plain["shape"]).copy()


def _picture(array: NDArray[Any], pixels: bool) -> dict[str, Plain]:
    if pixels:
        return _array(array)
    return {"dtype": array.dtype.str, "shape": list(array.shape)}


def _read_picture(plain: Mapping[str, Plain]) -> NDArray[Any]:
    """Give a picture, black where only its size is known; either may only be read."""
    if "data" in plain:
        return np.frombuffer(plain["data"], plain["dtype"]).reshape(plain["shape"])
    return _black(plain["dtype"], tuple(plain["shape"]))


@lru_cache(maxsize=64)
def _black(dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if not 0 <= np.prod(shape, dtype=float) <= _LARGEST:
        raise ValueError(f"a picture of {shape} pixels")
    return np.broadcast_to(np.zeros((), dtype), shape)


def _frame(frame: Frame, pixels: bool) -> dict[str, Plain]:
    return {"mirrored": frame.mirrored, **_picture(frame.image, pixels)}


def _mask(mask: Mask, pixels: bool) -> dict[str, Plain]:
    return _picture(mask.alpha, pixels)


def _block(block: Block, _: bool) -> dict[str, Plain]:
    return {"rate": block.rate, "start": block.start, **_array(block.samples)}


def _pose(pose: Pose, _: bool) -> dict[str, Plain]:
    people = [{"slot": p.slot, "id": p.id, **_array(p.joints)} for p in pose.people]
    return {"aspect": pose.aspect, "people": people}


def _fields(message: Pitch | Note | Trigger, _: bool) -> dict[str, Plain]:
    return {name: getattr(message, name) for name in message.__dataclass_fields__}


def _read_fields(cls: type[Any]) -> Callable[[Mapping[str, Plain]], Message]:
    return lambda plain: cls(**{key: value for key, value in plain.items() if key != TYPE})


def _read_person(plain: Mapping[str, Plain]) -> Person:
    return Person(plain["slot"], plain["id"], _read_array(plain))


_WRITE: dict[type, Callable[[Any, bool], dict[str, Plain]]] = {
    Frame: _frame,
    Mask: _mask,
    Block: _block,
    Pose: _pose,
    **dict.fromkeys((Pitch, Note, Trigger), _fields),
}
_READ: dict[str, Callable[[Mapping[str, Plain]], Message]] = {
    "frame": lambda plain: Frame(_read_picture(plain), plain["mirrored"]),
    "mask": lambda plain: Mask(_read_picture(plain)),
    "block": lambda plain: Block(_read_array(plain), plain["rate"], plain["start"]),
    "pose": lambda plain: Pose(tuple(map(_read_person, plain["people"])), plain["aspect"]),
    "pitch": _read_fields(Pitch),
    "note": _read_fields(Note),
    "trigger": _read_fields(Trigger),
    "outlets": lambda plain: tuple(map(from_plain, plain["values"])),
    "number": lambda plain: _read_array(plain)[()],
}
