"""What holds for any patch, any script, any message: hypothesis looks for where it does not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import testing
from engine.core.clock import VirtualClock, ns
from engine.core.commands import Lost, Panic, PlayPatch, Release, SetParameter
from engine.core.context import Context
from engine.core.messages import (
    JOINTS,
    Block,
    Frame,
    Message,
    Note,
    Ns,
    Person,
    Pitch,
    Pose,
    Trigger,
)
from engine.core.source import Tape
from engine.patch.compile import compile_patch
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, CommandEntry, LaneResult, StateChange, WakeUp
from engine.runtime.workers.inline import InlineLane

from .boxes import BOXES, COLLECT, got, picture

EXAMPLES = settings(max_examples=40, deadline=None)


class Given(Tape):
    """Says what a test gives it."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float, "frame": Frame}
    _events: ClassVar[list[tuple[float, Any]]] = []

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for second, value in sorted(self._events, key=lambda event: event[0]):
            outlet = "number" if isinstance(value, float) else "frame"
            yield ns(second), outlet, value if isinstance(value, float) else picture(value)


MINE = {**BOXES, "given": Given}
GIVEN = '[g]\nuse="given"\n'

times = st.integers(0, 400).map(lambda ms: ms / 100)
links = st.lists(
    st.sampled_from(["double", "sum", "smooth", "count", "fussy", "drop", "delay", "throttle"]),
    max_size=4,
).filter(lambda uses: uses.count("count") < 2)  # or there are a million events
commands = st.one_of(
    st.builds(
        SetParameter,
        st.sampled_from(["g", "b0", "b1", "c", "nobody"]),
        st.sampled_from(["on", "by", "time", "smooth", "nothing"]),
        st.one_of(st.booleans(), st.floats(), st.text(max_size=3), st.none(), st.just(10**400)),
    ),
    st.builds(Release, st.sampled_from(["b0", "b1"]), st.sampled_from(["by", "on"])),
    st.just(Panic()),
    st.builds(PlayPatch, st.one_of(st.integers(), st.text(max_size=3))),
)
entries = st.one_of(
    commands,
    st.just(CommandEntry("g", Lost("gone"))),
    st.just(StateChange("g", "running")),
)
scripts = st.lists(st.tuples(times, entries), max_size=12)


def chain(uses: list[str]) -> str:
    """Write a patch of boxes one after another, each of which is sent, the last also to a cue."""
    before, text, ports = "g", GIVEN, ""
    for index, use in enumerate(uses):
        text += f'[b{index}]\nuse="{use}"\nfrom="{before}"\n'
        before = f"b{index}"
        ports += f'p{index}="{before}"\n'
    ports += f'cue={{when="{before}", at_most="100 ms"}}\n'
    return text + COLLECT + ports


@EXAMPLES
@given(links, st.lists(st.tuples(times, st.floats(0, 20)), max_size=30), scripts)
def test_the_same_entries_give_the_same_trace(
    uses: list[str], events: list[tuple[float, float]], script: list[Any]
) -> None:
    Given._events = events
    first, second = (testing.play(chain(uses), script, seconds=5, boxes=MINE) for _ in range(2))
    assert str(first) == str(second)
    assert first.stats == second.stats
    assert all(math.isfinite(value) for value in got(first, "p0"))


@EXAMPLES
@given(
    st.lists(times, max_size=40, unique=True),
    st.integers(0, 900),
    st.lists(times, max_size=3),
)
def test_pictures_through_a_lane_never_go_back_and_all_are_accounted_for(
    seconds: list[float], cost: int, losses: list[float]
) -> None:
    Given._events = [(second, index) for index, second in enumerate(sorted(seconds))]
    script: list[Any] = []
    for loss in losses:
        script.append((loss + 0.001, CommandEntry("g", Lost("gone"))))
        script.append((loss + 0.002, StateChange("g", "running")))
    patch = GIVEN + '[l]\nuse="look"\nfrom="g.frame"\n' + COLLECT + 'l="l"\ng="g.frame"\n'
    played = testing.play(patch, script, costs={"l": cost}, boxes=MINE)
    seen = got(played, "l")
    assert seen == sorted(set(seen))
    lane = played.stats["lanes"]["l"]
    offered = len(got(played, "g"))
    assert offered == len(seconds)
    assert offered - 1 <= lane["runs"] + lane["dropped"] <= offered
    if not losses:
        assert lane["runs"] == len(seen)


