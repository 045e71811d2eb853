"""Video files: the times in the file, what is damaged, and what is no video."""

from __future__ import annotations

import gc
import hashlib
import itertools
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.core.parameter import read_parameters
from engine.sources.video_file import VideoFile

JUMP = Path(__file__).parents[1] / "media" / "jump.mp4"
MS = 1_000_000


class Heard:
    """What a source handed over beside its frames."""

    def __init__(self):
        self.all = []

    def __call__(self, outlet, message, at, cost=0):
        self.all.append((outlet, message, at))


def film(path, pictures, fps=25, colour=True):
    """Write pictures without loss, so that what comes back can be compared."""
    size = (pictures[0].shape[1], pictures[0].shape[0])
    codec = cv2.VideoWriter.fourcc(*"FFV1")
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, codec, fps, size, isColor=colour)
    assert writer.isOpened()
    for picture in pictures:
        writer.write(picture)
    writer.release()
    return str(path)


def shades(count, size=(24, 32)):
    return [np.full((*size, 3), 10 * n, np.uint8) for n in range(count)]


def pictures(box):
    """Pull what a box plays, without what it says of when the next picture is due."""
    return (event for event in box.events() if event[2] is not None)


def played(box, most=None):
    """Play a box as the runtime does; ``most`` ends one that never ends."""
    heard = Heard()
    box.open(heard)
    try:
        return list(itertools.islice(pictures(box), most)), heard.all
    finally:
        box.close()
        box.close()


def levels(events):
    return [int(frame.image[0, 0, 0]) for _, _, frame in events]


def times(events):
    return [at / MS for at, _, _ in events]


def test_every_picture_comes_at_its_time(tmp_path):
    events, heard = played(VideoFile(file=film(tmp_path / "a.mkv", shades(10))))
    assert {(outlet, type(frame)) for _, outlet, frame in events} == {("frame", Frame)}
    assert times(events) == [40 * n for n in range(10)]
    assert levels(events) == [10 * n for n in range(10)]
    assert not any(frame.image.flags.writeable for _, _, frame in events)
    assert heard == []


def test_a_filmed_clip_is_whole_and_always_the_same():
    def run():
        events, heard = played(VideoFile(file=str(JUMP)))
        pixels = hashlib.sha256(b"".join(frame.image.tobytes() for _, _, frame in events[::20]))
        return times(events), pixels.hexdigest(), heard

    first = run()
    assert first[0] == pytest.approx([n * 1000 / 30 for n in range(180)], abs=0.001)
    assert first[2] == []
    assert run() == first


def test_looped_time_runs_on(tmp_path):
    box = VideoFile(file=film(tmp_path / "a.mkv", shades(3)), loop=True)
    events, heard = played(box, 7)
    assert times(events) == [40 * n for n in range(7)]
    assert levels(events) == [0, 10, 20, 0, 10, 20, 0]
    assert heard == []


def test_only_looped_it_has_no_end(tmp_path):
    file = film(tmp_path / "a.mkv", shades(1))
    assert not VideoFile(file=file).endless
    assert VideoFile(file=file, loop=True).endless


def test_speed_changes_while_it_plays(tmp_path):
    box = VideoFile(file=film(tmp_path / "a.mkv", shades(6)), speed=2.0)
    events = pictures(box)
    first = list(itertools.islice(events, 3))
    box.speed = 0.5
    assert times([*first, *events]) == [0, 20, 40, 120, 200, 280]


def test_turned_mirrored_and_cropped_as_a_camera_is(tmp_path):
    image = np.zeros((24, 32, 3), np.uint8)
    image[:12, :16] = 200  # light, at the top left
    box = VideoFile(file=film(tmp_path / "a.mkv", [image] * 2), mirror=True, rotate=180)
    events = pictures(box)
    _, _, turned = next(events)
    assert turned.mirrored
    assert turned.image[20, 4].tolist() == [200, 200, 200]
    box.mirror, box.rotate, box.crop = False, 0, (0.0, 0.5, 0.5, 1.0)
    _, _, cut = next(events)
    assert not cut.mirrored
    assert cut.image.shape == (12, 16, 3)
    assert cut.image.min() == 200


def test_grey_becomes_three_colours(tmp_path):
    grey = [np.full((24, 32), 70, np.uint8)]
    events, _ = played(VideoFile(file=film(tmp_path / "a.mkv", grey, colour=False)))
    assert events[0][2].image.shape == (24, 32, 3)
    assert levels(events) == [70]


def test_one_pixel_is_a_video(tmp_path):
    dot = tmp_path / "dot.png"
    cv2.imwrite(str(dot), shades(1, (1, 1))[0])
    events, _ = played(VideoFile(file=str(dot), loop=True, rotate=90), 2)
    assert [frame.image.shape for _, _, frame in events] == [(1, 1, 3)] * 2


