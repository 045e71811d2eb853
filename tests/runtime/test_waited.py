"""What people are shown as ms behind is what a listener waits: the delay and each window's lag."""

from __future__ import annotations

from io import StringIO
from typing import ClassVar

import pytest
from rich.console import Console

from engine import testing
from engine.core.box import Box
from engine.core.commands import SetParameter
from engine.core.messages import Trigger
from engine.core.node import Model, Node
from engine.nodes.notes import Notes
from engine.nodes.pitch import PitchNode
from engine.terminal.table import LiveTable
from engine.testing import Played, Swap
from engine.web.health import HealthView

from .boxes import BOXES, COLLECT, numbers


class Window(Node):
    """Looks 40 ms back, or as far as it is told."""

    back: float = 0.04

    @property
    def lag(self) -> float:
        return self.back

    def process(self, value: float) -> float:
        return value


class Network(Model):
    """Works on a lane, and looks 20 ms back."""

    lag: ClassVar[float] = 0.02

    def process(self, value: float) -> float:
        return value


class Kept(Node):
    """Says the last number when it is hit."""

    _last: float = 0.0

    def process(self, value: float) -> None:
        self._last = value

    def on_hit(self, hit: Trigger) -> float:
        return self._last


class Liar(Window):
    """Cannot say how far it looks back."""

    @property
    def lag(self) -> float:
        raise ValueError("who knows")


OWN: dict[str, type[Box]] = {
    **BOXES,
    **{cls.__name__.lower(): cls for cls in (Window, Network, Kept, Liar)},
}
A = numbers("a", [1, 2, 3, 4])
CHAIN = (
    A
    + '[w]\nuse="window"\nfrom="a"\n[n]\nuse="network"\nfrom="w"\n[k]\nuse="kept"\nfrom="a"\n'
    + 'hit={when="n"}\n[l]\nuse="liar"\nfrom="a"\n[add]\nuse="add"\nfrom="a"\nb={from="w"}\n'
    + COLLECT
    + 'plain="a"\nwindow="w"\nboth={from="n", in=[0, 9], to=[0, 1]}\nkept="k"\nliar="l"\n'
    + 'cold="add"\n'
)


def play(text: str, *script: tuple[float, object], **settings: object) -> Played:
    return testing.play(text, script, boxes=OWN, **settings)  # type: ignore[arg-type]


def lags(played: Played) -> dict[str, float]:
    routes = played.stats["routes"]
    return {name.removeprefix("c/"): route["lag_ms"] for name, route in routes.items()}


def test_the_lags_on_the_way_add_up_along_what_calls_a_box() -> None:
    """By event inlets too, as these call as well; what is merely read does not hold one up."""
    assert lags(play(CHAIN)) == {
        "plain": 0,
        "window": 40,
        "both": 60,
        "kept": 60,
        "liar": 0,
        "cold": 0,
    }


def test_the_delay_is_told_alone_and_with_them() -> None:
    route = play(CHAIN, costs={"n": 7})
    both = route.stats["routes"]["c/both"]
    assert both["behind_ms"] == {"p50": 7.0, "p99": 7.0, "max": 7.0}
    assert both["waited_ms"] == {"p50": 67.0, "p99": 67.0, "max": 67.0}


def test_what_is_set_while_it_plays_counts_and_what_is_edited() -> None:
    assert lags(play(CHAIN, (0.1, SetParameter("w", "back", 0.1))))["both"] == 120
    assert lags(play(CHAIN, (0.1, Swap(CHAIN.replace('from="w"', 'from="a"')))))["both"] == 20


def test_page_table_and_report_show_what_a_listener_waits() -> None:
    played = play(CHAIN, costs={"n": 7})
    seen = HealthView(played.engine).snapshot()
    assert seen.behind == 67.0
    assert {route.name: route.behind for route in seen.routes}["c/window"] == 40.0
    assert played.engine.status().delay_ms == 67.0
    console = Console(file=StringIO(), width=120)
    console.print(LiveTable(console)._picture(played.engine))
    assert isinstance(console.file, StringIO)
    (line,) = (line for line in console.file.getvalue().splitlines() if "c/both" in line)
    assert "67.0" in line


@pytest.mark.parametrize("steady", [0.0, 0.1])
def test_a_sung_note_is_as_late_as_its_windows(steady: float) -> None:
    text = '[s]\nuse="stand_in"\ndances=false\n[p]\nuse="pitch"\nfrom="s.sound"\n'
    text += f'[n]\nuse="notes"\nfrom="p"\nsteady="{round(steady * 1000)} ms"\n'
    played = testing.play(text + COLLECT + 'n="n"\n', seconds=0.1)
    assert lags(played)["n"] == pytest.approx(1000 * (PitchNode.lag + Notes(steady=steady).lag))
