"""How a box that learns stands, and how sure it is now: read from its outlets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from engine.core.clock import MILLISECOND
from engine.core.messages import Features, Text
from engine.runtime.schedule.slots import NOTHING, Slot
from engine.runtime.schedule.state import BoxState
from engine.web.values import caption_of


class LessonNow(Struct, frozen=True):
    """How a box that learns stands, and how sure it is now. What is not known is None, or empty.

    ``classes`` are the names with how many moments each was shown, ``shares`` how sure it is of
    each, 0 to 1, ``nearest`` is the number of the take that is most alike, ``knobs`` what it makes
    of now, and ``targets`` the knobs as they would be taught. ``now`` is what it was called last,
    at ``at``, in ms of the clock of the show.
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
    nearest: int | None
    score: float | None
    report: str
    notice: str
    examples: int
    recording: bool
    knobs: dict[str, float]
    targets: dict[str, float]


class LessonReader:
    """Reads one box that learns; ``outlets`` are its slots by name."""

    def __init__(self, state: BoxState, label: str, outlets: Mapping[str, Slot]) -> None:
        self._state, self._label, self._outlets = state, label, outlets
        self._begun: dict[str, int] | None = None

    def now(self) -> LessonNow:
        """Return how it stands now."""
        said = {name: held(slot) for name, slot in self._outlets.items()}
        targets = getattr(self._state.box, "knobs", None)
        counts, examples = self.counts(), self.examples()
        return LessonNow(
            box=self._state.name,
            label=self._label,
            task=str(getattr(self._state.box, "task", "classify")),
            classes=list(counts.items()),
            shares=_named(said.get("sureness")),
            now=_text(said.get("label")),
            at=round(self._outlets["label"].at / MILLISECOND, 1)
            if "label" in self._outlets
            else 0.0,
            confidence=_number(said.get("confidence")),
            unsure=bool(said.get("unsure", True)),
            progress=_number(said.get("progress")),
            speed=_number(said.get("speed")),
            nearest=_whole(said.get("nearest")),
            score=_number(said.get("score")),
            report=_text(said.get("report")),
            notice=_text(said.get("notice")),
            examples=examples,
            recording=examples > sum(counts.values()),
            knobs=_named(said.get("knobs")),
            targets={name: rounded(one) for name, one in targets.items()}
            if isinstance(targets, dict)
            else {},
        )

    def counts(self) -> dict[str, int]:
        """Return how many moments each class has: as was said, or as it stood when it began."""
        said = held(self._outlets.get("counts"))
        if isinstance(said, Features):
            pairs = zip(said.names, said.values, strict=False)
            return {name: round(float(one)) for name, one in pairs}
        if self._begun is None and self._state.up:
            self._begun = _begun(self._state)
        return self._begun or {}

    def examples(self) -> int:
        """Return how many moments it was shown, with those of the take that is held now."""
        said = _number(held(self._outlets.get("examples")))
        return sum(self.counts().values()) if said is None else round(said)


def held(slot: Slot | None) -> Any:
    """Return what a slot holds; None before its first message."""
    return None if slot is None or slot.value is NOTHING else slot.value


def rounded(value: Any) -> float:
    """Return a number as it is sent to pages; 0 for what is none."""
    return round(float(value), 3) if math.isfinite(value) else 0.0


def _begun(state: BoxState) -> dict[str, int]:
    """Return what a box had learned when it began, which it tells by its caption."""
    parts = (part.rpartition(" ") for part in caption_of(state).split(" · "))
    return {name: int(count) for name, _, count in parts if name and count.isdecimal()}


def _named(said: object) -> dict[str, float]:
    if not isinstance(said, Features):
        return {}
    return {name: rounded(one) for name, one in zip(said.names, said.values, strict=False)}


def _text(said: object) -> str:
    text = said.text if isinstance(said, Text) else said
    return text if isinstance(text, str) else ""


def _number(said: object) -> float | None:
    if isinstance(said, int | float) and math.isfinite(said):
        return rounded(said)
    return None


def _whole(said: object) -> int | None:
    number = _number(said)
    return None if number is None else round(number)
