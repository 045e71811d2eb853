"""Films that are written: what is in them, and that nothing costs more than the last second."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.core.clock import SECOND
from engine.core.commands import Command, Lost, Notice
from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import Frame, Ns
from engine.sinks.video_writer import VideoWriter
from tests.full_disk import no_file_larger_than
from tests.limits import LIMIT

pytestmark = pytest.mark.peer("ffmpeg", "ffmpeg")
FPS = 30


def shades(file: Path) -> list[int]:
    """Return the grey of each picture of a film."""
    film = cv2.VideoCapture(str(file))
    found = []
    while (read := film.read())[0]:
        found.append(round(float(np.median(read[1]))))
    film.release()
    return found


def grey(shade: int, width: int = 64, height: int = 36) -> Frame:
    return Frame(np.full((height, width, 3), shade, np.uint8))


class Film:
    """An open writer, whose clock the test says."""

    def __init__(self, folder: Path, **parameters: Any) -> None:
        self.box = VideoWriter(**parameters)
        self.reports: list[Command] = []
        self.box.report_to(self.reports.append)
        self.private = False
        self.box.open(Context("film", folder, may_leave=lambda: not self.private))

    def send(self, seconds: float, frame: Frame) -> None:
        self.box.send("in", frame, Ns(round(seconds * SECOND)))

    def wait(self, seconds: float) -> None:
        """Let time pass until then: wake it whenever it asks for it."""
        while (due := self.box.wake()) is not None and due <= seconds * SECOND:
            self.box.on_wake(due)


@pytest.mark.parametrize("name", ["take.mp4", "take.mov", "take.mkv"])
@pytest.mark.parametrize("size", [(64, 36), (33, 17)])
def test_pictures_stand_when_they_were_taken(tmp_path, name, size) -> None:
    """Late, early, too many a second, missing: the film goes at its own even pace."""
    film = Film(tmp_path, file=name, quality=1.0)
    for at, shade in [(1.0, 40), (1.01, 80), (1.1, 120), (1.5, 200), (1.501, 210)]:
        film.send(at, grey(shade, *size))
    film.wait(4.0)
    film.box.close()
    found = shades(tmp_path / name)
    at = {moment: found[int(moment * FPS)] for moment in (0, 0.034, 0.2, 0.49, 0.6, 1.9)}
    wanted = {0: 40, 0.034: 80, 0.2: 120, 0.49: 120, 0.6: 210, 1.9: 210}
    assert at == pytest.approx(wanted, abs=4)
    assert len(found) == pytest.approx(2 * FPS + 1, abs=1)
    assert not film.reports


@pytest.mark.parametrize("size", [(64, 1), (2, 64), (1, 1), (3, 2), (3, 3)])
def test_a_lossless_film_may_be_a_line_or_a_point(tmp_path, size) -> None:
    film = Film(tmp_path, file="line.mkv", codec="lossless")
    for number, shade in enumerate((0, 100, 200)):
        film.send(number / FPS, grey(shade, *size))
    film.box.close()
    assert not film.reports
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "line.mkv")]
    raw = subprocess.run([*command, "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    found = np.frombuffer(raw, np.uint8).reshape(3, -1, 4)[..., :3]
    assert [np.unique(each).tolist() for each in found] == [[0], [100], [200]]


def test_a_film_of_which_nothing_is_written_is_not_said_to_be_whole(tmp_path) -> None:
    film = Film(tmp_path, file="none.mp4")
    film.send(0, grey(10, 40_000, 2))  # wider than H.264 has it
    film.box.finish()
    (notice,) = film.reports
    assert "40000x2" in str(notice)
    assert "nothing is kept" in str(notice)
    assert "whole" not in str(notice)
    assert not (tmp_path / "none.mp4").exists()
    film.box.close()


def test_no_film_is_written_over(tmp_path) -> None:
    for _ in range(3):
        film = Film(tmp_path, file="take.mkv", codec="lossless")
        film.send(0, grey(7))
        film.send(0.1, grey(200))
        film.box.close()
        film.box.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == [
        "take.mkv", "take_2.mkv", "take_3.mkv",
    ]  # fmt: skip
    assert set(shades(tmp_path / "take_2.mkv")) == {7, 200}


def test_a_loss_and_what_is_private_are_black_and_other_sizes_fit(tmp_path) -> None:
    film = Film(tmp_path, file="take.mkv", codec="lossless")
    film.send(0, grey(100))
    film.box.silence("in")
    film.send(1, grey(100, 36, 36))
    film.private = True
    film.box.on_masters()
    film.send(2, grey(50))
    film.box.close()
    found = shades(tmp_path / "take.mkv")
    assert found[FPS // 2] == 0
    assert found[FPS + 3] == 0, "privacy blackens what stands at once"
    assert found[-1] == 50


def test_record_ends_a_film_and_begins_another(tmp_path) -> None:
    film = Film(tmp_path, file="take.mkv", codec="lossless", record=False)
    film.send(0, grey(10))
    assert not list(tmp_path.iterdir()), "nothing until it shall"
    film.box.record = True
    film.send(1, grey(20))
    film.send(1.5, grey(30))
    film.box.record = False
    film.wait(3.0)
    assert len(shades(tmp_path / "take.mkv")) == pytest.approx(FPS / 2, abs=2)
    film.box.record = True
    film.send(5, grey(40))
    film.box.close()
    assert shades(tmp_path / "take_2.mkv") == [40]


@pytest.mark.parametrize("name", ["take.mp4", "take.mkv"])
def test_a_full_disk_costs_the_last_second_and_the_show_goes_on(tmp_path, name) -> None:
    """What is there can be played."""
    film = Film(tmp_path, file=name, quality=1.0)
    noise = np.random.default_rng(1)
    with no_file_larger_than(400_000):
        for count in range(20 * FPS):
            image = noise.integers(0, 255, (90, 160, 3), dtype=np.uint8)
            film.send(count / FPS, Frame(image))
            if film.reports:
                break
    (lost,) = film.reports
    assert isinstance(lost, Lost)
    assert "largest size" in lost.reason
    assert "whole up to the last second" in lost.reason
    assert len(shades(tmp_path / name)) > count - 2 * FPS
    film.box.close()
    film.box.open(Context("film", tmp_path))
    film.send(100, grey(9))  # and then there is room again
    film.box.close()
    assert shades(tmp_path / f"take_2{Path(name).suffix}") == pytest.approx([9], abs=3)


@pytest.mark.parametrize("ends", ["the show", "the take"])
def test_a_disk_that_is_found_full_at_the_end_is_told(
    tmp_path, ends: str, caplog: pytest.LogCaptureFixture
) -> None:
    film = Film(tmp_path, file="take.mp4", quality=1.0)
    noise = np.random.default_rng(1)
    with no_file_larger_than(4_000):
        for count in range(2):  # less than the piece of a second that is written at once
            image = noise.integers(0, 255, (90, 160, 3), dtype=np.uint8)
            film.send(count / FPS, Frame(image))
        assert not film.reports
        if ends == "the take":
            film.box.record = False
            film.wait(3.0)
        film.box.close()
    told = [each.text for each in film.reports] + caplog.messages
    assert len(told) == 1 and "largest size" in told[0]
    assert len(caplog.messages) == (ends == "the show"), "nobody hears a report as a show ends"


@pytest.mark.parametrize("name", ["take.mp4", "take.mkv"])
@pytest.mark.parametrize("victim", ["ffmpeg", "both"])
def test_a_kill_costs_the_last_second(tmp_path, name, victim) -> None:
    script = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from engine.core.context import Context\n"
        "from engine.core.messages import Frame\n"
        "from engine.sinks.video_writer import VideoWriter\n"
        "box = VideoWriter(file=sys.argv[1])\n"
        "box.open(Context('film', Path(sys.argv[2])))\n"
        "for count in range(151):\n"
        "    box.send('in', Frame(np.full((90, 160, 3), count, np.uint8)), count * 10**9 // 30)\n"
        "print(box._film._process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    show = subprocess.Popen(
        [sys.executable, "-c", script, name, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert show.stdout is not None
    assert show.stdin is not None
    encoder = int(show.stdout.readline())
    # It has taken all pictures; that it has written them shows in the file, which then rests.
    wait_for_rest(tmp_path / name)
    if victim == "both":
        os.kill(show.pid, signal.SIGKILL)
    os.kill(encoder, signal.SIGKILL)
    show.stdin.close()
    show.stdout.close()
    show.wait()
    assert len(shades(tmp_path / name)) > 150 - FPS - 5


def wait_for_rest(file: Path) -> None:
    """Wait until a file is there and grows no more."""
    before, deadline = -1, time.monotonic() + LIMIT
    while (now := file.stat().st_size) != before or not now:
        assert time.monotonic() < deadline
        before = now
        time.sleep(0.5)


def test_what_cannot_be_is_said_before(tmp_path, monkeypatch) -> None:
    with pytest.raises(ParameterError, match=r"\.mp4, \.mov, \.mkv.*got take\.gif"):
        VideoWriter(file="take.gif")
    with pytest.raises(ParameterError, match=r"needs a file that ends in \.mkv"):
        VideoWriter(file="take.mp4", codec="lossless")
    with pytest.raises(DeviceError, match="this patch is no file"):
        VideoWriter(file="take.mp4").open(Context("film"))
    with pytest.raises(DeviceError, match="cannot be written"):
        VideoWriter(file="no/take.mp4").open(Context("film", tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="ffmpeg, which is not installed: sudo apt install"):
        VideoWriter(file="take.mp4").open(Context("film", tmp_path))


def test_an_encoder_that_dies_is_told_and_the_next_film_begins(tmp_path) -> None:
    film = Film(tmp_path, file="take.mp4")
    film.send(0, grey(10))
    film.send(1, grey(20))
    assert film.box._film is not None
    film.box._film._process.kill()
    film.box._film._process.wait()
    for count in range(10):
        film.send(2 + count, grey(30))
    assert [type(each) for each in film.reports if not isinstance(each, Notice)] == [Lost]
    film.box.close()
    assert (tmp_path / "take_2.mp4").exists()
