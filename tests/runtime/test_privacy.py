"""Who may make a show private, and who may end that."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from engine.core.commands import KeepPrivate, PlayPatch
from engine.runtime.engine import Engine
from engine.runtime.opening import open_patch, open_texts
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


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(PATCH)
    return file


def test_anybody_may_make_a_show_private_and_open_it_again() -> None:
    assert play(PATCH, seconds=1).engine.privacy.pictures_may_leave
    on = (0.2, KeepPrivate(True))
    assert not play(PATCH, [on], seconds=1).engine.privacy.pictures_may_leave
    engine = play(PATCH, [on, (0.4, KeepPrivate(False))], seconds=1).engine
    assert engine.privacy.pictures_may_leave
    assert not engine.status().private


def test_what_the_patch_says_nobody_ends_and_who_asked_is_told() -> None:
    refused: list[str] = []
    played = play(
        "privacy = true\n" + PATCH, [(0.2, KeepPrivate(False, refused.append))], seconds=1
    )
    assert not played.engine.privacy.pictures_may_leave
    assert played.engine.status().private
    assert len(refused) == 1
    assert "only they can end" in refused[0]


@pytest.mark.parametrize(
    ("said", "room", "asked", "private"),
    [
        ("", "", False, False),
        ("privacy = true\n", "", False, True),
        ("", "", True, True),
        ("privacy = false\n", "", True, True),
        ("", "privacy = true\n", False, True),
        ("privacy = true\n", "privacy = false\n", False, True),
    ],
)
def test_the_patch_its_room_or_who_begins_it_says_private(
    patch: Path, said: str, room: str, asked: bool, private: bool
) -> None:
    patch.write_text(said + PATCH)
    (patch.parent / "rig.toml").write_text(room)
    plan = open_patch(patch, live=False, private=asked)
    assert plan.private is private


def test_what_was_asked_holds_for_the_next_patch_too(patch: Path) -> None:
    second = patch.parent / "second.toml"
    second.write_text('title = "second"\n' + PATCH)
    begun: list[tuple[str, bool, bool]] = []

    def watch(engine: Engine) -> None:
        privacy = engine.privacy
        begun.append((engine.plan.title, privacy.pictures_may_leave, privacy.always))
        if len(begun) == 1:
            engine.ask("test", KeepPrivate(True))
            engine.ask("test", PlayPatch(2))

    show = Performance([patch, second], partial(open_texts, live=False), watch=watch)
    asyncio.run(asyncio.wait_for(played(show, begun), LIMIT))
    assert begun == [("small", True, False), ("second", False, False)]


async def played(show: Performance, begun: list[tuple[str, bool, bool]]) -> None:
    """Play until the second patch has begun."""
    playing = asyncio.ensure_future(show.live(None))
    while len(begun) < 2:
        await asyncio.sleep(0)
    playing.cancel()
    with suppress(asyncio.CancelledError):
        await playing
