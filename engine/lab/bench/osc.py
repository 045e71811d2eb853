"""From a pose to the bytes of OSC: our packers beside python-osc's builder, on the same bytes.

Both make the same bundles, which is checked first; then they take turns, so that a busy machine is
busy for both.
"""

from __future__ import annotations

from collections.abc import Callable
from timeit import Timer
from typing import Final

import numpy as np
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from engine.core.messages import JOINTS, Ns, Person, Pose
from engine.lab.bench.report import Goal, Row, ratio
from engine.osc.bundle import bundles
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.layouts import choose
from engine.osc.parse import packet

PEOPLE: Final = 6
GOAL: Final[Goal] = (">=", 50.0)
ROUNDS: Final = 7

Make = Callable[[], list[bytes]]


def run(short: bool) -> list[Row]:
    """Measure each layout; ``short`` takes a tenth of the time."""
    pose = crowd()
    cases = [
        ("packed, 6 people", choose("/pose", Pose, OscOptions(), Dialect()), packed, GOAL),
        ("17 joints by name, 6 people", by_name(), named, GOAL),
    ]
    rows: list[Row] = []
    for case, layout, theirs, goal in cases:
        rows += compare(case, ours(layout, pose), grouped(theirs, layout, pose), goal, short)
    number = choose("/filter/cutoff", float, OscOptions(), Dialect())
    rows += compare(
        "one number", lambda: bundles(number.encode(0.5, Ns(0))), one_number, None, short
    )
    return rows


def compare(case: str, a: Make, b: Make, goal: Goal | None, short: bool) -> list[Row]:
    """Time two ways in turn. Raise ValueError when their bytes differ."""
    if a() != b():
        raise ValueError(f"{case}: not the bytes that python-osc builds")
    pairs = [_in_turns(Timer(a), Timer(b), 5 if short else 40) for _ in range(ROUNDS)]
    fastest = min(a for a, _ in pairs), min(b for _, b in pairs)
    return [
        *ratio(case, "python-osc / ours", [b / a for a, b in pairs], goal),
        Row(case, "ours", 1e6 * fastest[0], "us"),
        Row(case, "python-osc", 1e6 * fastest[1], "us"),
    ]


def _in_turns(one: Timer, other: Timer, turns: int) -> tuple[float, float]:
    """Return the best of five of each, in seconds: the least disturbed one."""
    times = [(one.timeit(20 * turns) / (20 * turns), other.timeit(turns) / turns) for _ in range(5)]
    return min(a for a, _ in times), min(b for _, b in times)


def crowd() -> Pose:
    """Return a pose of six people who are all seen."""
    random = np.random.default_rng(0)
    people = (
        Person(slot, slot + 40, random.random((17, 3), np.float32) * np.float32(0.9) + 0.05)
        for slot in range(1, PEOPLE + 1)
    )
    return Pose(tuple(people), 16 / 9)


def by_name() -> Layout:
    """Return the layout of one address a joint and axis."""
    return choose("/p{slot}/{joint}/{axis}", Pose, OscOptions(), Dialect())


def ours(layout: Layout, pose: Pose) -> Make:
    """Return a function that encodes a pose to datagrams by our packers."""
    return lambda: bundles(layout.encode(pose, Ns(0)))


def grouped(theirs: Callable[[Pose], list[OscMessage]], layout: Layout, pose: Pose) -> Make:
    """Return a function that builds the same datagrams by python-osc, with as many messages."""
    sizes = [len(packet(datagram)) for datagram in ours(layout, pose)()]

    def make() -> list[bytes]:
        messages = iter(theirs(pose))
        return [in_bundle([next(messages) for _ in range(size)]) for size in sizes]

    return make


def in_bundle(messages: list[OscMessage]) -> bytes:
    """Return a datagram that python-osc builds; a message alone is no bundle, as with us."""
    if len(messages) == 1:
        return messages[0].dgram
    builder = OscBundleBuilder(IMMEDIATELY)
    for message in messages:
        builder.add_content(message)
    return builder.build().dgram


def packed(pose: Pose) -> list[OscMessage]:
    """Return a message for each person, built by python-osc."""
    built = []
    for person in pose.people:
        builder = OscMessageBuilder(f"/pose/{person.slot}")
        builder.add_arg(person.id, "i")
        for value in person.joints.ravel().tolist():
            builder.add_arg(value, "f")
        built.append(builder.build())
    return built


def named(pose: Pose) -> list[OscMessage]:
    """Return a message for each joint and axis, built by python-osc."""
    built = []
    for person in pose.people:
        for joint, numbers in zip(JOINTS, person.joints.tolist(), strict=True):
            for axis, value in zip("xy", numbers, strict=False):
                builder = OscMessageBuilder(f"/p{person.slot}/{joint}/{axis}")
                builder.add_arg(value, "f")
                built.append(builder.build())
    return built


def one_number() -> list[bytes]:
    """Return a message of one number, built by python-osc."""
    builder = OscMessageBuilder("/filter/cutoff")
    builder.add_arg(0.5, "f")
    return [builder.build().dgram]
