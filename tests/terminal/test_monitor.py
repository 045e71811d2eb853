"""How a monitor is drawn: what goes nowhere is seen first, and a small terminal is enough."""

from __future__ import annotations

import pytest
from rich.console import Console

from engine.core.traffic import Flow, Traffic
from engine.terminal.monitor import JsonLines, Lines, _nobody, picture


def flow(name: str, *, leaves: bool = True, unheard: bool = False, count: int = 1) -> Flow:
    note = "nobody listens" if unheard else ""
    return Flow(leaves, "out", name, count, None, "0.5", 0.0, "10.0.0.5:9", note, unheard)


def drawn(traffic: Traffic, room: int) -> list[str]:
    console = Console(width=120, height=40, record=True, file=None)
    with console.capture() as seen:
        console.print(picture(traffic, "", room))
    return seen.get().splitlines()


MANY = (*tuple(flow(f"/out/{n}") for n in range(200)), flow("/lost", unheard=True))
FEW = tuple(flow(f"/in/{n}", leaves=False) for n in range(3))


@pytest.mark.parametrize("room", [6, 20, 60])
def test_what_does_not_fit_is_counted_and_what_goes_nowhere_is_kept(room: int) -> None:
    lines = drawn(Traffic("Big", FEW + MANY), room)
    shown = [line for line in lines if line.startswith("out ")]
    assert len(shown) == room
    assert sum("/in/" in line for line in shown) == 3
    assert any("/lost" in line for line in shown)
    left = 201 - (room - 3)
    assert f"and {left} more; name a part of what you look for" in "\n".join(lines)
    assert len(lines) <= room + 12


def test_what_fits_is_all_there() -> None:
    text = "\n".join(drawn(Traffic("", FEW, left_out=7), 30))
    assert "more;" not in text
    for words in ("Sensorium", "nothing yet", "and 7 messages to more addresses", "Ctrl-C ends"):
        assert words in text


@pytest.mark.parametrize("screen", [Lines, JsonLines])
def test_an_address_has_a_line_when_it_has_said_something_new(screen, capsys) -> None:
    lines = screen()
    for counts in ((1, 1), (1, 2), (1, 2)):
        flows = tuple(flow(f"/{n}", count=count) for n, count in enumerate(counts))
        lines.show(Traffic("", flows))
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_who_is_refused_from_another_machine_learns_that_a_show_may_play_there() -> None:
    text = _nobody("10.77.0.2", 9995, refused=True)
    assert "no show plays on port 9995 of 10.77.0.2, or it listens to its own machine only" in text
    assert 'host = "0.0.0.0" and allow = [' in text
    assert "allow" not in _nobody("127.0.0.1", 9995, refused=True)
