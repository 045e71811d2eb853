"""How many messages a second pass through the engine offline, with next to nothing in the boxes.

A step is one message through the one door, ``Engine.step``: a picture comes in, two boxes are
called, and one packet of OSC is really sent to a port on this machine. The measuring of delays,
the isolation of failures and the waking of boxes are all in it.

Beside it, with the very same boxes: plain function calls in a loop, which is what the boxes and
the packet cost by themselves, and asyncio with a task and a queue for every box, which is how such
engines are often built, and which measures, isolates and wakes nothing.

No slower than tasks is what decides, with one message at a time under way, as in a show: the next
picture comes when the last one has long left. Tasks are quicker where eight may be under way, as
in a batch; that is shown as well.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from engine.core.messages import Frame, Ns
from engine.lab.bench.report import Goal, Row, ratio
from engine.lab.bench.rig.listener import Drain
from engine.lab.bench.rig.little import INTERVAL, PATCH, CornerBrightness, SamePictures, pictures
from engine.lab.bench.rig.stretch import plan_of
from engine.lab.bench.rig.turns import PAIRS
from engine.nodes.smooth import Smooth
from engine.runtime.offline import Offline
from engine.sinks.osc_out import OscOut

PORT = "/light"
BATCH = 8
"""How many messages are under way at once where tasks work off a batch."""

GOALS: dict[str, Goal] = {"a task a box": ("<=", 1.0)}

Way = Callable[[int, int], float]
"""Sends so many messages to a port, and returns the seconds that it took."""


def run(short: bool, messages: int | None = None) -> list[Row]:
    """Measure for half a minute; short, for three seconds."""
    messages = messages or (4_000 if short else 20_000)
    ways: dict[str, Way] = {
        "engine": engine,
        "plain calls": plain,
        "a task a box": partial(tasks, 1),
        "a task a box, in batches": partial(tasks, BATCH),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    with Drain() as drain:
        for each in ways.values():
            each(messages // 10, drain.port)
        for _ in range(3 if short else PAIRS):
            for name, way in ways.items():
                took[name].append(way(messages, drain.port) / messages)
    fastest = {name: 1e6 * min(seconds) for name, seconds in took.items()}
    between = fastest["engine"] - fastest["plain calls"]
    rows = [_speed(name, us) for name, us in fastest.items()]
    rows += [Row(name, "a message", us, "us") for name, us in fastest.items()]
    rows.append(Row("engine", "of it between the boxes", between, "us"))
    for other in list(ways)[1:]:
        ratios = [a / b for a, b in zip(took["engine"], took[other], strict=True)]
        rows += ratio(f"engine / {other}", "time a message", ratios, GOALS.get(other))
    return rows


def engine(messages: int, port: int) -> float:
    """Return the seconds that a patch takes offline."""
    text = PATCH.format(count=messages, port=port)
    show = Offline(plan_of(text, {"same_pictures": SamePictures, "glance": CornerBrightness}))
    return _timed(show.play)


def plain(messages: int, port: int) -> float:
    """Return the seconds that the same boxes take in a loop, called one after the other."""
    few, glance, smooth, out = pictures(), CornerBrightness(), Smooth(), _out(port)

    def play() -> None:
        for number in range(messages):
            at = Ns(number * INTERVAL)
            value = smooth.process(glance.process(few[number % len(few)]), at)
            if value is not None:
                out.send(PORT, value, at)
                out.flush(at)

    seconds = _timed(play)
    out.close()
    return seconds


def tasks(under_way: int, messages: int, port: int) -> float:
    """Return the seconds that the same boxes take as tasks with queues between them."""
    return _timed(partial(asyncio.run, _tasks(under_way, messages, _out(port))))


async def _tasks(under_way: int, messages: int, out: OscOut) -> None:
    frames: asyncio.Queue[tuple[Frame, Ns]] = asyncio.Queue()
    levels: asyncio.Queue[tuple[float, Ns]] = asyncio.Queue()
    calmed: asyncio.Queue[tuple[float | None, Ns]] = asyncio.Queue()
    places = asyncio.Semaphore(under_way)
    glance, smooth = CornerBrightness(), Smooth()

    async def film() -> None:
        few = pictures()
        for number in range(messages):
            await places.acquire()
            frames.put_nowait((few[number % len(few)], Ns(number * INTERVAL)))

    async def light() -> None:
        for _ in range(messages):
            frame, at = await frames.get()
            levels.put_nowait((glance.process(frame), at))

    async def calm() -> None:
        for _ in range(messages):
            level, at = await levels.get()
            calmed.put_nowait((smooth.process(level, at), at))

    async def send() -> None:
        for _ in range(messages):
            value, at = await calmed.get()
            if value is not None:
                out.send(PORT, value, at)
                out.flush(at)
            places.release()

    await asyncio.gather(film(), light(), calm(), send())
    out.close()


def _out(port: int) -> OscOut:
    out = OscOut(to=f"127.0.0.1:{port}")
    out.plug(PORT, float, None)
    out.open()
    return out


def _timed(play: Callable[[], object]) -> float:
    begun = time.perf_counter()
    play()
    return time.perf_counter() - begun


def _speed(case: str, us: float) -> Row:
    goal: Goal | None = (">=", 20_000.0) if case == "engine" else None
    return Row(case, "steps a second", 1e6 / us, "1/s", goal)
