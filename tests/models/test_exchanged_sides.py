"""Sides of a body that BlazePose takes for each other for a moment, on a real film."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33
from engine.dsp.landmarks.similarity import spread
from engine.models.pose import PoseModel
from tests.models.test_people import STEP, film

POINTS = len(BLAZEPOSE_33.points)
LEFT, RIGHT = (BLAZEPOSE_33.index[f"{side}_shoulder"] for side in ("left", "right"))


def across(swapped: range) -> list[float]:
    """Return how far the left shoulder is from the right one, of pictures some of which swap."""
    box = PoseModel(model="blazepose_lite")
    box.open()
    session = box.session()
    answer = session.run
    number = 0

    def run(**inputs: Any) -> tuple[NDArray[Any], ...]:
        points, *rest = answer(**inputs)
        rows = np.array(points, np.float32).reshape(-1, 5)
        if number in swapped:
            rows[:POINTS] = rows[:POINTS][spread(BLAZEPOSE_33).sides]
        return rows.reshape(points.shape), *rest

    session.run = run  # type: ignore[method-assign]
    told: list[float] = []
    for number, frame in enumerate(film(30, 45)):
        seen = box.process(frame, at=Ns(number * STEP)).seen
        told += [float(one.points[LEFT, 0] - one.points[RIGHT, 0]) for one in seen]
    box.close()
    return told


def test_sides_that_swap_for_a_moment_are_told_as_they_were() -> None:
    as_it_is = across(range(0))
    assert min(as_it_is) > 0
    assert across(range(10, 13)) == as_it_is
