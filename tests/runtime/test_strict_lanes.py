"""In front of a box that is slow, what may be lost is lost, and what must not is kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

import numpy as np
import pytest

from engine import testing
from engine.core.clock import ns
from engine.core.errors import PatchError
from engine.core.messages import Features, Frame, Mask, Message, Note, Ns, Text, Trigger
from engine.core.node import Model, Node
from engine.core.parameter import Param
from engine.core.source import Tape
from engine.testing import Played

from .boxes import COLLECT, got

STEP = 0.1


class Heard(Tape):
    """Say words that grow, three of each: two of them not final."""

    OUT: ClassVar[Mapping[str, type]] = {"text": Text}
    count: int = 10

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(self.count):
            for part in range(3):
                text = Text(f"{number}.{part}", final=part == 2, language="en")
                yield ns(STEP * (3 * number + part)), "text", text


class Ticks(Tape):
    """Say twenty numbers."""

    OUT: ClassVar[Mapping[str, type]] = {"number": float}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(20):
            yield ns(STEP * number), "number", float(number)


class Either(Node):
    """Say a note or a trigger in turn."""

    def process(self, value: float) -> Note | Trigger:
        return Note(int(value), 90) if value % 2 else Trigger(value)


class Shown(Node):
    """Say a picture or a mask in turn."""

    def process(self, value: float) -> Frame | Mask:
        alpha = np.full((2, 2), value / 20, np.float32)
        return Mask(alpha) if value % 2 else Frame(np.zeros((2, 2, 3), np.uint8))


class Slow(Model):
    """Answer with what comes in."""

    def process(self, value: Text | Note | Trigger | Frame | Mask) -> str:
        return value.text if isinstance(value, Text) else type(value).__name__


class Timbre(Node):
    """Say features of a number."""

    scale: Annotated[float, Param("by which they are multiplied", 0, 10)] = 1.0

    def process(self, value: float) -> Features:
        values = np.array([value, value / 2], np.float32) * np.float32(self.scale)
        return Features(("loud", "bright"), values)


BOXES = {"heard": Heard, "ticks": Ticks, "either": Either, "shown": Shown, "slow": Slow}


def play(patch: str, **more: Any) -> Played:
    return testing.play(patch, boxes={**BOXES, "timbre": Timbre}, **more)


def test_of_growing_texts_only_those_that_are_final_are_all_answered() -> None:
    patch = '[h]\nuse="heard"\n[s]\nuse="slow"\nfrom="h"\n' + COLLECT + 's="s"\n'
    played = play(patch, costs={"s": 350.0}, seconds=20)
    answers = got(played, "s")
    assert [word for word in answers if word.endswith(".2")] == [f"{n}.2" for n in range(10)]
    assert len(answers) < 30
    assert played.engine.metrics.lanes["s"].dropped == 30 - len(answers)


def test_a_union_of_what_is_never_lost_is_never_lost() -> None:
    patch = '[t]\nuse="ticks"\n[e]\nuse="either"\nfrom="t"\n[s]\nuse="slow"\nfrom="e"\n'
    played = play(patch + COLLECT + 's="s"\n', costs={"s": 350.0}, seconds=20)
    assert got(played, "s") == ["Trigger", "Note"] * 10


def test_a_union_of_pictures_is_newest_only() -> None:
    patch = '[t]\nuse="ticks"\n[e]\nuse="shown"\nfrom="t"\n[s]\nuse="slow"\nfrom="e"\n'
    played = play(patch + COLLECT + 's="s"\n', costs={"s": 350.0}, seconds=20)
    assert 3 < len(got(played, "s")) < 10


FEATURES = '[t]\nuse="ticks"\n[f]\nuse="timbre"\nfrom="t"\n' + COLLECT


def test_a_cable_takes_a_feature_by_its_name() -> None:
    played = play(FEATURES + 'bright="f.bright"\n', seconds=1)
    assert got(played, "bright")[:4] == [0.0, 0.5, 1.0, 1.5]


def test_a_feature_that_is_not_there_is_told_with_those_that_are() -> None:
    played = play(FEATURES + 'no="f.dull"\n', seconds=1)
    assert got(played, "no") == []
    assert any('no "dull" in these features: loud, bright' in error for error in played.errors)


def test_a_box_that_takes_none_of_a_union_is_refused() -> None:
    patch = '[t]\nuse="ticks"\n[e]\nuse="either"\nfrom="t"\n[l]\nuse="joint"\nfrom="e"\n'
    said = 'takes a pose or landmarks, but "e" gives a note or a trigger'
    with pytest.raises(PatchError, match=said):
        play(patch + COLLECT + 'l="l"\n')
