"""The box that paints like one's own pictures: names, mixes, what is kept, what is no picture."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.commands import SetParameter
from engine.core.context import Context, MemoryState
from engine.core.errors import ModelError, ParameterError, PatchError
from engine.core.messages import Frame, Ns
from engine.core.parameter import parameters_of
from engine.inference.model_folders import model_folder
from engine.inference.session import open_sessions
from engine.models.style_of import StyleOfModel
from engine.testing import Played, play

NAME = "arbitrary_style"
CHANCE = np.random.default_rng(8)
PICTURE = Frame(cv2.GaussianBlur(CHANCE.integers(0, 256, (54, 96, 3), np.uint8), (9, 9), 3))


def stripes(colour: tuple[int, int, int], width: int, height: int, step: int = 6) -> Any:
    """Draw slanted lines."""
    picture = np.full((height, width, 3), 230, np.uint8)
    for at in range(-height, width, step):
        cv2.line(picture, (at, 0), (at + height, height), colour, 2)
    return picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three paintings."""
    cv2.imwrite(str(tmp_path / "waves.jpg"), stripes((200, 90, 20), 160, 120))
    cv2.imwrite(str(tmp_path / "sand.png"), stripes((30, 120, 230), 90, 130, 11))
    cv2.imwrite(str(tmp_path / "My ink (2).png"), stripes((10, 10, 10), 70, 70, 4))
    return tmp_path


def opened(folder: Path, pictures: Any, state: Any = None, **more: Any) -> StyleOfModel:
    box = StyleOfModel(pictures=pictures, size=96, **more)
    box.open(Context(folder=folder, state=state or MemoryState()))
    return box


def painted(box: StyleOfModel, look: Any = None, at: float = 0.0) -> NDArray[np.float64]:
    if look is not None:
        box.look = look
    return box.process(PICTURE, at=ns(at)).image.astype(float)


def fresh(box: StyleOfModel, look: Any) -> NDArray[np.float64]:
    box.reset()
    return painted(box, look)


def apart(one: NDArray[Any], other: NDArray[Any]) -> float:
    return float(np.abs(one - other).mean())


def test_every_picture_is_a_look_of_the_name_of_its_file(folder: Path) -> None:
    box = opened(folder, ["waves.jpg", "sand.png", "My ink (2).png"])
    assert box.look == "waves"
    paintings = [fresh(box, look) for look in ("waves", "sand", "My_ink_2")]
    paintings.append(PICTURE.image.astype(float))
    for number, one in enumerate(paintings):
        assert all(apart(one, other) > 5 for other in paintings[:number])


def test_a_mix_has_the_mean_of_the_styles_and_may_have_a_name(folder: Path) -> None:
    mixes = {"dusk": {"waves": 0.5, "sand": 0.5}, "loud": {"waves": 1.0, "sand": 1.0}}
    box = opened(folder, ["waves.jpg", "sand.png"], mixes=mixes)
    half = fresh(box, {"waves": 0.5, "sand": 0.5})
    assert apart(fresh(box, "dusk"), half) == 0
    assert apart(fresh(box, "loud"), half) == 0
    assert apart(half, fresh(box, "waves")) > 2
    assert (
        apart(fresh(box, {"dusk": 1.0, "waves": 1.0}), fresh(box, {"waves": 0.75, "sand": 0.25}))
        == 0
    )


def test_without_pictures_it_has_three_of_ours() -> None:
    box = StyleOfModel(size=96)
    box.open()
    assert box.look == "swirls"
    paintings = [fresh(box, look) for look in ("swirls", "shards", "reeds")]
    assert apart(paintings[0], paintings[1]) > 10
    assert apart(paintings[1], paintings[2]) > 10


def test_weights_of_nothing_show_the_picture(folder: Path) -> None:
    box = opened(folder, ["waves.jpg"])
    for look in ({}, {"waves": 0.0}):
        box.reset()
        box.look = look
        assert box.process(PICTURE, at=Ns(0)) is PICTURE
    faint = fresh(box, {"waves": 0.25})
    assert 0 < apart(faint, PICTURE.image) < apart(fresh(box, "waves"), PICTURE.image) / 3


def test_it_glides_from_one_picture_to_the_other(folder: Path) -> None:
    box = opened(folder, ["waves.jpg", "sand.png"], morph=2.0)
    painted(box, "waves", 0.9)
    painted(box, "waves", 1.0)
    half = painted(box, "sand", 2.0)
    assert apart(half, fresh(box, {"waves": 0.5, "sand": 0.5})) == 0


