"""What a box cannot read is told once by each box, however often it comes."""

from __future__ import annotations

import logging

import numpy as np
import pytest

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import HAND_21
from engine.nodes.body_gestures import BodyGestures
from engine.nodes.floors import Floors
from engine.nodes.hand_gestures import HandGestures

from .people import pose, someone

HAND = Landmarks(HAND_21, (Instance(1, 1, np.ones((21, 4), np.float32)),), 1.0)


def test_each_box_tells_it_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "sensorium")
    for _ in range(2):
        body, hand, floors = BodyGestures(), HandGestures(), Floors()
        for at in (Ns(0), Ns(1)):
            assert [*body.process(HAND, at)] == []
            assert hand.process(pose(someone()), at) is None
            assert floors.process(HAND, at) is None
    assert (
        caplog.messages
        == [
            'body_gestures reads bodies, not "hand_21"',
            'hand_gestures reads hands, not "coco_17"',
            'floors reads people on a floor (a box "floor"), not "hand_21"',
        ]
        * 2
    )
