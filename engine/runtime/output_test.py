"""A patch of which only the outputs play: a test value through one after another.

No camera, no microphone and no network is opened, so it works at home as on the stage, and beside a
show that plays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from engine.core.clock import SECOND
from engine.core.errors import PatchError, Problem
from engine.core.messages import Message, Ns
from engine.core.nearest import nearest
from engine.core.secrets import hide_secrets
from engine.core.sink import Sink
from engine.core.source import Tape
from engine.patch.islands import make_islands
from engine.patch.load import Texts, load_texts
from engine.patch.plan import Into, Outlet, Plan, PlannedBox, Wire
from engine.registry import Registry
from engine.runtime.metrics import LOG, route_name
from engine.runtime.opening import plan_document
from engine.runtime.sweep_signal import Signal, make_signal

NAME: Final = "test signal"
"""The box that plays in place of all that is before the outputs."""

GAP: Final = 3 * SECOND // 10
"""ns of silence between two outputs."""


class SignalTape(Tape):
    """Plays signals one after another, each on an outlet of its own."""

    seconds: float
    loop: bool = False

    def __post_init__(self) -> None:
        self._tests: Sequence[OutputTest] = ()

    def play(self, tests: Sequence[OutputTest]) -> None:
        """Play these, in this order."""
        self._tests = tests

    @property
    def endless(self) -> bool:
        """Whether it begins again at the end."""
        return self.loop

    def outlets(self) -> Mapping[str, type]:
        """Return one outlet for each output, by the name of that."""
        return {test.name: object for test in self._tests}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the signals; each is brought to rest before the next begins."""
        start = 0
        while True:
            for test in self._tests:
                yield Ns(start), "", None
                LOG.info("%s: %s, to %s", test.name, test.signal.words, test.destination)
                yield from self._signal(test, start)
                start += round(self.seconds * SECOND) + GAP
            if not self.loop:
                return

    def _signal(self, test: OutputTest, start: int) -> Iterator[tuple[Ns, str, Message]]:
        length, passed = round(self.seconds * SECOND), 0
        for passed in range(0, length, test.signal.every):
            for message in test.signal.values(passed):
                yield Ns(start + passed), test.name, message
            yield Ns(start + min(passed + test.signal.every, length)), "", None
        for message in test.signal.rest(passed):
            yield Ns(start + length), test.name, message


class OutputTest:
    """The test of one output: what is sent, and where to."""

    def __init__(self, wire: Wire, name: str, signal: Signal, destination: str) -> None:
        self.wire = wire
        self.name = name
        self.signal = signal
        self.destination = destination


def open_test(
    texts: Texts, *, which: str = "", to: str | None = None, seconds: float, loop: bool = False
) -> Plan:
    """Return a Plan that plays a test through the outputs of a patch, for ``seconds`` each.

    ``which`` names one ("out/filter"), an address, or a box for all of its outputs; "" means all.
    Raise PatchError where the patch has problems or no such output.
    """
    find = Registry(texts.file.parent if texts.file else None).find
    plan = plan_document(load_texts(texts), find, to=to, live=False)
    tests = _tests(plan, which)
    tape = SignalTape(seconds=seconds, loop=loop)
    tape.play(tests)
    sinks = {test.wire.box: plan.boxes[test.wire.box] for test in tests}
    boxes = {NAME: PlannedBox(NAME, NAME, tape, {}), **sinks}
    wires = tuple(_wire(test) for test in tests)
    return Plan(plan.title, boxes, wires, make_islands(boxes, wires), texts=plan.texts)


def _wire(test: OutputTest) -> Wire:
    wire = test.wire
    return Wire(
        Outlet(NAME, test.name),
        "",
        wire.box,
        Into.PORT,
        wire.name,
        wire.carries,
        None,
        wire.options,
    )


def _tests(plan: Plan, which: str) -> list[OutputTest]:
    outputs = {route_name(w.box, w.name): w for w in plan.wires if w.into is Into.PORT}
    file = plan.texts.file if plan.texts else None
    if not outputs:
        raise PatchError(
            [Problem("nothing leaves from this patch, so nothing can be tested", file)]
        )
    chosen = [name for name, wire in outputs.items() if which in ("", name, wire.name, wire.box)]
    if not chosen:
        names = dict.fromkeys(each for name, wire in outputs.items() for each in (name, wire.name))
        hint = nearest(which, names) or f" There is: {', '.join(outputs)}."
        raise PatchError([Problem(f'there is no way out "{which}".{hint}', file)])
    return [*_made(plan, {name: outputs[name] for name in chosen})]


def _made(plan: Plan, outputs: Mapping[str, Wire]) -> Iterator[OutputTest]:
    left_out = 0
    for name, wire in outputs.items():
        signal = make_signal(plan, wire, name, full=True)
        if signal is None:
            left_out += 1
            LOG.warning("%s: what it carries cannot be made up; it is left out", name)
            continue
        yield OutputTest(wire, name, signal, _destination(plan.boxes[wire.box].box))
    if left_out == len(outputs):
        raise PatchError([Problem("nothing of it can be tested")])


def _destination(box: Any) -> str:
    return (hide_secrets(box.destination) if isinstance(box, Sink) else "") or "nowhere"