def test_colours_may_stay_those_of_the_picture(folder: Path) -> None:
    box = opened(folder, ["waves.jpg"])
    changed = apart(fresh(box, "waves").mean((0, 1)), PICTURE.image.mean((0, 1)))
    box.keep_colour = 1.0
    chroma = [
        cv2.cvtColor(each.astype(np.uint8), cv2.COLOR_BGR2YCrCb)[:, :, 1:].mean((0, 1))
        for each in (fresh(box, "waves"), PICTURE.image)
    ]
    assert changed > 5
    assert apart(*chroma) < 5


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (17, 31), (255, 90), (1080, 16)])
def test_pictures_of_odd_sizes_are_painted(folder: Path, size: tuple[int, int]) -> None:
    box = opened(folder, ["sand.png"])
    frame = Frame(np.full((*size, 3), 90, np.uint8))
    assert box.process(frame, at=Ns(0)).image.shape == (*size, 3)


@pytest.mark.parametrize(
    "style",
    [
        stripes((90, 40, 10), 16, 900),
        stripes((90, 40, 10), 700, 17),
        stripes((90, 40, 10), 64, 64)[:, :, 0],
        np.dstack([stripes((90, 40, 10), 64, 64), np.full((64, 64), 128, np.uint8)]),
        stripes((90, 40, 10), 64, 64).astype(np.uint16) * 257,
    ],
    ids=["tall", "wide", "grey", "half transparent", "16 bits"],
)
def test_any_picture_is_a_style(tmp_path: Path, style: NDArray[Any]) -> None:
    cv2.imwrite(str(tmp_path / "odd.png"), style)
    assert apart(painted(opened(tmp_path, ["odd.png"])), PICTURE.image) > 3


# What is kept.


class Counted(StyleOfModel):
    """Counts how often a style is read."""

    reads: int = 0

    def run(self, role: str = "", /, **inputs: Any) -> Any:
        self.reads += role == "read"
        return super().run(role, **inputs)


def reads(folder: Path, state: MemoryState, pictures: list[str]) -> int:
    box = Counted(pictures=pictures, size=32)
    box.open(Context(folder=folder, state=state))
    return box.reads


def test_a_style_is_read_once_and_kept_by_what_the_picture_holds(folder: Path) -> None:
    state = MemoryState()
    assert reads(folder, state, ["waves.jpg", "sand.png"]) == 2
    assert reads(folder, state, ["waves.jpg", "sand.png"]) == 0
    (folder / "waves.jpg").rename(folder / "sea.jpg")
    assert reads(folder, state, ["sea.jpg"]) == 0
    cv2.imwrite(str(folder / "sand.png"), stripes((0, 0, 255), 50, 50))
    assert reads(folder, state, ["sea.jpg", "sand.png"]) == 1


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b"[" * 10**5, b'{"a": 1}', b"\xff\xfe", b'{"KEY": [1]}',
     b'{"KEY": [NaN]}', b'{"KEY": ["x"]}'],
)  # fmt: skip
def test_what_is_kept_and_is_no_style_is_read_anew(folder: Path, text: bytes) -> None:
    state = MemoryState()
    opened(folder, ["waves.jpg"], state)
    good = state.read("styles.json")
    assert good is not None
    (key,) = json.loads(good)
    bad = text.replace(b"KEY", key.encode()).replace(b"[NaN]", b"[" + b"NaN, " * 99 + b"NaN]")
    state.write("styles.json", bad)
    assert reads(folder, state, ["waves.jpg"]) == 1
    assert state.read("styles.json") == good


# What is no picture, or no look.


def broken(folder: Path) -> Iterator[tuple[str, str]]:
    (folder / "words.jpg").write_text("not a picture")
    (folder / "half.png").write_bytes((folder / "sand.png").read_bytes()[:60])
    (folder / "empty.jpg").touch()
    (folder / "album").mkdir()
    cv2.imwrite(str(folder / "dot.png"), np.zeros((1, 40, 3), np.uint8))
    yield "words.jpg", "is not a picture"
    yield "half.png", "is damaged"
    yield "empty.jpg", "is empty"
    yield "album", "is a folder"
    yield "dot.png", "has 40x1 pixels: a style needs 16x16 at least"
    yield "gone.jpg", "is not there"


