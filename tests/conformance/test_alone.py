"""Every node and model alone, on the thread that asks and in a process of its own.

It takes whatever its inlets accept, nonsense included; it may be reset, closed and opened again at
any time; and what is no number never gets through.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.contents import without_numbers
from engine.core.context import Context
from engine.core.event_inlets import read_event_inlets
from engine.core.kinds import Kind
from engine.core.messages import (
    After,
    Beat,
    Block,
    Frame,
    Instance,
    Landmarks,
    Mask,
    Ns,
    Person,
    Pitch,
    Pose,
    Trigger,
)
from engine.core.node import Node
from engine.core.signature import Inlet, read_signature
from engine.core.skeletons import BLAZEPOSE_33
from engine.runtime.schedule.call import RemoteError, events
from engine.runtime.schedule.finite import is_finite
from engine.runtime.schedule.job import Job
from engine.runtime.workers.in_process import InProcessWorker
from engine.runtime.workers.out_of_process import SubprocessWorker
from engine.runtime.workers.worker import Worker
from tests.by_night import few

from . import boxes

Way = Callable[[Node], Worker]
NONSENSE = (math.nan, math.inf, -math.inf, 1e308, -1e308)


def here(node: Node) -> Worker:
    """Have it work on the thread that asks."""
    return InProcessWorker(node, Context("alone"))


def apart(node: Node) -> Worker:
    """Have it work in a process of its own."""
    return SubprocessWorker("alone", node, Context("alone"))


EVERY = [*boxes.MODELS, *boxes.NODES]
every_node = pytest.mark.parametrize("name", EVERY)
in_every_way = pytest.mark.parametrize(
    ("name", "way"),
    [(name, here) for name in EVERY]
    # A process of its own takes twice as long, and is the same for all boxes.
    + [(name, apart) for name in few(EVERY, 25) if os.name == "posix"],  # elsewhere on threads
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
plain_nodes = pytest.mark.parametrize("name", boxes.NODES)


def joints(number: float) -> Pose:
    return Pose((Person(1, 1, np.full((17, 3), number, np.float32)),), 1.5)


def deep(number: float) -> Landmarks:
    return Landmarks(BLAZEPOSE_33, (Instance(1, 1, np.full((33, 4), number, np.float32)),), 1.5)


ODD: dict[type, list[Any]] = {
    float: [*NONSENSE, 0.9, 0.1],
    int: [0, 2**63 - 1, -(2**63)],
    bool: [False],
    str: [""],
    Landmarks: [joints(math.nan), deep(0.5), deep(math.inf), Pose((), 1.5)],
    Pose: [joints(math.nan), joints(math.inf), Pose((), 1.5)],
    Pitch: [Pitch(math.nan, math.nan, math.nan, True)],
    Trigger: [Trigger(math.nan)],
    Beat: [Beat(-3, 2**40, 0.0, 2.0), Beat(9, 4, -1e300, -1.0)],
    Frame: [Frame(np.zeros((1, 1, 3), np.uint8))],
    Mask: [Mask(np.full((48, 64), math.nan, np.float32))],
    Block: [
        Block(np.full(480, math.nan, np.float32), 48000, 0),
        Block(np.zeros(0, np.float32), 48000, 0),
    ],
}
"""What is strange of a kind, beside an example without numbers."""


def messages(inlet: Inlet, *, odd: bool) -> Iterator[Any]:
    """Yield what an inlet takes, of each kind: examples, and what is strange."""
    for kind in boxes.accepted(inlet):
        yield from boxes.series(kind, 3)
        if odd:
            yield without_numbers(boxes.series(kind, 1)[0])
            yield from ODD.get(kind, ())


def feed(
    name: str, worker: Worker, node: Node | None = None, *, odd: bool = True, start: float = 0.0
) -> list[Any]:
    """Ask a box everything from a second on, and return what it says.

    ``node`` is woken when it asks for it.
    """
    cls = boxes.find_node(name)
    hot, *cold = read_signature(cls).inlets
    needed = boxes.fresh(name).needs()
    others = [
        next(messages(each, odd=False)) if each.waits or each.name in needed else each.default
        for each in cold
    ]
    others += [Ns(0)] * len(read_signature(cls).moments)
    said: list[Any] = []
    at = ns(start)
    for _ in range(1 if boxes.is_model(name) else 3):
        for message in messages(hot, odd=odd):
            at = Ns(at + ns(1 / 30))
            said += ask(worker, (message, *others), at)
            said += woken(node, at, once=True)
        for inlet in read_event_inlets(cls).values():
            for message in messages(inlet, odd=odd):
                said += ask(worker, (message,), at, inlet.name)
    return said + woken(node, None)


def ask(worker: Worker, arguments: tuple[Any, ...], at: Ns, inlet: str = "") -> list[Any]:
    """Return what a box says to one message; that it refuses one in words is an answer too."""
    try:
        return list(worker.answer(Job(arguments, Kind.LOSSLESS, at, 0, 0, inlet)))
    except RemoteError as error:
        assert str(error)
    return []


def woken(node: Node | None, at: Ns | None, *, once: bool = False) -> list[Any]:
    """Wake a box when it asks for it, up to a moment; without one, 200 times at most."""
    said: list[Any] = []
    for _ in range(1 if once else 200):
        due = node.wake() if node else None
        if node is None or due is None or (at is not None and due > at):
            break
        said += events(node.on_wake(due))
    return said


PATIENT = {"beat"}
"""Networks that say nothing of what they are fed here: a tone has no beat."""


@in_every_way
def test_it_lives_twice_may_be_reset_at_any_time_and_begins_anew(name: str, way: Way) -> None:
    node = boxes.fresh(name)
    worker = way(node)
    worker.close()  # nothing was opened
    told = []
    for life in range(2):
        worker.open()
        worker.reset()
        told.append(feed(name, worker, odd=False, start=100.0 * life))
        worker.reset()
        worker.close()
        worker.close()
    assert boxes.broken(flat(told[0])) == []
    assert len(told[0]) == len(told[1]), "it has forgotten its first life"
    assert name in PATIENT or not boxes.is_model(name) or told[0]


@in_every_way
def test_what_is_no_number_never_gets_through(name: str, way: Way) -> None:
    node = boxes.fresh(name)
    worker = way(node)
    worker.open()
    try:
        said = flat(feed(name, worker, node if way is here else None))
        worker.reset()
        said += flat(feed(name, worker, start=100.0))
    finally:
        worker.close()
    if passes_on(name):
        # A message that is passed on whole is its maker's business; a bare number is not.
        said = [message for message in said if isinstance(message, float)]
    assert [message for message in said if not boxes.is_registered(message)] == []
    assert [message for message in said if not is_finite(message)] == []


def passes_on(name: str) -> bool:
    """Whether a box gives what it got."""
    return any(
        isinstance(carried, TypeVar)
        for carried in read_signature(boxes.find_node(name)).outlets.values()
    )


def flat(said: list[Any]) -> list[Any]:
    """Return what leaves by each outlet, one by one."""
    found: list[Any] = []
    for each in said:
        message = each.message if isinstance(each, After) else each
        several = message if isinstance(message, tuple) else (message,)
        found += [part for part in several if part is not None]
    return found


@plain_nodes
def test_a_new_one_asks_for_nothing(name: str) -> None:
    node = boxes.fresh(name)
    node.reset()
    assert node.wake() is None


@every_node
def test_two_of_a_kind_share_nothing(name: str) -> None:
    one, other, untouched = (boxes.fresh(name) for _ in range(3))
    worker = here(one)
    worker.open()
    feed(name, worker, one, odd=False)
    state = [field.name for field in fields(one) if field.name.startswith("_")]
    assert {each: plain(getattr(other, each)) for each in state} == {
        each: plain(getattr(untouched, each)) for each in state
    }
    worker.close()


def plain(value: Any) -> str:
    """Return what can be compared of a part of a box's state."""
    compared = isinstance(value, int | float | str | tuple | list | dict | set | type(None))
    return repr(value) if compared else type(value).__name__
