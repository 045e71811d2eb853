"""Forty boxes on five machines, each cable over the network: all of it arrives, in its order."""

from __future__ import annotations

import random

from engine.core.messages import Note
from engine.core.node import Node

from .ensemble import HOME, Ensemble

COUNT = 40
MACHINES = (HOME, "a", "b", "c", "d")


class Transpose(Node):
    """Plays each note one higher, and each number one more."""

    def process(self, value: float | Note) -> float | Note:
        if isinstance(value, Note):
            return Note(value.note + 1, value.velocity)
        return value + 1.0


def patch(seed: int) -> str:
    """Return a chain of boxes; which machine each plays on is by chance."""
    chance = random.Random(seed)
    text = '[feed]\nuse = "feed"\n'
    for outlet in ("number", "note"):
        before = f"feed.{outlet}"
        for number in range(COUNT // 2):
            name = f"{outlet}{number}"
            machine = chance.choice(MACHINES)
            text += f'[{name}]\nuse = "up"\nfrom = "{before}"\nmachine = "{machine}"\n'
            before = name
    sent = f'{{ number = "number{COUNT // 2 - 1}", note = "{before}" }}'
    return f'{text}[ear]\nuse = "ear"\nsend = {sent}\n'


def test_forty_boxes_on_five_machines() -> None:
    ensemble = Ensemble(patch(2), {"up": Transpose})
    ensemble.run(0.5)
    home = ensemble[HOME]
    for number in range(20):
        home.say("feed", "note", Note(number, 100))
        home.say("feed", "number", float(number))
        home.say("feed", "note", Note(number, 0))
        ensemble.run(0.01)
    ensemble.run(0.5)
    ear = home["ear"]
    high = COUNT // 2
    assert ear.got("number")[-1] == 19.0 + high
    assert ear.got("note") == [
        Note(number + high, velocity) for number in range(20) for velocity in (100, 0)
    ]
    assert ear.sounding == set()


def test_the_machine_in_the_middle_of_it_goes_and_comes_back() -> None:
    ensemble = Ensemble(patch(1), {"up": Transpose})
    ensemble.run(0.5)
    home, high = ensemble[HOME], COUNT // 2
    home.say("feed", "note", Note(1, 100))
    ensemble.run(0.3)
    assert ensemble[HOME]["ear"].sounding == {("note", 1 + high)}
    ensemble.kill("b")
    ensemble.run(1.2)
    assert ensemble[HOME]["ear"].sounding == set()
    ensemble.begin("b")
    ensemble.run(1.2)
    home.say("feed", "note", Note(1, 0))
    home.say("feed", "note", Note(2, 100))
    ensemble.run(0.3)
    assert ensemble[HOME]["ear"].sounding == {("note", 2 + high)}