def test_a_picture_that_is_none_is_told_and_the_others_play(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for file, why in broken(folder):
        box = StyleOfModel(pictures={"bad": file, "waves": "waves.jpg"}, size=96)
        assert f'"{file}" {why}' in box.doubts(folder)["pictures"]
        with caplog.at_level(logging.WARNING, "sensorium"):
            box.open(Context(folder=folder))
        assert f'"{file}" {why}' in caplog.text
        assert box.process(PICTURE, at=Ns(0)) is PICTURE
        assert apart(fresh(box, "waves"), PICTURE.image) > 5
        with pytest.raises(ModelError, match="none of the pictures can be read: ") as raised:
            opened(folder, [file])
        assert why in str(raised.value)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ('pictures = ["waves.jpg"]\nlook = "wave"', 'there is no look "wave". Did you mean'),
        ('pictures = ["waves.jpg"]\nlook = { wavs = 1 }', 'Did you mean "waves"?'),
        ('pictures = ["waves.jpg"]\noutside = "x"', 'outside: there is no look "x"'),
        ('pictures = ["waves.jpg"]\nlook.x = { from = "knob" }', '"look" has no "x"'),
        ('pictures = ["waves.jpg"]\nlook.waves = -1', "waves: expected a number from 0 to 1"),
        ('pictures = ["waves.jpg"]\nlook.waves = nan', "got nan"),
        (f"pictures = {['waves.jpg'] * 65}", "expected 64 files at most, got 65"),
        ('pictures = ["a/x.jpg", "b/x.png"]', 'would both be the look "x"'),
        ('pictures = ["???.jpg"]', "has no letters from a to z"),
        ('pictures = { "a b" = "waves.jpg" }', '"a b" cannot be the name of a look'),
        ('pictures = "waves.jpg"', "expected a list of texts or a table of texts"),
        ('pictures = ["waves.jpg"]\nmixes = { m = { sand = 1 } }', 'has no picture "sand"'),
        ('pictures = ["waves.jpg"]\nmixes = { m = { waves = 0 } }', "has no weight over 0"),
        ('pictures = ["waves.jpg"]\nmixes = { waves = { waves = 1 } }', "the name of a picture"),
    ],
)
def test_what_does_not_fit_is_said(lines: str, reason: str) -> None:
    with pytest.raises((PatchError, ParameterError)) as raised:
        shown(None, lines)
    assert reason in str(raised.value)


def test_a_network_for_something_else_is_a_doubt() -> None:
    box = StyleOfModel(pictures=["waves.jpg"], model="multistyle26")
    assert "is for style, not for style of a picture" in box.doubts(None)["model"]


def shown(folder: Path | None, lines: str, script: Any = ()) -> Played:
    text = f"""
[camera]
use = "stand_in"
width = 128
height = 72
[knob]
use = "lfo"
[style]
use = "style_of"
from = "camera"
size = 32
{lines}
[c]
use = "collector"
from = "style"
"""
    if folder is None:
        return play(text, script, seconds=1)
    (folder / "p.toml").write_text(text)
    return play(folder / "p.toml", script, seconds=1)


def test_looks_are_played_by_cables_and_hands_and_others_refused(folder: Path) -> None:
    script = [
        (0.3, SetParameter("style/look", "sand", 1)),
        (0.4, SetParameter("style", "look", "sand")),
        (0.5, SetParameter("style/look", "snd", 0.5)),
        (0.6, SetParameter("style", "look", "wavse")),
        (0.7, SetParameter("style/look", "waves", float("nan"))),
    ]
    lines = 'pictures = ["waves.jpg", "sand.png"]\noutside.waves = { from = "knob" }'
    show = shown(folder, lines, script)
    told = "\n".join(show.errors)
    assert "snd" in told
    assert 'Did you mean "waves"?' in told
    assert show.stats["lanes"]["style"]["runs"] > 25
    state = show.engine.states["style"]
    assert state.box.look == "sand"
    assert [part.key for part in parameters_of(state.box)["look"].parts()] == ["waves", "sand"]


def test_the_networks_give_what_the_published_ones_give() -> None:
    stored = np.load(model_folder(NAME) / "parity.npz")
    sessions = open_sessions(NAME)
    tolerance = sessions["paint"].card.tolerance

    def planes(picture: NDArray[Any]) -> NDArray[np.float32]:
        return np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)

    (style,) = sessions["read"].run(picture=planes(stored["painting"]))
    assert np.abs(style - stored["styles"][-1]).max() <= tolerance
    for each, expected in zip(stored["styles"], stored["painted"], strict=True):
        (painting,) = sessions["paint"].run(image=planes(stored["picture"]), style=each)
        assert np.abs(painting[0] - expected).max() <= tolerance
        assert painting.std() > 0.1
