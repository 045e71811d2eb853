"""What is held to the grid of beats waits for its line; what is written wrong is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.commands import SetParameter
from engine.core.messages import Note, Ns, Trigger
from engine.nodes.on_beat import OnBeat
from tests.patch.texts import problems
from tests.runtime.boxes import COLLECT, got, moments, numbers, play

GRID = '[grid]\nuse = "tempo"\nbpm = 120\n'
SECOND = 1_000_000_000
GO = Trigger()


def at(seconds: float) -> Ns:
    return Ns(round(seconds * SECOND))


@pytest.mark.parametrize(
    ("line", "leaves"),
    [
        ("bar", [(2.0, 0.2), (4.0, 0.4)]),
        ("1/2", [(1.0, 0.1), (2.0, 0.2), (3.0, 0.3), (4.0, 0.4)]),
        ("beat", [(1.0, 0.1), (1.5, 0.2), (2.5, 0.3), (3.5, 0.4)]),
        ("1/4", [(1.0, 0.1), (1.5, 0.2), (2.5, 0.3), (3.5, 0.4)]),
        ("1/8", [(0.75, 0.1), (1.5, 0.2), (2.25, 0.3), (3.25, 0.4)]),
        ("1/8t", [(0.8333, 0.1), (1.5, 0.2), (2.3333, 0.3), (3.1667, 0.4)]),
        ("1/16", [(0.75, 0.1), (1.5, 0.2), (2.25, 0.3), (3.125, 0.4)]),
    ],
)
@pytest.mark.parametrize("where", ["box", "cable", "named"])
def test_a_number_waits_for_its_line(
    line: str, leaves: list[tuple[float, float]], where: str
) -> None:
    box = f'\non_beat = "{line}"\n' if where == "box" else "\n"
    name = f"grid.{line}" if where == "named" else line
    cable = '"d"' if where == "box" else f'{{ from = "d", on_beat = "{name}" }}'
    double = f'[d]\nuse = "double"\nby = 0.5{box}from = "a"\n'
    patch = GRID + numbers("a", [0.2, 0.4, 0.6, 0.8], start="700 ms", step="770 ms")
    played = play(patch + double + COLLECT + f"x = {cable}\n", seconds=6)
    assert played.errors == []
    assert got(played, "x") == pytest.approx([value for _, value in leaves])
    assert moments(played, "x") == pytest.approx([when for when, _ in leaves], abs=1e-4)


def test_what_the_grid_itself_brings_on_passes_at_its_line() -> None:
    steps = '[s]\nuse = "step"\nsteps = [1, 2, 3]\nfrom = "grid.beat"\non_beat = "beat"\n'
    played = play(GRID + steps + COLLECT + 'x = "s"\n', seconds=2.2)
    assert moments(played, "x") == pytest.approx([0, 0.5, 1, 1.5, 2], abs=1e-6)


def test_while_the_grid_stands_nothing_waits() -> None:
    stop = '[stop]\nuse = "trigger"\nfrom = "n"\n' + numbers("n", [1], start="1.1 s")
    grid = GRID + 'stop = { from = "stop" }\n' + stop
    patch = grid + numbers("a", [1, 2, 3], start="700 ms", step="300 ms")
    cable = 'x = { from = "a", on_beat = "bar" }\n'
    played = play(patch + COLLECT + cable, seconds=3)
    assert got(played, "x") == [2, 3]
    assert moments(played, "x") == pytest.approx([1.1, 1.3], abs=1e-6)


def test_with_on_beat_a_switch_of_the_box_still_works() -> None:
    patch = GRID + numbers("a", [1, 2, 3], start="700 ms", step="600 ms")
    box = '[d]\nuse = "double"\nfrom = "a"\non_beat = "beat"\n'
    played = play(
        patch + box + COLLECT + 'x = "d"\n', [(1.2, SetParameter("d", "on", False))], seconds=3
    )
    assert got(played, "x") == [2]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('on_beat = "baar"', '"bar"'),
        ("on_beat = 4", "expected one of"),
        ('on_beat = "house.bar"', 'there is no box "house"'),
        ('on_beat = "a.bar"', 'there is no box "a" with use = "tempo"'),
    ],
)
@pytest.mark.parametrize("where", ["box", "cable"])
def test_what_is_written_wrong_is_told_with_its_key(
    tmp_path: Path, written: str, said: str, where: str
) -> None:
    box = f"{written}\n" if where == "box" else ""
    cable = f'{{ from = "a", {written} }}' if where == "cable" else '"a"'
    patch = GRID + '[a]\nuse = "stand_in"\n[b]\nuse = "loudness"\nfrom = "a.sound"\n' + box
    patch += '[out]\nuse = "osc_out"\nto = "127.0.0.1:1"\n[out.send]\n'
    found = problems(tmp_path, patch + f'"/x" = {cable.replace("a", "b", 1)}\n')
    assert len([each for each in found if "on_beat" in each]) == 1
    assert any(said in each for each in found), found


@pytest.mark.parametrize(
    ("grids", "said"),
    [("", 'a box with use = "tempo"'), (GRID + GRID.replace("grid", "two"), '"two.bar"')],
)
def test_which_grid_is_meant_must_be_clear(tmp_path: Path, grids: str, said: str) -> None:
    patch = grids + '[a]\nuse = "lfo"\non_beat = "bar"\n'
    patch += '[out]\nuse = "osc_out"\nto = "127.0.0.1:1"\n[out.send]\n"/x" = "a"\n'
    (found,) = problems(tmp_path, patch)
    assert said in found
    assert "on_beat" in found


def test_triggers_wait_all_of_them_and_numbers_only_the_newest() -> None:
    box = OnBeat()
    for when, message in ((0.1, GO), (0.2, Trigger(2.0)), (0.3, 0.5), (0.4, 0.75)):
        assert [*box.process(message, at=at(when))] == []
    assert [*box.on_line(GO, at(0.5))] == [GO, Trigger(2.0), 0.75]
    assert [*box.process(0.25, at=at(0.5))] == [0.25]
    assert [*box.on_line(GO, at(1.0))] == []


def test_a_note_is_as_long_as_it_was() -> None:
    box = OnBeat()
    assert [*box.process(Note(60, 90), at=at(0.1))] == []
    assert [*box.process(Note(64, 80), at=at(0.2))] == []
    assert [*box.process(Note(60, 0), at=at(0.3))] == []
    assert [*box.on_line(GO, at(0.5))] == [Note(60, 90), Note(64, 80)]
    assert box.wake() == at(0.7)
    assert [*box.on_wake(at(0.7))] == [Note(60, 0)]
    assert [*box.process(Note(64, 0), at=at(0.9))] == []
    assert box.wake() == at(1.2)
    assert [*box.on_wake(at(1.2))] == [Note(64, 0)]
    assert box.wake() is None


def test_a_note_struck_again_ends_first() -> None:
    box = OnBeat()
    said = []
    for when, message in ((0.1, Note(60, 90)), (0.4, Note(60, 0)), (0.45, Note(60, 70))):
        said += box.process(message, at=at(when))
    assert [*box.on_line(GO, at(0.5))] == [Note(60, 70)]
    said += box.process(Note(60, 0), at=at(0.6))
    said += box.process(Note(60, 50), at=at(0.62))
    assert said == []
    assert [*box.on_line(GO, at(0.64))] == [Note(60, 0), Note(60, 50)]
    assert box.wake() is None


def test_the_end_of_a_note_that_never_waited_passes() -> None:
    box = OnBeat()
    assert [*box.process(Note(60, 0), at=at(0.1))] == [Note(60, 0)]
