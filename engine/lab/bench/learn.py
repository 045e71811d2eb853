"""How well the box ``learn`` learns poses, knobs and gestures from a few examples, and how fast.

The stand-in teaches and plays, as another person each time: five poses, twenty examples each, in
four takes or in one; two knobs by one arm, taught in five by five places; ten gestures, three
examples each, made by somebody else at 0.7 to 1.4 of their speed, and minutes of free dancing in
which none was meant. Five poses that were never shown are to be "unsure". What is reported was
never tuned on: that was done on seeds 100 to 115.

Then a metronome is heard through JACK, and its loudness sent, while a box beside it is shown
something and learns from 500 examples of 20 numbers anew each second, or is left be: in turn, and
what decides is how much later one in a hundred of the values leaves.

Joints are the true ones, and tremble by 0.4 % of the picture's height. Of the stand-in's poses
"gather" is not among the five others: within what people do differently it is "akimbo".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any, Final

import numpy as np

from engine.core.messages import Pose
from engine.lab.bench.report import COUNT, Row, ratio
from engine.lab.bench.rig.lesson_examples import NAMES, lesson_examples
from engine.lab.bench.rig.listener import Drain
from engine.lab.bench.rig.performer import FPS, GESTURES, TAUGHT, UNSEEN, Performer
from engine.lab.bench.rig.turns import Numbers, child, in_turn, median, ratios
from engine.lab.bench.sound import SHORT_BLOCK, SINGER, metronome
from engine.learning import network_fitting
from engine.learning.examples import Examples
from engine.learning.lesson import Lesson
from engine.learning.named_numbers import NamedNumbers, moment
from engine.nodes.learn import Learn
from engine.system.blas import multiply_on_one_thread

SEEDS: Final = range(9000, 9008)
_MOMENTS: Final = 20
_STRANGER: Final = 5000
_SPEEDS: Final = (0.7, 0.85, 1.0, 1.2, 1.4)
_LEARNERS: Final = (
    ("classify", "examples"),
    ("regress", "examples"),
    ("gesture", "examples"),
    ("classify", "network"),
)
_AGAIN: Final = 1.0
"""Seconds from one training to the next, beside the sound."""
_WARM: Final = 3.0


def run(short: bool, beside: bool = True) -> list[Row]:
    """Teach, and play with what was taught; ``beside`` sound too, for about seven minutes."""
    seeds = SEEDS[:1] if short else SEEDS
    multiply_on_one_thread()  # as the process of the box does
    return [
        *_poses(seeds, 2 if short else 20, takes=4),
        *_poses(seeds, 1 if short else 20, takes=1),
        *_knobs(seeds),
        *_gestures(seeds, _SPEEDS[2:3] if short else _SPEEDS, 3 if short else 60),
        *_times(),
        *(_beside(1 if short else 5, 2.0 if short else 8.0) if beside else ()),
    ]


def _poses(seeds: range, each: int, takes: int) -> list[Row]:
    """Return how poses are told that were shown in so many takes; of one take it has no goal."""
    right = wrong = unknown = tried = 0
    for seed in seeds:
        teacher, stranger = Performer(seed), Performer(seed + _STRANGER)
        examples = Examples()
        for _ in range(takes):
            for name in TAUGHT:
                _record(examples, name, list(teacher.poses(name, _MOMENTS // takes)))
        lesson = Lesson.of("classify", examples, Learn.reach)
        for name in TAUGHT * each:
            said = _class(lesson, next(stranger.poses(name, 1)))
            right, wrong = right + (said == name), wrong + (said not in (name, ""))
            tried += 1
        for name in UNSEEN * each:
            unknown += not _class(lesson, next(stranger.poses(name, 1)))
    case = f"five poses, {takes} {'take' if takes == 1 else 'takes'}"
    several = takes > 1
    return [
        Row(case, "told", 100 * right / tried, "%", (">=", 97) if several else None),
        Row(case, "taken for another", wrong, COUNT, ("<=", tried // 100)),
        Row(
            case, "five others unsure", 100 * unknown / tried, "%", (">=", 90) if several else None
        ),
    ]


def _class(lesson: Lesson, pose: Pose) -> str:
    found = lesson.classified(_numbers(pose))
    if found is None or found.distance > 1:
        return ""
    return max(found.shares, key=lambda name: found.shares[name])


def _knobs(seeds: range) -> list[Row]:
    """Return how far two knobs are off that an arm turns: how high it is, and how bent."""
    off: list[float] = []
    missed = 0
    for seed in seeds:
        teacher, stranger = Performer(seed), Performer(seed + _STRANGER)
        examples = Examples()
        for raised in np.linspace(0, 1, 5):
            for bent in np.linspace(0, 1, 5):
                shown = [teacher.reaches(raised, bent) for _ in range(4)]
                _record(examples, "here", shown, raised=float(raised), bent=float(bent))
        lesson = Lesson.of("regress", examples, Learn.reach)
        for raised, bent in np.random.default_rng(seed).uniform(0, 1, (40, 2)):
            found = lesson.reckoned(_numbers(stranger.reaches(raised, bent)))
            if found is None or found.distance > 1:
                missed += 1
                continue
            off += [abs(found.knobs["raised"] - raised), abs(found.knobs["bent"] - bent)]
    return [
        Row("two knobs", "off, of their way", 100 * float(np.mean(off)), "%", ("<=", 5)),
        Row("two knobs", "off, 95 of 100 within", 100 * float(np.quantile(off, 0.95)), "%"),
        Row("two knobs", "unsure", 100 * missed / (40 * len(seeds)), "%"),
    ]


def _gestures(seeds: range, speeds: tuple[float, ...], seconds: int) -> list[Row]:
    right = tried = false = 0
    for seed in seeds:
        teacher, stranger = Performer(seed), Performer(seed + _STRANGER)
        examples = Examples()
        for _ in range(3):
            for name in GESTURES:
                _record(examples, name, list(teacher.gesture(name)))
        lesson = Lesson.of("gesture", examples, Learn.reach)
        clock = 0.0
        for speed in speeds:
            for name in GESTURES:
                made = [*stranger.stands(0.4), *stranger.gesture(name, speed)]
                lesson.reset()
                said, clock = _spotted(lesson, [*made, *stranger.stands(1.0)], clock)
                right += said == [name]
                tried += 1
        lesson.reset()
        false += len(_spotted(lesson, list(stranger.dances(seconds)), clock)[0])
    minutes = len(seeds) * seconds / 60
    return [
        Row("ten gestures", "told, and nothing else", 100 * right / tried, "%", (">=", 95)),
        Row("free dancing", "false alarms a minute", false / minutes, "a minute", ("<=", 1)),
    ]


def _spotted(lesson: Lesson, shown: list[Pose], clock: float) -> tuple[list[str], float]:
    said = []
    for pose in shown:
        clock += 1 / FPS
        spotted, _ = lesson.spotted(_numbers(pose), clock)
        if spotted is not None:
            said.append(spotted.label)
    return said, clock


def _times() -> list[Row]:
    """Return how long it takes to learn from 500 examples of 20 numbers, and to answer."""
    examples = lesson_examples()
    now = NamedNumbers(NAMES, examples.rows()[0])
    rows = []
    for task in ("classify", "regress", "gesture"):
        lesson, took = _timed(partial(Lesson.of, task, examples, Learn.reach), 3)
        ask = {
            "classify": partial(lesson.classified, now),
            "regress": partial(lesson.reckoned, now),
            "gesture": partial(_follow, lesson, now, count()),
        }
        case = f"{task}, {examples.count} x {len(NAMES)}"
        rows.append(Row(case, "to learn", took, "ms", ("<=", 1000)))
        rows.append(Row(case, "to answer", _timed(ask[task], 200)[1], "ms", ("<=", 0.3)))
    return rows


def _beside(pairs: int, seconds: float) -> list[Row]:
    """Return how much later one in a hundred loudness values leaves while a box learns anew."""
    rows: list[Row] = []
    with Drain() as drain, metronome(SHORT_BLOCK):
        for task, model in _LEARNERS:
            if model == "network" and not network_fitting.is_here():
                continue
            measure = partial(_sound, drain.port, seconds, task, model)
            learning, quiet = in_turn(pairs, partial(measure, _AGAIN), partial(measure, 0.0))
            case = f"sound beside {task}" + (" by a network" if model == "network" else "")
            rows.append(Row(case, "quiet, behind p99", median(quiet, "p99"), "ms"))
            rows.append(Row(case, "learning, behind p99", median(learning, "p99"), "ms"))
            found = ratios(learning, quiet, "p99")
            rows += ratio(f"{case}, learning / quiet", "behind p99", found, ("<=", 1.5))
    return rows


def _sound(port: int, seconds: float, task: str, model: str, every: float) -> Numbers:
    measured = child("lesson_player", SINGER, port, seconds, _WARM, task, model, every)
    return {"p50": measured["behind"]["p50"], "p99": measured["behind"]["p99"]}


def _follow(lesson: Lesson, now: NamedNumbers, clock: Iterator[int]) -> None:
    lesson.spotted(now, next(clock) / 10)


def _timed(act: Callable[[], Any], times: int) -> tuple[Any, float]:
    """Return what comes of something, and the median of its times in ms."""
    took = []
    answer = None
    for _ in range(times):
        begun = time.perf_counter()
        answer = act()
        took.append(1000 * (time.perf_counter() - begun))
    return answer, float(np.median(took))


def _record(examples: Examples, name: str, shown: list[Pose], **knobs: float) -> None:
    examples.begin(name, knobs)
    for place, pose in enumerate(shown):
        examples.add(_numbers(pose), place / FPS)


def _numbers(pose: Pose) -> NamedNumbers:
    return moment([("value", pose)], 0, Learn.confidence)
