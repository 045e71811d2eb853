"""Saving by the page: a draft, the same again with its key, and what is said where it cannot be."""

from __future__ import annotations

import asyncio
import threading

import pytest
from runtime.boxes import BOXES

from engine.core.commands import SetParameter
from engine.runtime.saver import Saver
from engine.testing import play
from tests.limits import LIMIT

from .visit import visit

PATCH = """\
[a]
use = "numbers"
values = [1.0]
[d]
use = "double"
from = "a"
by = 2.0   # see rtsp://me:word@10.0.0.7/live
[c]
use = "collector"
[c.send]
d = { from = "d", in = [0, 2], to = [0, 1] }
"""


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "show.toml"
    file.write_text(PATCH)
    return file


@pytest.fixture
def engine(page, file):
    engine = play(file, boxes=BOXES).engine
    page.watch(engine)
    return engine


def talk(page, *asked):
    """Ask for one thing after another; a function makes a request of the answer before."""

    async def go():
        answers = []
        async with visit(page) as one:
            for ask in asked:
                what, kind = ask(answers[-1]) if callable(ask) else ask
                await one.ask(**what)
                if kind:
                    answers.append(await one.next(kind))
        return answers

    return asyncio.run(go())


TURN = {"do": "set", "box": "d", "parameter": "by", "value": 5}, ""
LOOK = {"do": "save"}, "draft"


def with_key(draft, kind="saved"):
    return {"do": "save", "key": draft["key"]}, kind


def test_what_was_looked_at_is_saved(page, engine, file):
    draft, saved = talk(page, TURN, LOOK, with_key)
    (one,) = draft["files"]
    assert (one["name"], one["folder"], one["new"]) == ("show.toml", str(file.parent), False)
    (change,) = one["changes"]
    assert change["line"] == 7
    assert change["new"][0].startswith("by = 5.0   # see rtsp://")
    assert "word" not in str(one)  # a page is no place for passwords
    assert (draft["count"], saved["count"], draft["left"]) == (1, 1, [])
    assert file.read_text() == PATCH.replace("by = 2.0 ", "by = 5.0 ")


def test_without_a_look_nothing_is_saved(page, engine, file):
    (refused,) = talk(page, TURN, ({"do": "save", "key": "0"}, "unsaved"))
    assert "look again" in refused["text"]
    draft, again = talk(
        page, LOOK, ({"do": "set", "box": "d", "parameter": "by", "value": 6}, ""), LOOK
    )
    (late,) = talk(page, with_key(draft, "unsaved"))
    assert draft["key"] != again["key"]
    assert "something has changed" in late["text"]
    assert file.read_text() == PATCH


def test_a_file_that_may_not_be_written_is_told(page, engine, file):
    file.chmod(0o444)
    _, refused = talk(page, TURN, LOOK, lambda draft: with_key(draft, "unsaved"))
    assert "its permissions forbid it" in refused["text"]
    assert engine.states["d"].overrides == {"by"}


def test_a_flood_of_saves_is_turned_away(page, engine, monkeypatch):
    draft, may = Saver.draft, threading.Event()
    monkeypatch.setattr(Saver, "draft", lambda saver: may.wait(LIMIT) and draft(saver))

    async def go():
        async with visit(page) as one:
            await one.ask(do="set", box="d", parameter="by", value=5)
            for _ in range(30):
                await one.ask(do="save")
            await one.next("refused", lambda news: "just now" in news["text"])
            may.set()
            await one.next("draft")
            await one.next("values")

    asyncio.run(go())


def test_a_key_is_a_text(page, engine):
    (refused,) = talk(page, ({"do": "save", "key": 5}, "refused"))
    assert "not understood" in refused["text"]


def test_it_tells_how_much_was_turned(page, engine):
    async def go():
        async with visit(page) as one:
            before = await one.next("knobs")
            await one.ask(do="set", box="c.d/scale", parameter="in", value=[0, 4])
            await one.ask(do="set", box="d", parameter="by", value=5)
            after = await one.next("knobs", lambda news: news["turned"] == 2)
            await one.ask(do="save")
            return before, after, await one.next("draft")

    before, after, draft = asyncio.run(go())
    assert (before["turned"], before["cabled"], after["cabled"], draft["count"]) == (0, 0, 0, 2)


def test_hands_of_anybody_are_in_the_draft(page, engine):
    engine.ask("osc", SetParameter("d", "by", 7))
    (draft,) = talk(page, LOOK)
    assert draft["count"] == 1
