"""Nothing that happens to a recording happens to the show, and what was written can be played."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from engine.recording import recorder as recorder_module
from engine.recording.reader import Recording
from engine.recording.recorder import Recorder
from engine.recording.writer import WriteRequest
from engine.runtime.engine import Engine
from engine.runtime.opening import open_texts
from engine.runtime.performance import Performance

from .shows import NOBODY, SMALL, again, compared

LIMIT = 90
MAIN = "from engine.cli import main; main()"
SMALL_FILES = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)); "
TOLD = "nothing more is recorded, the show goes on"
ENDLESS = SMALL.replace('seconds = "3 s"', "").replace("width = 64", "width = 128")
TRIES = 3
"""How often a kill may find the machine too busy."""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "endless.toml"
    file.write_text(ENDLESS)
    return file


def sensorium(*words: object, code: str = MAIN) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONASYNCIODEBUG": "0"},
    )


def killed(patch: Path, file: Path) -> float:
    """Record, kill the process without warning, and give how many seconds are missing."""
    with sensorium("play", patch, "--record", file, "--dump", "-", "--no-page") as process:
        try:
            assert process.stdout is not None
            for _ in range(3000):  # some seconds
                assert process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            at = time.monotonic_ns()
        finally:
            process.kill()
    recording = Recording(file)
    last = [item.moment for item in recording.items()][-1]
    assert recording.cut_off
    return (at - last) / 1e9


@pytest.mark.skipif(sys.platform != "linux", reason="two processes tell the same time there")
def test_a_show_that_is_killed_loses_a_second_at_most(patch: Path, tmp_path: Path) -> None:
    lost = []
    for number in range(TRIES):
        file = tmp_path / f"{number}.mcap"
        lost.append(killed(patch, file))
        assert compared(again(file)).different == []
        if lost[-1] <= 1.0:
            break
    assert min(lost) <= 1.0, lost


def played_on(process: subprocess.Popen[str], stats: Path) -> str:
    """Wait for the end of a show whose recording stopped; gives what it said."""
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert TOLD in err
    assert err.count(TOLD) == 1
    numbers = json.loads(stats.read_text())
    assert numbers["routes"]["out/reach"]["messages"] > 60
    assert any(each["box"] == "recording" for each in numbers["errors"])
    return err


def stopped_early(file: Path) -> None:
    """Make sure that a recording holds the beginning of a show of four seconds, and not the end."""
    recording = Recording(file)
    moments = [item.moment for item in recording.items()]
    assert recording.cut_off
    assert 0 < moments[-1] - moments[0] < 3.5e9
    assert compared(again(file)).different == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_file_that_may_grow_no_more_stops_the_recording_and_not_the_show(
    patch: Path, tmp_path: Path
) -> None:
    file, stats = tmp_path / "show.mcap", tmp_path / "stats.json"
    words = ("play", patch, "--record", file, "--for", 4, "--stats", stats, "--no-page", "--pixels")
    with sensorium(*words, code=SMALL_FILES + MAIN) as process:
        played_on(process, stats)
    stopped_early(file)


@pytest.fixture
def little_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("only root may mount a disk of its own")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_stops_the_recording_and_not_the_show(
    patch: Path, little_disk: Path, tmp_path: Path
) -> None:
    file, stats = little_disk / "show.mcap", tmp_path / "stats.json"
    words = ("play", patch, "--record", file, "--for", 4, "--stats", stats, "--no-page", "--pixels")
    with sensorium(*words) as process:
        assert "the disk is full" in played_on(process, stats)
    stopped_early(file)


def test_a_disk_that_does_not_keep_up_stops_the_recording_and_not_the_show(
    patch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MOST", 10)
    recorder = Recorder(tmp_path / "show.mcap", WriteRequest(to=NOBODY))
    engines: list[Engine] = []

    def watch(engine: Engine) -> None:
        engines.append(engine)
        recorder.watch(engine)

    recorder.open()
    show = Performance([patch], partial(open_texts, to=NOBODY), watch=watch)
    numbers = asyncio.run(show.live(2.0))
    recorder.close()
    assert numbers["routes"]["out/reach"]["messages"] > 20
    errors = {each["box"]: each["error"] for each in numbers["errors"]}
    assert "does not keep up" in errors["recording"]


def test_a_folder_that_is_not_there_is_said_before_anything_plays(
    patch: Path, tmp_path: Path
) -> None:
    with sensorium("play", patch, "--record", tmp_path / "no" / "show.mcap") as process:
        _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 2
    assert "there is no folder" in err
    assert "Traceback" not in err


def test_the_commands_record_and_replay_and_say_what_is_different(
    patch: Path, tmp_path: Path
) -> None:
    file = tmp_path / "show.mcap"
    with sensorium("record", patch, file, "--for", 4) as process:
        _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert f"entries in {file}" in err
    with sensorium("replay", file, "--compare") as process:
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert out.startswith("identical: ")
    edited = tmp_path / "edited.toml"
    edited.write_text(ENDLESS.replace("right_hand", "left_hand"))
    with sensorium("replay", file, edited, "--compare") as process:
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, err
    assert "out/reach" in out
