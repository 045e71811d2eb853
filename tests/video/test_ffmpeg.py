"""The programs: not installed, broken, silent for ever; nobody waits for them."""

from __future__ import annotations

import shutil
import sys

import numpy as np
import pytest

from engine.core.clock import SECOND
from engine.core.errors import DeviceError
from engine.video import ffmpeg
from engine.video.film import Film

from .film_maker import X264, make_film
from .test_film import DV, FIELDS, TOP, Played

pytestmark = [
    pytest.mark.peer("ffmpeg", "ffmpeg"),
    pytest.mark.skipif(sys.platform == "win32", reason="the programs are scripts of a shell"),
]


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    place = tmp_path_factory.mktemp("programs")
    make_film(place / "plain.mp4", *X264, seconds=1.0)
    make_film(place / "dv.avi", *DV, seconds=1.0, rate=50)
    how = ("-vf", TOP, *FIELDS, *X264, "-x264opts", "tff=1")
    make_film(place / "fields.mp4", *how, seconds=1.0, rate=60)
    make_film(place / "ffv1.mkv", "-c:v", "ffv1", seconds=1.0)
    fake = ("-x264opts", "fake-interlaced=1")
    make_film(place / "said.mp4", *X264, *fake, seconds=1.0)
    return place


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """Give a function that puts scripts in the place of ffprobe and ffmpeg; none at first."""
    sleep = shutil.which("sleep")
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place))
    ffmpeg._facts.cache_clear()

    def put(script, *names):
        for name in names or ("ffprobe", "ffmpeg"):
            file = place / name
            file.write_text("#!/bin/sh\n" + script.format(sleep=sleep))
            file.chmod(0o755)

    yield put
    ffmpeg._facts.cache_clear()


@pytest.mark.parametrize("name", ["fields.mp4", "dv.avi"])
def test_without_ffmpeg_interlaced_film_is_refused_and_never_shown_as_black(media, programs, name):
    with pytest.raises(DeviceError, match="is interlaced, and needs ffmpeg: "):
        Film(str(media / name), print)


@pytest.mark.parametrize("name", ["plain.mp4", "ffv1.mkv", "said.mp4"])
def test_without_ffmpeg_all_other_film_plays(media, programs, name):
    film = Played(media / name)
    assert len(film.times) == 30
    assert film.told == {}


BROKEN = {
    "ends at once": "exit 1",
    "says nonsense": "echo nonsense; echo '[1, 2'; exit 0",
    "says other JSON": 'echo "[1, 2]"; exit 0',
    "says empty JSON": 'echo "{{}}"; exit 0',
    "says no streams": """echo '{{"streams": [3], "frames": 7}}'; exit 0""",
    "is silent for ever": "exec {sleep} 1000",
    "is no program": "\0\0\0",
}


@pytest.mark.may_block("waits for a program")
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_program_stops_nothing(media, programs, monkeypatch, name):
    monkeypatch.setattr(ffmpeg, "PATIENCE_S", 0.3)
    programs(BROKEN[name])
    for file in ("plain.mp4", "ffv1.mkv", "said.mp4"):
        assert len(Played(media / file).times) == 30
    with pytest.raises(DeviceError, match="is interlaced, and ffmpeg cannot read it"):
        Film(str(media / "fields.mp4"), print)


@pytest.mark.may_block("waits for a program")
def test_one_that_stops_in_the_middle_ends_the_film(media, programs, monkeypatch):
    """What was there of it is played, and that the rest is missing is told."""
    monkeypatch.setattr(ffmpeg, "PATIENCE_S", 4.0)
    real = shutil.which("ffmpeg", path="/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin")
    if real is None:
        pytest.skip("ffmpeg is in no usual place")
    head = shutil.which("head", path="/usr/bin:/bin")
    programs(f'"{real}" "$@" | {head} -c 7000000\nexec {{sleep}} 1000', "ffmpeg")
    film = Played(media / "dv.avi")
    assert 3 <= len(film.times) < 20
    assert "it ends after" in film.told["end"]


@pytest.mark.may_block("waits for a program")
def test_one_that_takes_no_picture_any_more_is_ended():
    process, pipe = ffmpeg.begin_to_write([sys.executable, "-c", "import time; time.sleep(1000)"])
    watch = ffmpeg.StallWatch(process, 0.2)
    with pytest.raises(BrokenPipeError), watch.waiting():
        ffmpeg.write_picture(pipe, np.zeros((1000, 1000, 3), np.uint8))
    watch.close()
    pipe.close()
    assert process.wait() != 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12.5", 12.5), ("00:00:12.500000000", 12.5), ("1:00:00", 3600), ("0", 0)]
    + [(wrong, 0) for wrong in ("N/A", "", "-3", "nan", "inf", "1e400", ":", "1:2:x")],
)
def test_lengths(text, seconds):
    assert ffmpeg._length(text) == seconds * SECOND
