"""Black-out, freeze and master: who sets them, what they refuse, and what they never touch."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from engine.core.commands import BlackOut, Command, Freeze, Panic, PlayPatch, SetMaster
from engine.runtime.engine import Engine
from engine.runtime.opening import open_texts
from engine.runtime.performance import Performance
from engine.testing import play
from tests.limits import LIMIT

PATCH = """
[beat]
use = "every"
time = "100 ms"
[c]
use = "collector"
from = "beat"
"""


def stands(*commands: Command) -> tuple[bool, bool, float]:
    """Return how pictures leave after these commands."""
    script = [(0.1 * (place + 1), command) for place, command in enumerate(commands)]
    status = play(PATCH, script, seconds=1).engine.status()
    return status.blackout, status.frozen, status.master


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([], (False, False, 1.0)),
        ([BlackOut(True)], (True, False, 1.0)),
        ([BlackOut(True), BlackOut(True)], (True, False, 1.0)),
        ([BlackOut(True), BlackOut(False)], (False, False, 1.0)),
        ([BlackOut()], (True, False, 1.0)),
        ([BlackOut(), BlackOut()], (False, False, 1.0)),
        ([Freeze(True)], (False, True, 1.0)),
        ([Freeze(), Freeze()], (False, False, 1.0)),
        ([SetMaster(0.25)], (False, False, 0.25)),
        ([SetMaster(0.0), Freeze(True), BlackOut(True)], (True, True, 0.0)),
        ([BlackOut(True), SetMaster(0.5), Panic()], (True, False, 0.5)),
    ],
)
def test_each_is_set_by_a_command(
    commands: list[Command], expected: tuple[bool, bool, float]
) -> None:
    assert stands(*commands) == expected


@pytest.mark.parametrize("level", [-0.1, 1.1, float("nan"), float("inf")])
def test_a_master_beyond_its_range_is_refused_and_told(level: float) -> None:
    refused: list[str] = []
    script = [(0.2, SetMaster(0.5)), (0.3, SetMaster(level, refused.append))]
    assert play(PATCH, script, seconds=1).engine.picture_master.level == 0.5
    assert len(refused) == 1
    assert "from 0 to 1" in refused[0]


def test_what_is_sent_is_the_same_as_without() -> None:
    script = [(0.25, BlackOut(True)), (0.35, Freeze(True)), (0.45, SetMaster(0.0))]
    assert play(PATCH, script, seconds=1).everything == play(PATCH, seconds=1).everything


def test_they_hold_while_patches_change(tmp_path: Path) -> None:
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for file in files:
        file.write_text(f'title = "{file.stem}"\n' + PATCH)
    begun: list[tuple[str, bool, bool, float]] = []

    def watch(engine: Engine) -> None:
        master = engine.picture_master
        begun.append((engine.plan.title, master.blackout, master.frozen, master.level))
        if len(begun) == 1:
            for command in (BlackOut(True), Freeze(True), SetMaster(0.5), PlayPatch(2)):
                engine.ask("test", command)

    show = Performance(files, partial(open_texts, live=False), watch=watch)

    async def played() -> None:
        playing = asyncio.ensure_future(show.live(None))
        while len(begun) < 2:
            await asyncio.sleep(0)
        playing.cancel()
        with suppress(asyncio.CancelledError):
            await playing

    asyncio.run(asyncio.wait_for(played(), LIMIT))
    assert begun == [("one", False, False, 1.0), ("two", True, True, 0.5)]
