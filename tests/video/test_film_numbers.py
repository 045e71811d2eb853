"""The numbers of a body are those of the person, however the film of it is stored."""

from __future__ import annotations

import json
import subprocess
import sys
from statistics import mean

import pytest

from engine.sources.stand_in import StandIn
from tests.by_night import few

from .film_maker import X264, convert

pytestmark = [pytest.mark.peer("ffmpeg", "ffmpeg"), pytest.mark.peer("ffprobe", "ffmpeg")]

PLAY = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
PATCH = """
[camera]
use = "camera"
device = "none.mp4"
[pose]
use = "pose"
from = "camera"
[apart]
use = "apart"
from = "pose"
[energy]
use = "energy"
from = "pose"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/aspect" = "pose.aspect"
"/people" = "pose.count"
"/apart" = "apart"
"/energy" = "energy"
"""
FIELDS = ("-flags", "+ilme+ildct")
TOP = "tinterlace=interleave_top,setfield=tff"
STORED = {
    "narrow.mp4": ("-vf", "scale=360:360,setsar=16/9", *X264),
    "dvd.mpg": ("-vf", "scale=720:576,setsar=64/45", "-c:v", "mpeg2video", "-b:v", "4M"),
    "later.mkv": (*X264, "-output_ts_offset", "5"),
    "fields.mp4": ("-vf", f"{TOP}", *FIELDS, *X264, "-x264opts", "tff=1"),
    "fields.mpg": ("-vf", f"{TOP}", *FIELDS, "-c:v", "mpeg2video", "-b:v", "4M"),
}


def numbers(folder, film):
    (folder / "body.toml").write_text(PATCH)
    words = [*PLAY, str(folder / "body.toml"), "--offline", "--dump", "-"]
    words += ["--set", f"camera.device={film}"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True)
    assert "damaged" not in done.stderr
    found = {}
    for line in done.stdout.splitlines():
        said = json.loads(line)
        found.setdefault(said["address"], []).append(said["args"][0])
    return found


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("bodies")


def dancer(rate):
    """Draw two seconds of the dancer as raw pictures, and give them with how ffmpeg reads them."""
    events = StandIn(sings=False, seconds=2.0, fps=rate, noise=0.05).events()
    frames = [message for _, outlet, message in events if outlet == "frame" and message]
    raw = ("-f", "rawvideo", "-pix_fmt", "bgr24", "-s", "640x360", "-r", str(rate), "-i", "-")
    return b"".join(frame.image.tobytes() for frame in frames), (*raw, "-pix_fmt", "yuv420p")


@pytest.fixture(scope="module")
def true(media):
    pictures, how = dancer(30)
    return numbers(media, convert(media / "true.mp4", *how, *X264, stdin=pictures))


@pytest.mark.parametrize("name", few(STORED, 3))
def test_the_numbers_are_those_of_the_person(media, true, name):
    pictures, how = dancer(60 if name.startswith("fields") else 30)
    found = numbers(media, convert(media / name, *how, *STORED[name], stdin=pictures))
    assert found["/aspect"] == pytest.approx([16 / 9] * 60, rel=0.005)
    assert set(found["/people"]) == {1}
    for address in ("/apart", "/energy"):
        assert mean(found[address]) == pytest.approx(mean(true[address]), rel=0.05)
