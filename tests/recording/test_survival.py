"""Nothing that happens to a recording happens to the show, and what was written can be played."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.recording import recorder as recorder_module
from engine.recording.reader import Recording
from engine.runtime.engine import Engine
from tests.limits import LIMIT

from .shows import SMALL, again, compared, perform

MAIN = "from engine.cli import main; main()"
SMALL_FILES = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000)); "
TOLD = "nothing more is recorded, the show goes on"
ENDLESS = SMALL.replace('seconds = "3 s"', "").replace("width = 64", "width = 128")
TRIES = 10
"""How often a kill may find the machine too busy."""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "endless.toml"
    file.write_text(ENDLESS)
    return file


@contextmanager
def sensorium(*words: object, code: str = MAIN) -> Iterator[subprocess.Popen[str]]:
    """Run a command, which is killed at the latest when the test may wait no more."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONASYNCIODEBUG": ""},
    ) as process:
        alarm = threading.Timer(LIMIT, process.kill)
        alarm.start()
        try:
            yield process
        finally:
            alarm.cancel()
            process.kill()


def killed(patch: Path, file: Path) -> float:
    """Record, kill the process without warning, and give how many seconds are missing."""
    with sensorium("play", patch, "--record", file, "--dump", "-", "--no-page") as process:
        assert process.stdout is not None
        for _ in range(3000):  # some seconds
            assert process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        at = time.monotonic_ns()
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


def stopped_and_played_on(patch: Path, file: Path, code: str = MAIN) -> str:
    """Play a second longer than a recording holds, which stops by itself; gives what was said."""
    stats = patch.with_name("stats.json")
    words = ("--record", file, "--pixels", "--stats", stats, "--dump", "-", "--no-page")
    with sensorium("play", patch, *words, code=code) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        err = ""
        for line in process.stderr:
            err += line
            if TOLD in line:
                break
        held = recorded(file)
        moment = 0.0
        for line in process.stdout:
            moment = json.loads(line)["t"]
            if moment > held + 1:
                break
        assert moment > held + 1, "the show ended"
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=LIMIT)
    err += rest
    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert err.count(TOLD) == 1
    numbers = json.loads(stats.read_text())
    assert numbers["seconds"] > moment
    assert any(each["box"] == "recording" for each in numbers["errors"])
    assert recorded(file) == held
    assert compared(again(file)).different == []
    return err


def recorded(file: Path) -> float:
    """Return how many seconds a recording holds whose end is missing."""
    recording = Recording(file)
    moments = [item.moment for item in recording.items()]
    assert recording.cut_off
    assert moments[-1] > moments[0]
    return (moments[-1] - moments[0]) / 1e9


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_file_that_may_grow_no_more_stops_the_recording_and_not_the_show(
    patch: Path, tmp_path: Path
) -> None:
    stopped_and_played_on(patch, tmp_path / "show.mcap", SMALL_FILES + MAIN)


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


def test_a_full_disk_stops_the_recording_and_not_the_show(patch: Path, little_disk: Path) -> None:
    assert "the disk is full" in stopped_and_played_on(patch, little_disk / "show.mcap")


def test_a_disk_that_does_not_keep_up_stops_the_recording_and_not_the_show(
    patch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MOST", 10)
    told_at: list[int] = []

    def played_on(engine: Engine, _: int) -> bool:
        count = engine.metrics.routes["out/reach"].messages
        if not told_at and any("keep up" in fault.text for fault in engine.metrics.faults):
            told_at.append(count)
        return bool(told_at) and count > told_at[0] + 20

    numbers = perform(tmp_path / "show.mcap", patch, played_on)
    errors = {each["box"]: each["error"] for each in numbers["errors"]}
    assert "does not keep up" in errors["recording"]


def test_a_disk_that_stalls_at_the_end_is_told_and_not_that_all_was_recorded(
    patch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(recorder_module, "_PATIENCE", 0.0)
    goes_on = threading.Event()
    monkeypatch.setattr(os, "fsync", lambda _: goes_on.wait(LIMIT))
    perform(tmp_path / "show.mcap", patch, lambda engine, _: engine.now > 0)
    goes_on.set()
    assert "the end of the recording may be missing" in caplog.text
    assert "recorded" not in caplog.text


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
    patch.write_text(SMALL)  # it ends by itself
    with sensorium("record", patch, file) as process:
        _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert f"entries in {file}" in err
    with sensorium("replay", file, "--compare") as process:
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0, err
    assert out.startswith("identical: ")
    edited = tmp_path / "edited.toml"
    edited.write_text(SMALL.replace("right_hand", "left_hand"))
    with sensorium("replay", file, edited, "--compare") as process:
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 1, err
    assert "out/reach" in out