def _pose(numbers: list[float]) -> Pose:
    joints = np.resize(np.array(numbers, np.float32), (len(JOINTS), 3))
    return Pose((Person(1, 1, joints),), numbers[0])


floats = st.floats(width=32)
messages = st.one_of(
    st.floats(),
    st.integers(),
    st.just(10**400),
    st.booleans(),
    st.text(max_size=5),
    st.none(),
    st.just(object()),
    st.builds(Trigger, st.floats()),
    st.builds(Pitch, st.floats(), st.floats(), st.floats(), st.booleans()),
    st.builds(Note, st.integers(), st.integers(), st.integers()),
    st.lists(floats, min_size=1, max_size=9).map(_pose),
    st.lists(floats, max_size=9).map(lambda s: Block(np.array(s, np.float32), 48_000, 0)),
    st.lists(st.integers(0, 255), min_size=1, max_size=1).map(lambda n: picture(n[0])),
)
EVERYTHING = (
    GIVEN
    + '[smooth]\nuse="smooth"\nfrom="g"\n[double]\nuse="double"\nfrom="g"\nby={from="g"}\n'
    + '[gate]\nuse="gate"\nfrom="g"\nabove=0.5\n[split]\nuse="split"\nfrom="g"\n'
    + '[delay]\nuse="delay"\nfrom="g"\ntime="10 ms"\n[look]\nuse="look"\nfrom="g.frame"\n'
    + '[out]\nuse="osc_out"\nto="127.0.0.1:9"\n[out.send]\n"/a"="g"\n"/b"="smooth"\n'
    + '"/c"={from="g", in=[0, 1], to=[0, 9], choose=["x", "y"]}\n"/d"={when="gate", args=[]}\n'
    + '"/e"="look"\n'
    + COLLECT
    + 'a="g"\nb="double"\nc="split.high"\nd="delay"\ne={from="look", every="20 ms"}\n'
)


@EXAMPLES
@given(st.lists(st.tuples(st.sampled_from(["number", "frame"]), messages), max_size=25), scripts)
def test_nothing_that_comes_in_breaks_the_engine(
    said: list[tuple[str, Any]], script: list[tuple[float, Any]]
) -> None:
    registry = Registry()
    plan = compile_patch(
        parse(EVERYTHING), lambda use: MINE[use] if use in MINE else registry.find(use)
    )
    clock = VirtualClock()
    engine = Engine(plan, clock, lambda name, node: InlineLane(name, node, Context(name), 0))
    engine.step(StateChange("c", "running"))
    out = plan.boxes["out"].box
    out.open()  # type: ignore[call-arg]
    engine.step(StateChange("out", "running"))
    for index, (outlet, message) in enumerate(said):
        at = Ns(index * 10_000_000)
        clock.move_to(at)
        engine.step(Arrival("g", outlet, message, at))
        engine.step(LaneResult("look", engine.states["look"].lane.generation, message, at, 0, 0))  # type: ignore[union-attr]
        engine.step(WakeUp())
        for _, entry in script[index : index + 1]:
            engine.step(
                entry if isinstance(entry, CommandEntry | StateChange) else CommandEntry("x", entry)
            )
    engine.silence()
    engine.outbox.flush()
    out.close()
    sent = engine.states["c"].box.of("a")  # type: ignore[attr-defined]
    assert all(math.isfinite(one) for one in sent if isinstance(one, float))
