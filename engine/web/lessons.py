"""Boxes that learn from examples, as the page shows them: what they know, and what they were shown.

What they know is read from their outlets. What they were shown is what came in while the number of
their examples grew, whoever held the button: a page, a pedal, a pad or a program. It is kept here
for as long as the show runs, and goes nowhere else. Pictures are dropped as soon as it is private.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.core.clock import MILLISECOND
from engine.core.kinds import is_picture, picture_of
from engine.core.landmarks import Landmarks
from engine.core.messages import Features, Pitch, Text
from engine.core.source import Remote
from engine.dsp.image.jpeg import downscaled, encode_jpeg
from engine.patch.plan import Into, Outlet
from engine.runtime.engine import Engine
from engine.runtime.schedule.slots import NOTHING, Slot
from engine.runtime.schedule.state import BoxState
from engine.web.framing import Framing
from engine.web.rights import is_taught

LONGEST: Final = 96
"""Pixels of a thumbnail."""
KEPT: Final = 12
"""Examples of a class that are shown, the newest."""
_QUALITY: Final = 70
_MOMENTS: Final = 400
_PICTURES: Final = 40
_NUMBERS: Final = 48
_LINES: Final = 4
_POINTS: Final = 32
_INLETS: Final = (Into.HOT, Into.MORE, Into.COLD)

Values = NDArray[np.float64]
Line = list[list[float]]


class LessonNow(Struct, frozen=True):
    """How a box that learns stands, and how sure it is now. What is not known is None, or empty.

    ``classes`` are the names with how many moments each was shown, ``shares`` how sure it is of
    each, 0 to 1, ``knobs`` what it makes of now, and ``targets`` the knobs as they would be taught.
    ``now`` is what it was called last, at ``at``, in ms of the clock of the show.
    """

    box: str
    label: str
    task: str
    classes: list[tuple[str, int]]
    shares: dict[str, float]
    now: str
    at: float
    confidence: float | None
    unsure: bool
    progress: float | None
    speed: float | None
    score: float | None
    report: str
    notice: str
    examples: int
    recording: bool
    knobs: dict[str, float]
    targets: dict[str, float]


class Example(Struct, frozen=True):
    """One take: a thumbnail as JPEG in base64, a figure of bones, bars, or traces over time.

    All places are 0 to 1, from the left top. One that has several of them is shown by the first.
    """

    picture: str
    figure: list[Line]
    bars: list[float]
    traces: list[Line]


@dataclass(slots=True)
class _Take:
    """What came in while something was shown."""

    moments: list[Values] = field(default_factory=list)
    figures: list[list[Line]] = field(default_factory=list)
    pictures: list[NDArray[np.uint8]] = field(default_factory=list)


@dataclass(slots=True)
class _Pupil:
    """A box that learns, and the examples that were seen on their way to it."""

    state: BoxState
    label: str
    outlets: Mapping[str, Slot]
    inlets: list[Slot]
    pictures: list[Slot]
    begun: dict[str, int] | None = None
    counts: dict[str, int] = field(default_factory=dict)
    examples: int = 0
    take: _Take | None = None
    shown: dict[str, list[Example]] = field(default_factory=dict)


class Lessons:
    """The boxes of a playing patch that learn."""

    def __init__(self, engine: Engine, previous: Lessons | None = None) -> None:
        """``previous`` are those of the same engine with its previous plan."""
        self._privacy, self._master = engine.privacy, engine.picture_master
        self._pupils = {
            name: _pupil(engine, state, Framing(engine))
            for name, state in engine.states.items()
            if not state.hidden and not isinstance(state.box, Remote) and is_taught(state)
        }
        for name, before in (previous._pupils if previous else {}).items():
            if name in self._pupils:
                pupil = self._pupils[name]
                pupil.counts, pupil.shown = before.counts, before.shown

    def read(self) -> list[LessonNow]:
        """Return how they stand now."""
        return [_lesson(pupil) for pupil in self._pupils.values()]

    def watch(self) -> None:
        """Look at what they are shown now."""
        may = self._privacy.pictures_may_leave
        light = may and not (self._master.blackout or self._master.frozen)
        for pupil in self._pupils.values():
            if not may:
                _drop_pictures(pupil)
            _watch(pupil, light)

    def shown(self) -> dict[str, dict[str, list[Example]]]:
        """Return what they were shown, by box and class."""
        return {
            name: {label: list(each) for label, each in pupil.shown.items()}
            for name, pupil in self._pupils.items()
        }


# -- Now -------------------------------------------------------------------------------------------


def _pupil(engine: Engine, state: BoxState, framing: Framing) -> _Pupil:
    name = state.name
    outlets = {outlet.name: slot for outlet, slot in engine.slots.items() if outlet.box == name}
    ends = [wire.source for wire in engine.plan.wires if wire.box == name and wire.into in _INLETS]
    seen: list[Outlet] = [
        outlet
        for outlet in engine.slots
        if outlet.box != name and framing.is_seen_through(outlet.box, name)
    ]
    return _Pupil(
        state,
        engine.plan.boxes[name].label or name,
        outlets,
        [engine.slots[end] for end in ends],
        [engine.slots[outlet] for outlet in seen],
    )


def _lesson(pupil: _Pupil) -> LessonNow:
    said = {name: _said(slot) for name, slot in pupil.outlets.items()}
    targets = getattr(pupil.state.box, "knobs", None)
    counts = _counts(pupil)
    return LessonNow(
        box=pupil.state.name,
        label=pupil.label,
        task=str(getattr(pupil.state.box, "task", "classify")),
        classes=list(counts.items()),
        shares=_named(said.get("sureness")),
        now=_text(said.get("label")),
        at=round(pupil.outlets["label"].at / MILLISECOND, 1) if "label" in pupil.outlets else 0.0,
        confidence=_number(said.get("confidence")),
        unsure=bool(said.get("unsure", True)),
        progress=_number(said.get("progress")),
        speed=_number(said.get("speed")),
        score=_number(said.get("score")),
        report=_text(said.get("report")),
        notice=_text(said.get("notice")),
        examples=_examples(pupil, counts),
        recording=_examples(pupil, counts) > sum(counts.values()),
        knobs=_named(said.get("knobs")),
        targets={name: _rounded(one) for name, one in targets.items()}
        if isinstance(targets, dict)
        else {},
    )


def _counts(pupil: _Pupil) -> dict[str, int]:
    """Return how many moments each class has: as was said, or as it stood when it began."""
    said = _said(pupil.outlets.get("counts"))
    if isinstance(said, Features):
        return {name: round(float(one)) for name, one in zip(said.names, said.values, strict=False)}
    if pupil.begun is None and pupil.state.up:
        pupil.begun = _begun(pupil.state)
    return pupil.begun or {}


def _begun(state: BoxState) -> dict[str, int]:
    """Return what a box had learned when it began, which it tells by its caption."""
    try:
        caption = state.box.caption()
    except Exception:
        return {}
    parts = (part.rpartition(" ") for part in caption.split(" · "))
    return {name: int(count) for name, _, count in parts if name and count.isdecimal()}


def _examples(pupil: _Pupil, counts: Mapping[str, int]) -> int:
    """Return how many moments it was shown, with those of the take that is held now."""
    said = _number(_said(pupil.outlets.get("examples")))
    return sum(counts.values()) if said is None else round(said)


def _said(slot: Slot | None) -> Any:
    return None if slot is None or slot.value is NOTHING else slot.value


def _named(said: object) -> dict[str, float]:
    if not isinstance(said, Features):
        return {}
    return {name: _rounded(one) for name, one in zip(said.names, said.values, strict=False)}


def _text(said: object) -> str:
    text = said.text if isinstance(said, Text) else said
    return text if isinstance(text, str) else ""


def _number(said: object) -> float | None:
    if isinstance(said, int | float) and math.isfinite(said):
        return _rounded(said)
    return None


def _rounded(value: Any) -> float:
    return round(float(value), 3) if math.isfinite(value) else 0.0


# -- What is shown ---------------------------------------------------------------------------------


def _watch(pupil: _Pupil, light: bool) -> None:
    """Follow the counts of a box: they change when a take is kept, or taken back.

    Until it is kept, the moments of a take are more than all that is counted.
    """
    counts = _counts(pupil)
    examples = _examples(pupil, counts)
    if counts != pupil.counts:
        _settle(pupil, counts)
    elif examples <= sum(counts.values()):
        pupil.take = None
    elif examples != pupil.examples:
        pupil.take = pupil.take or _Take()
        _sample(pupil, pupil.take, light)
    pupil.examples = examples


def _settle(pupil: _Pupil, counts: dict[str, int]) -> None:
    """Put the take to what grew, and let go what shrank: the last take, or all of a class."""
    before, pupil.counts = pupil.counts, counts
    take, pupil.take = pupil.take, None
    pupil.shown = {name: each for name, each in pupil.shown.items() if name in counts}
    grown = [name for name, count in counts.items() if count > before.get(name, 0)]
    for name in pupil.shown:
        if counts[name] < before.get(name, 0):
            del pupil.shown[name][-1:]
    if take is not None and take.moments and len(grown) == 1:
        kept = pupil.shown.setdefault(grown[0], [])
        kept.append(_example(take))
        del kept[:-KEPT]


def _sample(pupil: _Pupil, take: _Take, light: bool) -> None:
    """Add what is shown now."""
    said = [one for slot in pupil.inlets if (one := _said(slot)) is not None]
    numbers = [number for one in said for number in _numbers(one)][:_NUMBERS]
    if len(take.moments) < _MOMENTS:
        take.moments.append(np.array(numbers, np.float64))
        take.figures += [_figure(one) for one in said[:1] if isinstance(one, Landmarks)]
    if light and len(take.pictures) < _PICTURES:
        image = next(
            (one for slot in reversed(pupil.pictures) if (one := _image(slot)) is not None), None
        )
        if image is not None:
            take.pictures.append(np.array(downscaled(image, LONGEST)))


def _image(slot: Slot) -> NDArray[np.uint8] | None:
    value = slot.value
    if not is_picture(type(value)):
        return None
    try:
        return picture_of(value)
    except Exception:
        return None


def _numbers(said: object) -> list[float]:
    match said:
        case Features():
            return [float(one) for one in said.values[:_NUMBERS]]
        case Landmarks():
            points = said.seen[0].points if said.seen else np.empty((0, 3))
            return [float(one) for one in points[:, :2].ravel()]
        case Pitch():
            return [said.note, said.level, said.bright]
        case int() | float():
            return [float(said)]
    return []


def _figure(found: Landmarks) -> list[Line]:
    """Return the bones of whoever is seen first, as lines in their own square."""
    if not found.seen:
        return []
    points = found.seen[0].points
    known = points[:, -1] > 0
    if not known.any():
        return []
    places = points[:, :2] * np.array([found.aspect, -1.0])
    low = places[known].min(axis=0)
    span = max(float((places[known].max(axis=0) - low).max()), 1e-6)
    rest = (1.0 - (places[known].max(axis=0) - low) / span) / 2.0
    rows = {name: row for row, name in enumerate(found.skeleton.points)}
    bones = ((rows[one], rows[other]) for one, other in found.skeleton.bones)
    return [
        [[_rounded(x) for x in (places[row] - low) / span + rest] for row in bone]
        for bone in bones
        if known[bone[0]] and known[bone[1]]
    ]


def _example(take: _Take) -> Example:
    figures = [figure for figure in take.figures if figure]
    width = max(len(one) for one in take.moments)
    rows = np.array(
        [np.pad(one, (0, width - len(one)), constant_values=np.nan) for one in take.moments]
    )
    return Example(
        _picture(take.pictures[len(take.pictures) // 2]) if take.pictures else "",
        figures[len(figures) // 2] if figures else [],
        [] if figures else _bars(rows),
        _traces(rows),
    )


def _picture(image: NDArray[np.uint8]) -> str:
    try:
        return base64.b64encode(encode_jpeg(image, _QUALITY)).decode()
    except ValueError:
        return ""


def _bars(rows: Values) -> list[float]:
    """Return what the numbers were in the middle of the take, -1 to 1 of the largest."""
    middle = np.nan_to_num(rows[len(rows) // 2])
    most = float(np.abs(middle).max(initial=0.0))
    return [_rounded(one / most) for one in middle] if most > 0 else []


def _traces(rows: Values) -> list[Line]:
    """Return the numbers that moved most over the time of the take, each in its own height."""
    rows = np.where(np.isfinite(rows), rows, 0.0)
    spans = np.ptp(rows, axis=0)
    chosen = [int(column) for column in np.argsort(-spans)[:_LINES] if spans[column] > 0]
    steps = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _POINTS)).astype(np.intp))
    across = steps / max(1, len(rows) - 1)
    return [
        [
            [
                _rounded(x),
                _rounded(1.0 - (rows[step, column] - rows[:, column].min()) / spans[column]),
            ]
            for x, step in zip(across, steps, strict=True)
        ]
        for column in chosen
    ]


def _drop_pictures(pupil: _Pupil) -> None:
    """Forget the pictures of what was shown."""
    if pupil.take is not None:
        pupil.take.pictures.clear()
    pupil.shown = {
        name: [replace(each, picture="") if each.picture else each for each in shown]
        for name, shown in pupil.shown.items()
    }
