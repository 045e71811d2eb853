"""A film that is scratched: backwards, at any speed, from any place, in parts, by cables."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.core.commands import SetParameter
from engine.sources.video_file import VideoFile
from engine.testing import play
from engine.video.film import Film
from engine.video.shuttle import Shuttle

COUNT = 20
MS = 1_000_000


def write(path: Path, codec: str = "FFV1", count: int = COUNT, fps: float = 25) -> str:
    """Write a film whose pictures are 10, 20, 30 ..."""
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, (64, 48)
    )
    assert writer.isOpened()
    for number in range(count):
        writer.write(np.full((48, 64, 3), 10 * number + 10, np.uint8))
    writer.release()
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def whole(folder: Path) -> str:
    """A film of whole pictures."""
    return write(folder / "whole.mkv")


@pytest.fixture(scope="module")
def differences(folder: Path) -> str:
    """A film most of whose pictures say only how they differ from those before."""
    return write(folder / "differences.mp4", "mp4v")


def shade(image: np.ndarray) -> int:
    """Return the number of a picture."""
    return round((float(image.mean()) - 10) / 10)


class Wheel:
    """Plays a box tick by tick, and says which pictures are seen and when."""

    def __init__(self, box: VideoFile) -> None:
        self.box = box
        self.events = box.events()
        self.times: list[float] = []
        self._promised = 0

    def turn(self, count: int) -> list[int]:
        seen = []
        for at, _, message in self.events:
            assert at >= self._promised, "nothing comes before it may"
            self._promised = at
            if message is not None:
                seen.append(shade(message.image))
                self.times.append(at / MS)
            elif len(seen) == count:
                break
        return seen


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"speed": 1.0}, [0, 1, 2, 3, 4, 5]),
        ({"speed": 2.0, "position": 0.0}, [0, 1, 2, 3, 4, 5]),
        ({"speed": 10.0, "loop": True}, [0, 10, 0, 10, 0, 10]),
        ({"speed": 6.0}, [0, 6, 12, 18]),
        ({"speed": 0.0}, [0] * 6),
        ({"speed": 0.0, "position": 1.0}, [19] * 6),
        ({"speed": -1.0}, [0] * 6),
        ({"speed": -1.0, "loop": True}, [0, 19, 18, 17, 16, 15]),
        ({"speed": -1.0, "position": 1.0}, [19, 18, 17, 16, 15, 14]),
        ({"speed": -2.0, "position": 1.0}, [19, 17, 15, 13, 11, 9]),
        ({"speed": -0.5, "position": 1.0}, [19, 18, 18, 17, 17, 16]),
        ({"speed": -10.0, "position": 1.0, "loop": True}, [19, 9, 19, 9, 19, 9]),
        ({"speed": 2.0, "position": 0.5}, [9, 11, 13, 15, 17, 19]),
        ({"begin": 0.5, "loop": True}, [10, 11, 12, 13, 14, 15]),
        ({"begin": 0.2, "end": 0.35, "loop": True}, [4, 5, 6, 4, 5, 6]),
        ({"begin": 0.35, "end": 0.2, "loop": True}, [4, 5, 6, 4, 5, 6]),
        ({"begin": 0.2, "end": 0.35, "loop": True, "speed": -1.0}, [6, 5, 4, 6, 5, 4]),
        ({"begin": 0.2, "end": 0.2, "loop": True}, [4] * 6),
        ({"begin": 1.0, "end": 1.0, "loop": True}, [19] * 6),
        ({"begin": 0.5, "end": 0.6, "loop": True, "position": 1.0}, [11, 10, 11, 10, 11, 10]),
    ],
    ids=str,
)
@pytest.mark.parametrize("film", ["whole", "differences"])
def test_which_pictures_are_seen(
    film: str, knobs: dict[str, float], expected: list[int], request: pytest.FixtureRequest
) -> None:
    wheel = Wheel(VideoFile(file=request.getfixturevalue(film), **knobs))
    assert wheel.turn(6) == expected


def test_a_fast_film_shows_no_more_pictures_than_a_slow_one(whole: str) -> None:
    """Nobody needs 250 a second."""
    wheel = Wheel(VideoFile(file=whole, speed=10.0, loop=True))
    wheel.turn(5)
    assert wheel.times == [0, 40, 80, 120, 160]


def test_pictures_come_at_the_rate_of_the_film(whole: str) -> None:
    wheel = Wheel(VideoFile(file=whole, speed=-1.0, position=1.0))
    wheel.turn(5)
    assert wheel.times == [0, 40, 80, 120, 160]


def test_a_slow_film_is_scratched_as_finely(folder: Path) -> None:
    """A tick is never longer than one picture of a film at 25."""
    wheel = Wheel(VideoFile(file=write(folder / "slow.mkv", fps=5), speed=-1.0, position=1.0))
    assert wheel.turn(11) == [19, 18, 18, 18, 18, 18, 17, 17, 17, 17, 17]
    assert wheel.times[:3] == [0, 40, 80]


def test_speed_is_played_and_the_film_goes_on_from_where_it_is(differences: str) -> None:
    box = VideoFile(file=differences)
    wheel = Wheel(box)
    assert wheel.turn(5) == [0, 1, 2, 3, 4]
    box.speed = -1.0
    assert wheel.turn(3) == [5, 4, 3]
    box.speed = 0.0
    assert wheel.turn(3) == [3, 3, 3]
    box.speed = 3.0
    assert wheel.turn(3) == [6, 9, 12]
    box.speed = 1.0
    assert wheel.turn(3) == [13, 14, 15]
    assert wheel.times == [40 * number for number in range(17)]


def test_another_part_is_played_from_its_beginning(differences: str) -> None:
    box = VideoFile(file=differences, loop=True)
    wheel = Wheel(box)
    assert wheel.turn(2) == [0, 1]
    box.begin, box.end = 0.5, 0.65
    assert wheel.turn(4) == [10, 11, 12, 10]
    box.begin, box.end = 0.1, 0.2
    assert wheel.turn(3) == [2, 3, 2]
    box.begin, box.end = 0.0, 1.0
    assert wheel.turn(2) == [3, 4]


def test_jumps_go_to_the_place_each_time_that_it_is_set(differences: str) -> None:
    box = VideoFile(file=differences, loop=True)
    wheel = Wheel(box)
    assert wheel.turn(2) == [0, 1]
    for _ in range(3):
        box.position = 0.5
        assert wheel.turn(3) == [9, 10, 11]
    box.position = 0.0
    assert wheel.turn(2) == [0, 1]


def test_after_the_end_of_a_loop_it_plays_on_as_it_was_filmed(whole: str) -> None:
    box = VideoFile(file=whole, loop=True, position=0.9)
    wheel = Wheel(box)
    assert wheel.turn(25) == [*range(17, 20), *range(20), 0, 1]
    assert wheel.times == [40 * number for number in range(25)]


def test_without_a_loop_it_ends_where_it_would(whole: str) -> None:
    assert Wheel(VideoFile(file=whole, position=0.9)).turn(99) == [17, 18, 19]
    assert Wheel(VideoFile(file=whole, begin=0.2, end=0.4)).turn(99) == [4, 5, 6, 7]


def test_it_ends_no_show_while_it_does_not_go_on(whole: str) -> None:
    assert [VideoFile(file=whole, speed=s).endless for s in (1.0, 0.1, 0.0, -1.0)] == [
        *(False, False, True, True)
    ]


def test_a_slow_film_hears_soon_that_it_is_to_be_faster(whole: str) -> None:
    box = VideoFile(file=whole, speed=0.01)  # 4 s a picture
    events = box.events()
    moments = [at for at, _, _ in itertools.islice(events, 11)]
    assert moments == [0, *(40 * MS * number for number in range(1, 11))]
    box.speed = 1.0
    later = [(at / MS, shade(m.image)) for at, _, m in itertools.islice(events, 5) if m]
    assert later[0] == (pytest.approx(400 + 36, abs=0.1), 1), "a tenth of it had passed"


def test_a_picture_that_stands_is_one_frame(whole: str) -> None:
    frames = [m for _, _, m in itertools.islice(VideoFile(file=whole, speed=0.0).events(), 9) if m]
    assert len(frames) == 5 and len({*map(id, frames)}) == 1


@given(
    speeds=st.lists(st.floats(-10, 10), min_size=1, max_size=8),
    places=st.lists(st.floats(0, 1), max_size=8),
    part=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
@example(speeds=[1.9999999999999982], places=[], part=(0.0, 0.0625))  # nearly round to its end
def test_however_it_is_played_it_shows_pictures_of_the_part(
    whole: str, speeds: list[float], places: list[float], part: tuple[float, float]
) -> None:
    box = VideoFile(file=whole, loop=True, begin=part[0], end=part[1])
    wheel = Wheel(box)
    low, high = min(part) * COUNT, max(part) * COUNT
    for speed, place in itertools.zip_longest(speeds, places):
        box.speed = speed if speed is not None else 1.0
        if place is not None:
            box.position = place
        for number in wheel.turn(2):
            assert min(int(low), COUNT - 1) <= number <= max(high, low + 1, 1)


def test_a_film_larger_than_its_memory_is_still_right_backwards(differences: str) -> None:
    film = Film(differences, lambda topic, text: None)
    shuttle = Shuttle(film, 0, most=4 * 64 * 48 * 3)
    order = [*range(20), *range(19, -1, -1), 7, 3, 18, 0, 19, 5, 4, 3, 4, 5]
    shown = []
    for before, number in itertools.pairwise([0, *order]):
        picture = shuttle.show(number, float(np.sign(number - before)))
        assert picture is not None
        shown.append(shade(picture))
        assert sum(each.nbytes for each in shuttle._kept.values()) <= 4 * 64 * 48 * 3
    film.close()
    assert shown == order


@pytest.mark.parametrize("said", [21, 22, 40, 400])
def test_a_film_that_is_shorter_than_it_says_ends_where_it_ends(
    differences: str, said: int
) -> None:
    film = Film(differences, lambda topic, text: None)
    film._declared = said * film.interval
    shuttle = Shuttle(film, 0)
    assert shuttle.count == said
    picture = shuttle.show(said - 1, 1.0)
    assert picture is not None and shade(picture) == 19
    assert shuttle.count == COUNT
    film.close()


def test_backwards_a_stretch_is_decoded_once(differences: str) -> None:
    film = Film(differences, lambda topic, text: None)
    sought: list[int] = []
    seek = film.seek
    film.seek = lambda number: (sought.append(number), seek(number))[1]  # type: ignore[assignment,func-returns-value]
    shuttle = Shuttle(film, 0)
    for number in range(19, -1, -1):
        shuttle.show(number, -1.0)
    for number in range(20):
        shuttle.show(number, 1.0)
    film.close()
    assert len(sought) <= 2


@pytest.mark.peer("ffmpeg", "ffmpeg")
def test_what_only_ffmpeg_reads_goes_backwards_too(folder: Path, whole: str) -> None:
    interlaced = folder / "interlaced.mpg"
    command = ["ffmpeg", "-v", "error", "-y", "-i", whole, "-vf", "setfield=tff,scale=64:48"]
    command += ["-flags", "+ilme+ildct", "-c:v", "mpeg2video", "-q:v", "2", str(interlaced)]
    subprocess.run(command, check=True)
    assert shutil.which("ffmpeg")
    box = VideoFile(file=str(interlaced), speed=-1.0, position=1.0)
    seen = Wheel(box).turn(10)
    assert all(before - after in (0, 1) for before, after in itertools.pairwise(seen))
    assert seen[0] - seen[-1] >= 8


def test_a_cable_scratches_and_a_hand_jumps_in_a_patch(whole: str) -> None:
    text = f"""
[film]
use = "video_file"
file = {whole!r}
speed = {{ from = "wheel", to = [-2, 2] }}
loop = true
[wheel]
use = "lfo"
shape = "square"
rate = 1
[c]
use = "collector"
from = "film"
"""
    script = [(1.5, SetParameter("film", "position", 0.5))]
    played = play(text, script, seconds=2.5)
    assert played.errors == []
    shades = [shade(frame.image) for frame in played.box("c").of("in")]
    steps = {(after - before) % COUNT for before, after in itertools.pairwise(shades)}
    assert {2, COUNT - 2} <= steps, "forwards and backwards"
    assert 9 in shades
