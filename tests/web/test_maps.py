"""Maps as the page shows them: what lies where, where hands are, and pictures where they may."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from runtime.boxes import COLLECT, numbers, play

from engine.core.commands import BlackOut, KeepPrivate
from engine.core.context import Context
from engine.corpus.build import build_corpus
from engine.corpus.file import read_corpus
from engine.runtime.entries import CommandEntry
from engine.web.knobs import Knobs
from engine.web.maps import LONGEST, Maps
from engine.web.requests import HoldRequest, SetRequest, to_command
from engine.web.rights import Role, refusal

from .visit import get, visit

MEDIA = Path(__file__).parents[1] / "media"


def patch(file):
    box = f'[m]\nuse="corpus_map"\nlabel="Tones"\nfrom="a"\nfile="{file}"\n'
    return numbers("a", [0.25]) + box + COLLECT + 'file="m.file"\n'


@pytest.fixture
def tones():
    engine = play(patch(MEDIA / "tones.corpus")).engine
    engine.states["m"].box.open(Context("m"))
    return engine


@pytest.fixture
def pictures(tmp_path):
    folder = tmp_path / "all"
    (folder / "more").mkdir(parents=True)
    for name, level in (("a", 40), ("more/b", 220)):
        cv2.imwrite(str(folder / f"{name}.png"), np.full((300, 600, 3), level, np.uint8))
    (folder / "c.png").write_bytes((folder / "a.png").read_bytes())
    build_corpus(folder, tmp_path / "all.corpus", None, lambda *_: None)
    (folder / "c.png").unlink()
    engine = play(patch(tmp_path / "all.corpus")).engine
    engine.states["m"].box.open(Context("m"))
    return engine


def command(engine, what):
    engine.step(CommandEntry("test", what))


def test_it_tells_where_hands_are_and_what_is_nearest(tones):
    maps, box = Maps(tones), tones.states["m"].box
    (is_,) = maps.read()
    assert (is_.box, is_.label, is_.kind, is_.count) == ("m", "Tones", "sounds", 4)
    assert (is_.x, is_.y, is_.reach, is_.item) == (0.5, 0.5, 0.15, None)
    box.on_touch("0.25 0.75")
    assert (maps.read()[0].x, maps.read()[0].y) == (0.25, 0.75)
    items = maps.items("m")
    assert items.mark == is_.mark
    assert items.names == read_corpus(MEDIA / "tones.corpus").names
    assert len(items.places) == 8
    assert maps.items("clock") is None
    box.close()
    assert maps.read() == []
    assert maps.items("m") is None


def test_a_touch_is_an_owners(tones):
    touch = HoldRequest("m", "touch", "0.5 0.5")
    assert refusal(Role.OWNER, touch, tones) == ""
    assert refusal(Role.GUEST, touch, tones)
    assert "guests may not play" in refusal(Role.GUEST, SetRequest("m", "touch", "0 0"), tones)
    assert refusal(Role.GUEST, SetRequest("m", "x", 0.5), tones) == ""
    assert to_command(touch, tones).value == "0.5 0.5"
    for bad in ("0.5", "here", "0.5 nan", "2 0", "0 0 0"):
        with pytest.raises(ValueError, match="expected two numbers from 0 to 1"):
            to_command(HoldRequest("m", "touch", bad), tones)


def test_a_thumbnail_is_small_and_none_is_shown_while_it_is_private_or_black(pictures):
    maps = Maps(pictures)

    def shown(item):
        return asyncio.run(maps.thumbnail("m", item))

    names = maps.items("m").names
    assert names == ("a.png", "c.png", "more/b.png")
    image = cv2.imdecode(np.frombuffer(shown(2), np.uint8), cv2.IMREAD_COLOR)
    assert image.shape == (LONGEST // 2, LONGEST, 3)
    assert image.mean() == pytest.approx(220, abs=2)
    assert shown(1) is None, "that file has gone"
    assert shown(3) is None
    for what, back in ((KeepPrivate(True), KeepPrivate(False)), (BlackOut(True), BlackOut(False))):
        command(pictures, what)
        assert shown(2) is None
        command(pictures, back)
        assert shown(2) is not None


def test_where_a_finger_is_is_no_knob(tones):
    names = [knob.name for knob in Knobs(tones).all if knob.box == "m"]
    assert "play" in names
    assert "touch" not in names


def test_sounds_have_no_thumbnails(tones):
    assert asyncio.run(Maps(tones).thumbnail("m", 0)) is None


def test_a_page_fetches_what_lies_where(page, tones):
    page.watch(tones)

    async def look():
        async with visit(page) as visitor:
            said = await visitor.next("maps")
            bad = ("/map", "/map?of=x", "/map?of=m&item=0", "/map?of=m&item=-1", "/map?of=m&item=x")
            return said, await get(page, "/map?of=m"), [await get(page, each) for each in bad]

    said, (status, headers, body), refused = asyncio.run(look())
    assert status == 200
    assert headers["Content-Type"].startswith("application/json")
    items = json.loads(body)
    assert items["mark"] == said["maps"][0]["mark"]
    assert items["names"][3] == "low.wav"
    assert [each[0] for each in refused] == [404] * 5
