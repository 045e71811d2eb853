"""Which box plays on which machine, in words, and what crosses between them at which rate.

The rates are estimates from examples of what crosses: pictures of 640 x 480, thirty of them and of
what is found in them a second. They tell a cable that a network carries from one that it does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np

from engine.core.codec import encode, encode_numpy
from engine.core.errors import Problem
from engine.core.kinds import Kind, example_of, is_picture, members, message_type, policy_of
from engine.core.messages import Block
from engine.patch.crossing import type_of
from engine.patch.machines import HOME, PICTURES
from engine.patch.part import Departure
from engine.patch.parts import Crossings, departures
from engine.patch.plan import Plan, group_of

_OVERHEAD: Final = 90
"""Bytes of a message beside what it says, on the network."""
_A_SECOND: Final = {Kind.LATEST: 30, Kind.HELD: 30, Kind.CONTIGUOUS: 100, Kind.LOSSLESS: 4}
_PIXELS: Final = 640 * 480
_PICTURE_BYTES: Final = {"raw": 3 * _PIXELS, "jpeg": 60_000}
_SOUND: Final = 48_000 * 4
_UNKNOWN: Final = 200

_bytes = msgspec.msgpack.Encoder(enc_hook=encode_numpy).encode


@dataclass
class MachineCrossing:
    """What goes from one machine to another: names of outlets, and about how many Mbit/s."""

    of: str
    to: str
    names: list[str] = field(default_factory=list)
    rate: float = 0.0


def placement(plan: Plan) -> Iterator[str]:
    """Yield a line for each machine of a whole plan, and one for each way between two."""
    boxes: dict[str, list[str]] = defaultdict(list)
    for name, planned in plan.boxes.items():
        if not planned.hidden and name == group_of(name):
            boxes[planned.machine].append(name)
    for machine in ("", *(name for name in boxes if name)):
        spec = plan.machines.get(machine)
        at = f" ({spec.at or 'found by name'})" if spec else ""
        more = ", else here" if spec and spec.falls_back else ""
        yield f"{machine or HOME}{at}: {', '.join(boxes[machine]) or 'nothing'}{more}"
    for way in crossings(plan):
        yield f"{way.of or HOME} -> {way.to or HOME}: {', '.join(way.names)}, {_words(way.rate)}"


def crossings(plan: Plan) -> list[MachineCrossing]:
    """Return what goes between the machines of a whole plan."""
    found: dict[tuple[str, str], MachineCrossing] = {}
    cut = Crossings(plan)
    for machine in ("", *cut.machines):
        for each in departures(cut, machine):
            way = found.setdefault((machine, each.to), MachineCrossing(machine, each.to))
            how = {"raw": " (raw)", "jpeg": " (JPEG)"}.get(each.pictures, "")
            way.names.append(f"{each.name}{how}")
            way.rate += _rate(each)
    return list(found.values())


def doubts(plan: Plan) -> Iterator[Problem]:
    """Yield a warning for each picture that is to cross and will not."""
    for wire in plan.wires:
        source, end = plan.boxes[wire.source.box], plan.boxes[wire.box]
        if source.machine == end.machine or not any(
            _is_picture(one) for one in members(wire.carries)
        ):
            continue
        ends = [plan.machines[name] for name in (source.machine, end.machine) if name]
        shut = next((each for each in ends if each.pictures == PICTURES[-1]), None)
        why = ""
        if shut:
            why = f'"{shut.name}" has pictures = "{PICTURES[-1]}"'
        elif plan.private:
            why = "the show is private"
        if why:
            there = end.machine or HOME
            text = f"no picture goes from {source.machine or HOME} to {there}: {why}"
            yield Problem(text, *end.place, group_of(wire.box))


def _is_picture(one: Any) -> bool:
    return isinstance(one, type) and is_picture(one)


def _rate(leaves: Departure) -> float:
    """Return about how many Mbit/s the messages of an outlet take."""
    carried = type_of(list(leaves.kinds))
    if leaves.pictures:
        return 30 * 8e-6 * _PICTURE_BYTES[leaves.pictures]
    if Block in members(carried):
        return 8e-6 * (_SOUND + 190 * _OVERHEAD)
    size = max((_size(one) for one in members(carried)), default=_UNKNOWN)
    return _A_SECOND[policy_of(carried)] * 8e-6 * (size + _OVERHEAD)


def _size(one: Any) -> int:
    found = message_type(one) if isinstance(one, type) else None
    example = None if found is None else example_of(one)
    return _UNKNOWN if example is None else len(_bytes(encode(example, pixels=True)))


def _words(rate: float) -> str:
    """Return a rate in words, in two digits."""
    digits = 1 - int(np.floor(np.log10(max(rate, 0.001))))
    return f"about {round(rate, max(0, digits)):g} Mbit/s" if rate >= 0.01 else "next to nothing"
