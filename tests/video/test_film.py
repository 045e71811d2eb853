"""Films as people have them: other pixels, two fields, turned, damaged, with clocks that jump."""

from __future__ import annotations

import itertools
import os
import select
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.core.errors import DeviceError
from engine.video.film import Film
from tests.by_night import few, pairs
from tests.limits import LIMIT

from .film_maker import FPS, SIZE, X264, convert, make_film

pytestmark = [pytest.mark.peer("ffmpeg", "ffmpeg"), pytest.mark.peer("ffprobe", "ffmpeg")]

FILMED = Path(__file__).parents[1] / "media" / "jump.mp4"
LAST = 3 - 1 / FPS


class Played:
    """One pass through a film: pictures, their times in s, and what was told."""

    def __init__(self, file, earlier=None):
        self.told = {}
        self.film = Film(str(file), self.tell, earlier)
        self.through_ffmpeg = self.film._pipe is not None
        self.pictures, self.times = [], []
        at = 0
        try:
            for since, image in self.film.pictures(lambda: None):
                at += since
                self.pictures.append(image.copy())
                self.times.append(at / 1e9)
        finally:
            self.film.close()

    def tell(self, topic, text):
        self.told.setdefault(topic, text)


def rounds(film):
    """Give width by height of the disc in each picture, 1 where it is round."""
    found = []
    for image in film.pictures:
        bright = image[..., 1] > 160
        if bright.any():
            across, down = bright.any(0).sum(), bright.any(1).sum()
            found.append(across / down)
    return found


def combing(image):
    """Tell how much every other line stands out, in steps of 255."""
    lines = image[..., 1].astype(int)
    return float(np.abs(lines[:-2] + lines[2:] - 2 * lines[1:-1]).mean())


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    return tmp_path_factory.mktemp("films")


def is_whole(film, seconds=3.0, rate=FPS):
    assert film.times == pytest.approx([n / rate for n in range(round(seconds * rate))], abs=0.002)
    assert film.told == {}


# -- Pixels that are not square --------------------------------------------------------------------

