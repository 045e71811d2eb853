"""What is seen of the shipped patches of pictures, played by the stand-in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.testing import Played, play

from .shipped import by_stand_in

SLOW = ("camera.fps=2", "camera.width=320", "camera.height=180")
LOOK_AT = '\n[{by}]\nuse = "collector"\nfrom = "{of}"\n'


def shown(name: str, *looked_at: str, seconds: float, sets: tuple[str, ...] = ()) -> Played:
    """Play a shipped patch by the stand-in, with a look at what some boxes give."""
    text = [by_stand_in(name), *(LOOK_AT.format(by=looker(each), of=each) for each in looked_at)]
    played = play("".join(text), seconds=seconds, sets=[*SLOW, *sets])
    assert played.errors == []
    return played


def looker(of: str) -> str:
    """Return the collector of what an outlet gives."""
    return f"{of.replace('.', '_')}_seen"


def seen(played: Played, of: str) -> list[NDArray[np.int16]]:
    """Return the pictures that an outlet gave."""
    return [frame.image.astype(np.int16) for frame in played.box(looker(of)).of("in")]


def test_cut_out_shows_people_before_a_wall_that_changes_its_colour() -> None:
    played = shown("cut_out", "people", "people.picture", "cut", seconds=3)
    cuts, masks = seen(played, "cut"), seen(played, "people")
    pictures = seen(played, "people.picture")
    assert len(cuts) == len(masks) == len(pictures) > 3
    walls = set()
    for cut, mask, picture in zip(cuts, masks, pictures, strict=True):
        person, wall = mask[:, :, 0] == 255, mask[:, :, 0] == 0
        assert np.array_equal(cut[person], picture[person])
        (colour,) = np.unique(cut[wall], axis=0)
        walls.add(tuple(colour.tolist()))
    assert len(walls) > 2


def test_painted_room_paints_people_and_room_apart() -> None:
    sets = ("style.strength=1", "style.morph=0 s", "style.size=128")
    one = _sides("painted_room", sets)
    other_room = _sides("painted_room", (*sets, 'next.steps=["comic"]'))
    other_people = _sides("painted_room", (*sets, "style.look=comic"))
    assert apart(one["people"], other_room["people"]) < 3 < apart(one["room"], other_room["room"])
    assert apart(one["room"], other_people["room"]) < 3
    assert apart(one["people"], other_people["people"]) > 10


def _sides(name: str, sets: tuple[str, ...]) -> Mapping[str, NDArray[Any]]:
    played = shown(name, "style", "people", seconds=1.6, sets=sets)
    painting, mask = seen(played, "style")[-1], seen(played, "people")[-1]
    return {"people": painting[mask[:, :, 0] == 255], "room": painting[mask[:, :, 0] == 0]}


def apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one - other).mean())
