"""A desk plays a patch: from the bytes of pads and knobs to the boxes, and back to its lamps."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import mido
import pytest

from engine.core.commands import CycleParameter, Release, SetParameter
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Note, Ns
from engine.core.node import Model, Node
from engine.core.parameter import Fixed, Param
from engine.core.set_target import SetTarget, Shown, Watched
from engine.core.source import Tape
from engine.midi.desk_map import DeskMap
from engine.runtime.command_queue import submit_command
from engine.runtime.feedback import Feedback
from engine.sources.midi_in import MidiIn
from engine.testing import Played, Swap
from engine.testing import play as play_patch

from .boxes import BOXES, COLLECT, got, numbers

Look = Literal["ink", "starry", "wave"]


class Painter(Node):
    """Say how it would paint, whenever a number comes."""

    look: Annotated[Look | dict[Look, float], Param("which, or how much of each", 0, 1)] = "ink"
    strength: Annotated[float, Param("how much", 0, 1)] = 1.0

    def process(self, value: float) -> str:
        look = self.look
        if isinstance(look, dict):
            look = " ".join(f"{name}={part:g}" for name, part in look.items() if part)
        return f"{look} {self.strength:g}"


class SlowPainter(Model):
    """The same on a lane."""

    look: Annotated[Look | dict[Look, float], Param("which, or how much of each", 0, 1)] = "ink"
    strength: Annotated[float, Param("how much", 0, 1)] = 1.0

    def process(self, value: float) -> str:
        return f"{self.look} {self.strength:g}"


class Desk(Tape):
    """The map of a desk without its port; it keeps what it is shown."""

    OUT: ClassVar[Mapping[str, type]] = {"notes": Note}

    map_: Fixed[Annotated[dict[str, Any], Param("what controls do")]]
    name: Fixed[Annotated[str, Param("any")]] = ""

    def __post_init__(self) -> None:
        self._map = DeskMap(self.map_)
        self._shown: Mapping[str, Shown] = {}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        return iter(())

    def sets(self) -> Mapping[tuple[str, ...], SetTarget]:
        return {("map", key): target for key, target in self._map.targets().items()}

    def shows(self) -> Mapping[str, Watched]:
        return self._map.shown()

    def show(self, now: Mapping[str, Shown]) -> None:
        self._shown = now


def patch(desk_map: str, painter: str = "", use: str = "painter", ticks: int = 10) -> str:
    return (
        f'[desk]\nuse="desk"\n[desk.map]\n{desk_map}\n'
        + numbers("tick", [0] * ticks, step="100 ms", start="50 ms")
        + f'[p]\nuse="{use}"\nfrom="tick"\n{painter}\n{COLLECT}p="p"\n'
    )


def pressed(text: str, *moves: tuple[float, str, int, int]) -> list[tuple[float, Any]]:
    """Return the script of what a hand does: (second, "note" or "cc", number, value)."""
    desk = MidiIn(map_=tomllib.loads(text)["desk"]["map"])
    script = []
    for second, kind, number, value in moves:
        if kind == "note":
            message = mido.Message("note_on", note=number, velocity=value)
        elif kind == "cc":
            message = mido.Message("control_change", control=number, value=value)
        else:
            message = mido.Message("program_change", program=number)
        heard = desk.hear(bytes(message.bin()), Ns(0))
        script += [(second, command) for outlet, command in heard if not outlet]
    return script


def play(text: str, *moves: tuple[float, str, int, int], more: Any = ()) -> Played:
    boxes = {**BOXES, "painter": Painter, "slow": SlowPainter, "desk": Desk}
    script = sorted([*pressed(text, *moves), *more], key=lambda each: each[0])
    return play_patch(text, script, boxes=boxes)


def lamps(played: Played) -> dict[str, Shown]:
    """Return what the desk shows when the patch has played."""
    Feedback(played.engine).look()
    return played.box("desk")._shown


def lit(played: Played) -> set[str]:
    return {key for key, shown in lamps(played).items() if shown.lit}


PICK = """
note40 = { parameter = "p.look", to = "starry" }
note41 = { parameter = "p.look", to = "wave" }
note42 = { release = "p.look" }
note43 = { parameter = "p.strength", to = 0.25, else = 1 }
note44 = { parameter = "p.look", to = ["ink", "wave", "starry"] }
note45 = { parameter = "p.strength", to = 0.5, else = 0.75, toggle = true }
note46 = { parameter = "p.on", toggle = true }
cc21 = { parameter = "p.look", to = ["ink", "starry", "wave"] }
cc22 = "p.strength"
program5 = { parameter = "p.look", to = "wave" }
"""


@pytest.mark.parametrize("use", ["painter", "slow"])
def test_pads_pick_and_hold(use: str) -> None:
    played = play(
        patch(PICK, use=use),
        (0.1, "note", 40, 90),
        (0.15, "note", 40, 0),
        (0.3, "note", 41, 90),
        (0.4, "note", 43, 9),
        (0.6, "note", 43, 0),
        (0.7, "program", 5, 0),
        (0.8, "note", 40, 1),
    )
    assert got(played, "p") == [
        "ink 1",
        *["starry 1"] * 2,
        "wave 1",
        *["wave 0.25"] * 2,
        *["wave 1"] * 2,
        *["starry 1"] * 2,
    ]
    assert played.errors == []
    assert lit(played) == {"note40", "note44", "note42", "note46", "cc21", "cc22"}


def test_a_pick_overrides_a_cable_until_it_is_released() -> None:
    fader = numbers("fader", [0.1 * each for each in range(10)], step="100 ms")
    words = '[word]\nuse="choose"\nfrom="fader"\nchoices=["ink", "starry"]\n'
    text = fader + words + patch(PICK, 'look = { from = "word" }')
    moves = (0.25, "note", 41, 90), (0.61, "note", 42, 90)
    held = play(text, moves[0])
    assert got(held, "p") == [*["ink 1"] * 2, *["wave 1"] * 8]
    assert "note42" in lit(held)
    played = play(text, *moves)
    assert got(played, "p") == [*["ink 1"] * 2, *["wave 1"] * 4, *["ink 1"] * 4]
    assert "note42" not in lit(played)


def test_each_press_goes_on_from_what_is_set_whoever_set_it() -> None:
    played = play(
        patch(PICK),
        *((when, "note", 44, 90) for when in (0.1, 0.2, 0.3, 0.4)),
        (0.5, "note", 45, 90),
        (0.6, "note", 45, 90),
        (0.8, "note", 45, 90),
        more=[(0.35, SetParameter("p", "look", "starry")), (0.7, SetParameter("p", "strength", 0))],
    )
    assert got(played, "p") == [
        "ink 1",
        "wave 1",
        "starry 1",
        "starry 1",
        "ink 1",
        "ink 0.5",
        "ink 0.75",
        "ink 0",
        "ink 0.5",
        "ink 0.5",
    ]
    assert {"note44", "note45"} <= lit(played)


def test_a_pad_switches_off_and_on_and_knows_of_another_hand() -> None:
    toggles = [(0.1 * each, "note", 46, 90) for each in (1, 3, 5)]
    played = play(patch(PICK), *toggles, more=[(0.4, SetParameter("p", "on", False))])
    assert len(got(played, "p")) == 7  # off from 0.1 to 0.3, and from 0.4 to 0.5
    assert "note46" in lit(played)


@pytest.mark.parametrize(
    ("values", "looks"),
    [
        ([0, 64, 127], ["ink", "starry", "wave"]),
        ([42, 43, 42, 43, 44, 42], ["ink", "ink", "ink", "ink", "starry", "starry"]),
        ([86, 84, 85, 84, 82], ["wave", "wave", "wave", "wave", "starry"]),
    ],
)
def test_a_knob_spreads_over_a_list_and_does_not_flicker(
    values: list[int], looks: list[str]
) -> None:
    moves = [(0.1 * place, "cc", 21, value) for place, value in enumerate(values)]
    played = play(patch(PICK), *moves)
    assert got(played, "p")[: len(looks)] == [f"{look} 1" for look in looks]


def test_lamps_follow_an_edit_and_a_cable() -> None:
    edited = patch(PICK, 'look = "wave"\nstrength = 0.5')
    played = play(patch(PICK), more=[(0.5, Swap(edited))])
    assert {"note41", "note44", "note45", "cc21"} <= lit(played)
    assert "note40" not in lit(played)
    assert lamps(played)["cc22"].position == 0.5
    cabled = numbers("fader", [0.25] * 5) + patch(PICK, 'strength = { from = "fader" }')
    assert lamps(play(cabled))["cc22"].position == 0.25


def test_a_desk_that_raises_is_reported_and_stops_nothing() -> None:
    for what in ("shows", "show"):
        played = play(patch(PICK))
        setattr(played.box("desk"), what, lambda *_: 1 / 0)
        Feedback(played.engine).look()
        assert any("ZeroDivisionError" in each for each in played.errors)


def test_no_press_is_coalesced_with_another() -> None:
    door = Mailbox()
    commands = [
        SetParameter("p", "look", "wave"),
        CycleParameter("p", "look", ("ink", "starry")),
        CycleParameter("p", "look", ("ink", "starry")),
        SetParameter("p", "look", "ink"),
        Release("p", "look"),
    ]
    for command in commands:
        submit_command(door, "desk", command)
    assert [item.content.command for item in door.take()] == commands


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (CycleParameter("p", "lok", ("ink",)), 'p has no parameter "lok". Did you mean "look"?'),
        (CycleParameter("q", "look", ("ink",)), 'there is no box "q".'),
        (CycleParameter("p", "look", ("no",)), "p/look: expected one of"),
        (SetParameter("p", "look", 0.2, of_range=True, choices=("no", "ink")), "p/look: expected"),
        (CycleParameter("desk", "name", ("x",)), "desk/name: cannot be changed while playing"),
    ],
)
def test_what_does_not_fit_is_refused(command: Any, reason: str) -> None:
    played = play(patch(PICK), more=[(0.1, command)])
    assert any(reason in each for each in played.errors)
    assert got(played, "p") == ["ink 1"] * 10