SHAPES = {
    "h264.mp4": ("scale=160:240,setsar=2", *X264),
    "h264.mkv": ("scale=160:240,setsar=2", *X264),
    "h264.mov": ("scale=160:240,setsar=2", *X264),
    "h264.ts": ("scale=160:240,setsar=2", *X264),
    "mpeg4.avi": ("scale=160:240,setsar=2", "-c:v", "mpeg4"),
    "vp9.webm": ("scale=160:240,setsar=2", "-c:v", "libvpx-vp9", "-cpu-used", "8"),
    "high.mp4": ("scale=320:120,setsar=1/2", *X264),
    "dvd.mpg": ("scale=720:576,setsar=16/15", "-c:v", "mpeg2video", "-b:v", "2M"),
    "hdv.ts": ("scale=360:360,setsar=4/3", "-c:v", "mpeg2video", "-b:v", "2M"),
    "odd.mp4": ("scale=232:240,setsar=40/29", *X264),
    "square.mp4": ("setsar=1", *X264),
    "silent.mp4": ("setsar=0", *X264),
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_disc_is_round_whatever_the_pixels(media, name):
    shape, *codec = SHAPES[name]
    film = Played(make_film(media / f"shape_{name}", "-vf", shape, *codec, seconds=1.0))
    height, width = film.pictures[0].shape[:2]
    assert width / height == pytest.approx(SIZE[0] / SIZE[1], rel=0.01)
    assert rounds(film) == pytest.approx([1.0] * FPS, abs=0.05)
    is_whole(film, 1.0)


def test_what_only_the_codec_says_of_pixels_counts(media):
    plain = make_film(media / "vui_plain.mkv", "-vf", "scale=160:240,setsar=0", *X264, seconds=0.5)
    said = "h264_metadata=sample_aspect_ratio=2/1"
    film = Played(convert(media / "vui.ts", "-i", str(plain), "-c", "copy", "-bsf:v", said))
    assert rounds(film) == pytest.approx([1.0] * len(film.pictures), abs=0.05)


PIXELS = ["setsar=1", "scale=160:240,setsar=2", "scale=320:120,setsar=1/2"]


@pytest.mark.parametrize(("turn", "shape"), pairs([90, 180, 270], PIXELS, 3))
def test_a_telephone_on_its_side_and_other_pixels(media, turn, shape):
    name = f"{turn}_{shape.replace('=', '').replace('/', '').replace(':', '').replace(',', '')}"
    upright = make_film(media / f"up_{name}.mp4", "-vf", shape, *X264, seconds=0.5)
    how = ("-i", str(upright), "-c", "copy", "-metadata:s:v", f"rotate={turn}")
    film = Played(convert(media / f"turned_{name}.mp4", *how))
    height, width = film.pictures[0].shape[:2]
    wanted = SIZE[0] / SIZE[1] if turn == 180 else SIZE[1] / SIZE[0]
    assert width / height == pytest.approx(wanted, rel=0.01)
    assert rounds(film) == pytest.approx([1.0] * len(film.pictures), abs=0.05)


def test_pixels_that_no_film_has_are_told_and_taken_for_square(media):
    film = Played(make_film(media / "mad.mp4", "-vf", "setsar=100", *X264, seconds=0.3))
    assert film.pictures[0].shape[:2] == SIZE[::-1]
    assert "100:1" in film.told["pixels"]


# -- Interlaced ------------------------------------------------------------------------------------

TOP = "tinterlace=interleave_top,setfield=tff"
BOTTOM = "tinterlace=interleave_bottom,setfield=bff"
DV = ("-vf", f"scale=720:576,{BOTTOM},setsar=16/15", "-c:v", "dvvideo", "-pix_fmt", "yuv420p")
FIELDS = ("-flags", "+ilme+ildct")
MARKED = {
    "h264.mp4": (60, "-vf", TOP, *FIELDS, *X264, "-x264opts", "tff=1"),
    "h264_bottom.mkv": (60, "-vf", BOTTOM, *FIELDS, *X264, "-x264opts", "bff=1"),
    "h264.ts": (50, "-vf", TOP, *FIELDS, *X264, "-x264opts", "tff=1"),
    "mpeg2.mpg": (50, "-vf", TOP, *FIELDS, "-c:v", "mpeg2video", "-b:v", "3M"),
    "mpeg2_wide.ts": (
        *(60, "-vf", f"scale=160:240,setsar=2,{BOTTOM}", *FIELDS),
        *("-c:v", "mpeg2video", "-b:v", "3M"),
    ),
    "dv.avi": (50, *DV),
    "mpeg4.avi": (60, "-vf", TOP, *FIELDS, "-c:v", "mpeg4", "-q:v", "3"),
    "prores.mov": (60, "-vf", f"scale=640:480,{TOP}", *FIELDS, "-c:v", "prores"),
    "ffv1.mkv": (60, "-vf", TOP, "-c:v", "ffv1"),
}
UNMARKED = {
    "h264.mp4": (60, "-vf", "tinterlace=interleave_top", *X264),
    "h264_bottom.mkv": (60, "-vf", "tinterlace=interleave_bottom", *X264),
    "mpeg4.avi": (60, "-vf", "tinterlace=interleave_top", "-c:v", "mpeg4", "-q:v", "3"),
    "wide.mp4": (60, "-vf", "scale=160:240,setsar=2,tinterlace=interleave_top", *X264),
}


@pytest.fixture(scope="module")
def smooth(media):
    """Tell how combed a picture of the disc is that is not interlaced."""
    return max(map(combing, Played(make_film(media / "smooth.mp4", *X264)).pictures))


@pytest.mark.parametrize("name", few(MARKED, 5))
def test_interlaced_film_is_made_whole(media, smooth, name):
    rate, *how = MARKED[name]
    film = Played(make_film(media / f"marked_{name}", *map(str, how), seconds=2.0, rate=rate))
    assert film.through_ffmpeg
    height, width = film.pictures[0].shape[:2]
    assert width / height == pytest.approx(SIZE[0] / SIZE[1], rel=0.01)
    assert np.median([combing(one) for one in film.pictures]) < 1.2 * smooth
    assert np.median(rounds(film)) == pytest.approx(1.0, abs=0.1)
    is_whole(film, 2.0, rate // 2)


@pytest.mark.parametrize("name", UNMARKED)
def test_film_that_does_not_say_so_is_noticed_and_made_whole(media, smooth, name):
    rate, *how = UNMARKED[name]
    film = Played(make_film(media / f"unmarked_{name}", *map(str, how), seconds=2.0, rate=rate))
    assert not film.through_ffmpeg
    assert "interlaced" in film.told.pop("fields")
    is_whole(film, 2.0, rate // 2)
    assert all(combing(one) < 1.2 * smooth for one in film.pictures[10:])
    assert {one.shape for one in film.pictures} == {(SIZE[1], SIZE[0], 3)}
    again = Played(media / f"unmarked_{name}", film.film)
    assert all(combing(one) < 1.2 * smooth for one in again.pictures), "known from the first on"


PROGRESSIVE = {
    "mpeg2.mpg": ("-c:v", "mpeg2video"),
    "prores.mov": ("-c:v", "prores", "-pix_fmt", "yuv422p10le"),
    "mjpeg.avi": ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p"),
    "ffv1.mkv": ("-c:v", "ffv1"),
    "hevc.mp4": ("-c:v", "libx265", "-x265-params", "log-level=none"),
    "vp8.webm": ("-c:v", "libvpx"),
    "mpeg1.mpg": ("-c:v", "mpeg1video"),
    "high422.mkv": ("-pix_fmt", "yuv422p10le", *X264),
    "baseline.mp4": ("-profile:v", "baseline", *X264),
    "scaling.mkv": ("-x264opts", "cqm=jvt", *X264),
    "h264.ts": X264,
}


@pytest.mark.parametrize("name", PROGRESSIVE)
def test_progressive_film_goes_the_short_way(media, name):
    film = Played(make_film(media / f"plain_{name}", *PROGRESSIVE[name], seconds=1.5))
    assert not film.through_ffmpeg
    assert np.median(rounds(film)) == pytest.approx(1.0, abs=0.05)
    is_whole(film, 1.5)


@pytest.mark.parametrize("ending", ["jpg", "png", "bmp", "tiff", "webp", "ppm", "gif"])
def test_a_still_asks_no_program(media, monkeypatch, ending):
    still = media / f"still.{ending}"
    cv2.imwrite(str(still), np.full((24, 32, 3), 90, np.uint8))
    monkeypatch.setattr("engine.video.film.facts", lambda path: pytest.fail("ffprobe is asked"))
    film = Played(still)
    assert len(film.pictures) == 1
    assert film.pictures[0].shape == (24, 32, 3)
    assert film.told == {}


def test_film_of_people_is_never_taken_for_interlaced():
    film = Played(FILMED)
    assert film.told == {}
    assert not film.through_ffmpeg


def test_a_codec_that_only_ffmpeg_knows(media):
    coders = subprocess.run(["ffmpeg", "-encoders"], capture_output=True, text=True, check=True)
    coder = next((one for one in ("libsvtav1", "libaom-av1") if one in coders.stdout), "")
    if not coder:
        pytest.skip("this ffmpeg writes no AV1")
    film = Played(make_film(media / "av1.mp4", "-c:v", coder, seconds=0.5))
    assert rounds(film) == pytest.approx([1.0] * (FPS // 2), abs=0.05)
    is_whole(film, 0.5)


# -- Damage ----------------------------------------------------------------------------------------


def at_share(share, length=0.05, put=b"\0"):
    def hurt(data):
        begin, end = int(share * len(data)), int((share + length) * len(data))
        return data[:begin] + (put * (end - begin))[: end - begin] + data[end:]

    return hurt


def noise(data):
    begin, end = int(0.4 * len(data)), int(0.5 * len(data))
    return data[:begin] + np.random.default_rng(3).bytes(end - begin) + data[end:]


def many(data):
    for share in (0.2, 0.35, 0.5, 0.65, 0.8):
        data = at_share(share, 0.03)(data)
    return data


FAST = ("-movflags", "+faststart")
CLUSTERS = ("-cluster_time_limit", "400")
"""Matroska is read on from its next cluster, else 5 s later."""
VP9 = ("-c:v", "libvpx-vp9", "-cpu-used", "8", "-g", "15", *CLUSTERS)
HURT = {
    "zeros in mp4": (at_share(0.5, 0.08), "a.mp4", (*X264, *FAST)),
    "noise in mp4": (noise, "b.mp4", (*X264, *FAST)),
    "many in mp4": (many, "c.mp4", (*X264, *FAST)),
    "no other key frame": (at_share(0.5, 0.08), "d.mp4", (*X264, "-g", "900", *FAST)),
    "mpeg4": (noise, "e.mp4", ("-c:v", "mpeg4", *FAST)),
    "noise in mkv": (noise, "f.mkv", (*X264, *CLUSTERS)),
    "many in webm": (many, "g.webm", VP9),
    "noise in webm": (noise, "h.webm", VP9),
    "prores": (many, "i.mov", ("-c:v", "prores", "-pix_fmt", "yuv422p10le", *FAST)),
    "mjpeg": (many, "j.mov", ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p", *FAST)),
}


@pytest.mark.parametrize("name", HURT)
def test_it_plays_on_behind_a_bad_stretch_and_says_where(media, name):
    hurt, file, how = HURT[name]
    whole = make_film(media / f"whole_{file}", *how)
    (media / f"hurt_{file}").write_bytes(hurt(whole.read_bytes()))
    film = Played(media / f"hurt_{file}")
    assert len(film.times) >= 50
    assert film.times[-1] == pytest.approx(LAST, abs=0.11)
    assert set(film.told) == {"hole"}
    assert f'hurt_{file}" is damaged at ' in film.told["hole"]
    where = float(film.told["hole"].split(" is damaged at ")[1].split(" s")[0])
    assert 0.2 < where < 2.5


@pytest.mark.parametrize("file", ["cut.mp4", "cut.mkv", "cut.avi"])
def test_a_film_that_is_cut_off_ends_where_it_does(media, file):
    whole = make_film(media / f"to_{file}", *X264, *(FAST if file.endswith("mp4") else ()))
    data = whole.read_bytes()
    (media / file).write_bytes(data[: int(0.6 * len(data))])
    film = Played(media / file)
    assert 1 < film.times[-1] < 2.5
    assert "it ends after" in film.told["end"]
    assert "of 3.0 s" in film.told["end"]
    again = Played(media / file, film.film)
    assert again.times == film.times


@pytest.mark.parametrize("file", ["unfinished.mp4", "unfinished.mov", "unfinished.m4v"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_recording_that_was_never_finished_is_called_that(media, file, share):
    data = make_film(media / f"done_{file}", *X264, seconds=1.0).read_bytes()
    (media / file).write_bytes(data[: int(share * data.index(b"moov"))])
    with pytest.raises(DeviceError, match="was cut off before it was finished: its end is missing"):
        Film(str(media / file), print)


# -- Clocks ----------------------------------------------------------------------------------------


def shifted(number, seconds, base):
    """Give the filter that sets a film's clock by some seconds from a picture on."""
    moved = f"if(gte(N\\,{number})\\,{{0}}+{round(seconds * base)}\\,{{0}})"
    return f"setts=pts={moved.format('PTS')}:dts={moved.format('DTS')}"


BASES = {"jump.mkv": 1000, "jump.mp4": 15360, "jump.ts": 90000}
JUMPS = [(30, 3600), (1, 3600), (60, 600)]
"""From which picture on, and by how many seconds."""


@pytest.mark.parametrize(("file", "jump"), pairs(BASES, JUMPS, 3))
def test_over_a_clock_that_jumps_it_plays_on(media, file, jump):
    number, seconds = jump
    plain = make_film(media / f"plain_{file}", *X264, "-bf", "0")
    how = ("-i", str(plain), "-c", "copy", "-bsf:v", shifted(number, seconds, BASES[file]))
    film = Played(convert(media / f"{number}_{seconds}_{file}", *how))
    assert film.times == pytest.approx([n / FPS for n in range(3 * FPS)], abs=0.02)
    assert set(film.told) == {"clock"}
    assert f"jumps from {(number - 1) / FPS:.1f} s to " in film.told["clock"]


@pytest.mark.parametrize("second", [1000.0, 0.0])
def test_two_films_in_one_with_clocks_of_their_own(media, second):
    made = [
        make_film(media / f"{name}_{second}.ts", "-c:v", "mpeg2video", *how)
        for name, how in (("one", ("-output_ts_offset", "500")), ("two", ()))
    ]
    parts = made if second == 0 else made[::-1]
    both = media / f"both_{second}.ts"
    both.write_bytes(b"".join(part.read_bytes() for part in parts))
    film = Played(both)
    assert film.times == pytest.approx([n / FPS for n in range(6 * FPS)], abs=0.02)
    assert "clock" in film.told


@pytest.mark.parametrize("file", ["later.mkv", "later.ts", "later.mp4", "later.mpg"])
def test_a_film_may_begin_whenever_it_likes(media, file):
    codec = ("-c:v", "mpeg2video") if file.endswith("mpg") else X264
    film = Played(make_film(media / file, *codec, "-output_ts_offset", "5"))
    is_whole(film)


def test_sound_may_be_longer_than_the_pictures(media):
    sound = ("-f", "lavfi", "-i", "sine=d=8", "-c:v", "copy", "-c:a", "aac")
    pictures = make_film(media / "short.mkv", *X264)
    for name in ("long.mkv", "long.mp4"):
        is_whole(Played(convert(media / name, "-i", str(pictures), *sound)))


def test_a_film_that_runs_unevenly_keeps_its_times(media):
    uneven = "settb=1/1000,select='not(between(n,20,49))',setpts='PTS+0.01/TB*mod(N,3)'"
    how = ("-vf", uneven, "-vsync", "passthrough", "-enc_time_base", "1/1000", *X264)
    film = Played(make_film(media / "uneven.mkv", *how))
    kept = [n for n in range(90) if not 20 <= n <= 49]
    wanted = [n / FPS + 0.01 * (k % 3) for k, n in enumerate(kept)]
    assert film.times == pytest.approx(wanted, abs=0.002)
    assert film.told == {}


# -- Names, and what is left behind ----------------------------------------------------------------

NAMES = ["-i.mp4", "a b.mp4", "größe.mp4", "50%.mp4", "film%03d.mp4", "a:b.mp4", "a'\"b.mp4"]
NAMES += ["http:x.mp4", "concat:a|b.mp4", "$(id).mp4", "a\nb.mp4"]


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
@pytest.mark.parametrize(("name", "way"), pairs(NAMES, ["h264.mp4", "dv.avi"], 2))
def test_any_name_is_only_a_name(media, monkeypatch, name, way):
    how = X264 if way == "h264.mp4" else DV
    made = make_film(media / f"named_{way}", *how, seconds=0.4, rate=50)
    folder = media / f"names_{way}"
    folder.mkdir(exist_ok=True)
    shutil.copy(made, folder / name)
    monkeypatch.chdir(folder)
    assert len(Played(name).times) >= 10
    (folder / name).unlink()


def programs():
    """Return the processes of ffmpeg that this one has begun."""
    command = ["ps", "-o", "pid=,comm=", "--ppid", str(os.getpid())]
    found = subprocess.run(command, capture_output=True, check=False).stdout.splitlines()
    return {line.split()[0] for line in found if b"ffmpeg" in line}


def open_files():
    """Return the number and the target of all that this process has open."""
    found = set()
    for each in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # it was the folder itself
            found.add((each.name, each.readlink()))
    return found


def test_half_watched_it_leaves_no_program_and_no_file(media):
    """Beside those of tests before, which may still be ending."""
    made = make_film(media / "half.avi", *DV, seconds=2.0, rate=50)
    before, files = programs(), open_files()
    for _ in range(3):
        film = Film(str(made), lambda *_: None)
        pictures = film.pictures(lambda: None)
        assert len(list(itertools.islice(pictures, 3))) == 3
        assert len(programs() - before) == 1
        film.close()
        assert programs() <= before
    assert open_files() <= files


PLAYS_FOR_EVER = """
import sys
from engine.video.film import Film
film = Film(sys.argv[1], print)
pictures = film.pictures(lambda: None)
next(pictures)
print(film._pipe._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.may_block("waits for a process")
def test_a_show_that_is_killed_takes_its_program_with_it(media):
    made = make_film(media / "orphan.avi", *DV, seconds=2.0, rate=50)
    show = subprocess.Popen(
        [sys.executable, "-c", PLAYS_FOR_EVER, str(made)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with show:
        pid = int(show.stdout.readline())
        assert Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"/")
        # What is waited for is the end of the program: a pipe that it holds open.
        end = os.pidfd_open(pid)
        show.kill()
        assert select.select([end], [], [], LIMIT)[0]
        os.close(end)


@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"to be or not to be\n" * 100])
def test_what_is_no_film_is_refused(media, content):
    file = media / "no.mp4"
    file.write_bytes(content)
    with pytest.raises(DeviceError, match="is not a video, or is damaged at its beginning"):
        Film(str(file), lambda *_: None)
