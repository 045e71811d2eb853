"""Lamps of a desk show how boxes stand, wherever the desk and the boxes are."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from engine.cluster.lamps import MOST
from engine.core.commands import SetParameter
from engine.core.set_target import SetTarget, Shown

from .live_room import LiveRoom
from .theatre import on_loop, stage

PATCH = """
[feed]
use = "every"
time = "200 ms"
[count]
use = "counter"
from = "feed"
[here]
use = "smooth"
smooth = 0.2
from = "count"
[there]
use = "smooth"
smooth = 0.4
from = "count"
machine = "left"
[far]
use = "smooth"
smooth = 0.6
from = "count"
machine = "right"
[out]
use = "collector"
send = { here = "here", there = "there", far = "far" }
"""
TARGETS = {name: SetTarget(name, "smooth", span=(0.0, 1.0)) for name in ("here", "there", "far")}


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "desk.toml"
    file.write_text(PATCH)
    return file


async def shows(playing: Any, engine: Any, box: str, position: float) -> None:
    """Wait until a desk of an engine shows where a parameter stands, as a look of it would."""
    target = TARGETS[box]

    def is_so() -> bool:
        shown: Shown = engine.shown_elsewhere(target)
        return shown.position is not None and abs(shown.position - position) < 1e-6

    await playing.until(is_so)


@on_loop
async def test_a_desk_anywhere_shows_boxes_anywhere(room: LiveRoom, patch: Path) -> None:
    async with stage(room, patch, "left", "right") as playing:
        home = playing.home
        left, right = (playing.players[name].show.engine for name in ("left", "right"))
        await shows(playing, home, "there", 0.4)
        await shows(playing, left, "here", 0.2)
        await shows(playing, left, "far", 0.6)
        home.ask("test", SetParameter("far", "smooth", 0.7))
        await shows(playing, left, "far", 0.7)
        await shows(playing, home, "far", 0.7)
        left.ask("desk", SetParameter("here", "smooth", 0.1))
        await shows(playing, left, "here", 0.1)
        await shows(playing, right, "here", 0.1)


@on_loop
async def test_what_is_gone_is_dark_and_lit_again_when_it_is_back(
    room: LiveRoom, patch: Path
) -> None:
    async with stage(room, patch, "left", "right") as playing:
        home, left = playing.home, playing.players["left"].show.engine
        await shows(playing, left, "far", 0.6)
        room.do("cut", "home", "right")
        await playing.until(lambda: left.shown_elsewhere(TARGETS["far"]) == Shown(lit=False))
        home.ask("test", SetParameter("far", "smooth", 0.9))
        room.do("mend", "home", "right")
        await shows(playing, left, "far", 0.9)


@on_loop
async def test_which_patch_plays_is_known_at_home(room: LiveRoom, patch: Path) -> None:
    async with stage(room, patch, "left", "right") as playing:
        left = playing.players["left"].show.engine
        await playing.until(lambda: left.plays_patch("desk"))
        assert not left.plays_patch(2)
        # A box that nobody has is dark, and asking for it harms nothing.
        nobody = SetTarget("nobody", "smooth")
        assert left.shown_elsewhere(nobody) == Shown(lit=False)
        await playing.until(lambda: left.plays_patch(1))


@on_loop
async def test_more_lamps_than_a_machine_looks_after_are_told_of_once(
    room: LiveRoom, patch: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(room, patch, "left", "right") as playing:
        home = playing.home
        many = [SetTarget("far", "smooth", span=(0.0, float(high))) for high in range(1, MOST + 21)]

        def lit() -> int:
            shown = [home.shown_elsewhere(one) for one in many]
            return sum(one.position is not None for one in shown)

        await playing.until(lambda: lit() == MOST)
        assert [each for each in caplog.messages if "lamps show boxes" in each] == [
            f"{len(many)} lamps show boxes on right, and it looks after {MOST}: the last ones stay "
            "dark"
        ]


@on_loop
async def test_lamps_are_looked_after_only_while_a_desk_looks(room: LiveRoom, patch: Path) -> None:
    async with stage(room, patch, "left", "right") as playing:
        left = playing.players["left"].show.engine
        parts = [player._show for player in playing.players.values()]
        every = [playing.conductor._lamps, *(part.lamps for part in parts)]

        def rest() -> bool:
            return not any(lamps._is_wanted.is_set() for lamps in every)

        assert rest()
        for position in (0.6, 0.7):
            assert left.shown_elsewhere(TARGETS["far"]) == Shown(lit=False)  # not what was once so
            assert not rest()
            await shows(playing, left, "far", position)
            await playing.until(rest)
            playing.home.ask("test", SetParameter("far", "smooth", 0.7))


@on_loop
async def test_a_loop_that_is_late_forgets_no_lamp(
    room: LiveRoom, patch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(room, patch, "left", "right") as playing:
        left = playing.players["left"]
        left.show.engine.shown_elsewhere(TARGETS["far"])
        late = asyncio.get_running_loop().time() + 60
        with monkeypatch.context() as patching:
            patching.setattr(asyncio.get_running_loop(), "time", lambda: late)
            left._show.lamps.look()
        assert left._show.lamps._is_wanted.is_set()