def test_a_still_picture_is_a_video_of_one(tmp_path):
    still = tmp_path / "a.png"
    cv2.imwrite(str(still), shades(1)[0])
    events, heard = played(VideoFile(file=str(still)))
    assert times(events) == [0]
    assert heard == []
    assert len(played(VideoFile(file=str(still), loop=True), 5)[0]) == 5


@pytest.fixture
def damaged(tmp_path):
    noise = list(np.random.default_rng(2).integers(0, 256, (50, 24, 32, 3), np.uint8))
    whole = Path(film(tmp_path / "whole.mkv", noise)).read_bytes()
    file = tmp_path / "half.mkv"
    file.write_bytes(whole[: len(whole) // 2])
    return str(file)


def test_a_damaged_file_plays_as_far_as_it_goes_and_says_so(damaged):
    events, heard = played(VideoFile(file=damaged))
    assert 10 < len(events) < 40
    [(outlet, notice, at)] = heard
    assert isinstance(notice, Notice)
    assert damaged in notice.text
    assert "of 2.0 s" in notice.text
    assert outlet == ""
    assert at >= events[-1][0]


def test_a_damaged_file_loops_and_says_so_once(damaged):
    events, heard = played(VideoFile(file=damaged, loop=True), 150)
    assert len(events) == 150
    assert all(later > sooner for sooner, later in itertools.pairwise(times(events)))
    assert len(heard) == 1


def refused(file):
    with pytest.raises(DeviceError) as error:
        VideoFile(file=str(file)).open(Heard())
    assert str(file) in str(error.value)
    return str(error.value)


def test_a_missing_file_is_named_with_the_nearest(tmp_path):
    (tmp_path / "dancer.mp4").touch()
    assert 'Did you mean "dancer.mp4"?' in refused(tmp_path / "dancr.mp4")
    assert "there is no file" in refused(tmp_path / "nowhere" / "a.mp4")


def test_what_is_no_video_is_refused(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("to be or not to be\n" * 100)
    empty = tmp_path / "empty.mp4"
    empty.touch()
    assert "not a video" in refused(text)
    assert "not a video" in refused(empty)
    assert "is a folder" in refused(tmp_path)


def test_libraries_below_keep_quiet_about_it(tmp_path, damaged):
    text = tmp_path / "text.mp4"
    text.write_text("to be or not to be\n" * 100)
    script = (
        "import sys; from engine.sources.video_file import VideoFile\n"
        "print(sum(e[2] is not None for e in VideoFile(file=sys.argv[1]).events()) > 10)\n"
        "list(VideoFile(file=sys.argv[2]).events())"
    )
    # A process of its own: FFmpeg asks only once how much it may say.
    run = subprocess.run(
        [sys.executable, "-c", script, damaged, str(text)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout == "True\n"
    assert run.stderr.startswith("Traceback")
    assert "is not a video" in run.stderr.splitlines()[-1]


def test_a_video_without_a_readable_picture_is_refused(tmp_path):
    whole = Path(film(tmp_path / "whole.mkv", shades(25, (240, 320)))).read_bytes()
    for length in range(100, 2000, 50):
        stump = tmp_path / f"{length}.mkv"
        stump.write_bytes(whole[:length])
        try:
            VideoFile(file=str(stump)).open(Heard())
        except DeviceError as error:
            assert str(stump) in str(error)
        else:
            assert played(VideoFile(file=str(stump)))[0]


def test_a_file_that_goes_away_between_two_rounds_is_an_error(tmp_path):
    file = Path(film(tmp_path / "a.mkv", shades(2)))
    events = pictures(VideoFile(file=str(file), loop=True))
    assert len(list(itertools.islice(events, 2))) == 2
    file.unlink()
    with pytest.raises(DeviceError, match="there is no file"):
        next(events)


def test_half_watched_it_lets_the_file_go(tmp_path):
    events = pictures(VideoFile(file=film(tmp_path / "a.mkv", shades(5))))
    next(events)
    events.close()
    gc.collect()
    links = (link for link in Path("/proc/self/fd").glob("*") if link.is_symlink())
    held = {link.readlink().name for link in links}
    assert "a.mkv" not in held


def test_what_a_patch_writes_fits():
    parameters = read_parameters(VideoFile)
    assert parameters["file"].required
    assert parameters["file"].fixed
    assert parameters["crop"].from_patch([0, 0, 0.5, 1]) == (0, 0, 0.5, 1)
    assert not parameters["crop"].fixed


def test_the_next_picture_is_not_read_before_it_is_asked_for(tmp_path):
    """Between two pictures it says when the next is due, so that it can be left until then."""
    box = VideoFile(file=film(tmp_path / "a.mkv", shades(3)))
    said = [(at, message is None) for at, _, message in box.events()]
    due = [at for at, waits in said if waits][:-1]
    assert [waits for _, waits in said] == [False, True] * 3
    assert due == [at for at, waits in said if not waits][1:]
