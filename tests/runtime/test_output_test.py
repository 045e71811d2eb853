"""``sensorium test``: one output after another, nothing else opened, every note ended."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path

import pytest

from engine.core.errors import PatchError
from engine.core.messages import Note
from engine.patch.load import Texts
from engine.runtime.offline import Offline
from engine.runtime.output_test import open_test

PATCH = """
title = "To be tested"
[camera]
use = "camera"
device = "a camera that is not there"
[pose]
use = "pose"
from = "camera"
[mic]
use = "microphone"
device = "no microphone"
[voice]
use = "pitch"
from = "mic"
[melody]
use = "notes"
from = "voice"
[reach]
use = "joint"
from = "pose"
[c]
use = "collector"
[c.send]
wide = { from = "reach", to = [-5, 5] }
plain = "reach"
cue = { when = "reach", above = 0.5 }
high = { from = "reach", above = 0.5 }
notes = "melody"
[d]
use = "collector"
[d.send]
"/p" = "pose"
"/voice" = "voice"
picture = "camera"
"""


def run(which: str = "", seconds: float = 4.0, text: str = PATCH):
    plan = open_test(Texts(None, text), which=which, seconds=seconds)
    show = Offline(plan)
    engine = show.play()
    heard = {}
    for name, state in engine.states.items():
        for at, port, message in getattr(state.box, "messages", ()):
            heard.setdefault(f"{name}{'' if port[0] == '/' else '/'}{port}", []).append(
                (at / 1e9, message)
            )
    return heard, engine


def test_each_output_has_its_turn_and_its_kind_of_value(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sensorium")
    heard, engine = run()
    order = ["c/wide", "c/plain", "c/cue", "c/high", "c/notes", "d/p", "d/voice"]
    assert list(heard) == order
    for before, after in itertools.pairwise(order):
        assert heard[before][-1][0] < heard[after][0][0]
    numbers = [message for _, message in heard["c/wide"]]
    assert (min(numbers), max(numbers)) == (-5, pytest.approx(5, abs=0.05))
    assert max(message for _, message in heard["c/plain"]) == pytest.approx(1, abs=0.01)
    assert {message for _, message in heard["c/high"]} == {True, False}
    assert set(engine.states) == {"test signal", "c", "d"}
    assert "d/picture: what it carries cannot be made up; it is left out" in caplog.text
    assert "c/wide: from -5 to 5 and back, to nowhere" in caplog.text


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.5, 0.75, 1.0, 1.2, 3.9, 15.2])
def test_every_note_ends_whenever_the_test_does(seconds: float) -> None:
    heard, _ = run("c/notes", seconds)
    sounding: set[int] = set()
    for _, message in heard["c/notes"]:
        assert isinstance(message, Note)
        (sounding.add if message.velocity else sounding.discard)(message.note)
    assert sounding == set()


@pytest.mark.parametrize(
    ("which", "outputs"),
    [
        ("c/wide", {"c/wide"}),
        ("wide", {"c/wide"}),
        ("/p", {"d/p"}),
        ("d/p", {"d/p"}),
        ("d", {"d/p", "d/voice"}),
    ],
)
def test_one_output_or_those_of_one_box(which: str, outputs: set[str]) -> None:
    assert set(run(which, 0.5)[0]) == outputs


@pytest.mark.parametrize(
    ("which", "why"),
    [
        ("c/wid", 'there is no way out "c/wid". Did you mean "c/wide"?'),
        ("/poze", 'there is no way out "/poze"'),
        ("picture", "nothing of it can be tested"),
    ],
)
def test_what_is_not_there_is_refused(which: str, why: str) -> None:
    with pytest.raises(PatchError) as refused:
        open_test(Texts(None, PATCH), which=which, seconds=1)
    assert why in str(refused.value)


def test_a_patch_from_which_nothing_leaves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PatchError, match="nothing leaves"):
        open_test(Texts(None, '[a]\nuse = "stand_in"\n'), seconds=1)
