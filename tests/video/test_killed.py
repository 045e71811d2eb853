"""Programs of others that a show has begun: none outlives it, not even one that was stopped."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from engine.lab.stress.show import wait_until
from tests.limits import LIMIT

PROGRAM = r"""#!/bin/sh
printf '.snd\000\000\000\030\377\377\377\377\000\000\000\006\000\000\273\200\000\000\000\001'
exec {sleep} 1000
"""
"""Says that sound follows (the header of an AU file of floats), and no more."""
BEGUN = {
    "ffmpeg that reads": "ffmpeg.begin(['ffmpeg'], stdout=subprocess.PIPE)",
    "ffmpeg that writes": "ffmpeg.begin_to_write(['ffmpeg'])",
    "sound": "open_sound('talk.m4a')",
    "Link": "Link().open(print)",
}
SHOW = """
import signal, subprocess, sys
from engine.audio.sound_file import open_sound
from engine.sources.link import Link
from engine.video import ffmpeg
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # by which it ends; nohup has it ignored
kept = {begin}
print("playing", flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is stopped there")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file that no library reads, and programs of these names on PATH."""
    for name in "ffmpeg", "ffprobe", "sensorium-link":
        (tmp_path / name).write_text(PROGRAM.format(sleep=shutil.which("sleep")))
        (tmp_path / name).chmod(0o755)
    (tmp_path / "talk.m4a").write_bytes(b"not read here")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def stop(process: psutil.Process) -> None:
    """Stop a process; return once it stands."""
    process.suspend()
    assert wait_until(lambda: process.status() == psutil.STATUS_STOPPED, LIMIT)


@pytest.mark.parametrize("begin", BEGUN.values(), ids=BEGUN)
def test_what_is_stopped_goes_with_a_show_that_is_killed(begin: str, folder: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", SHOW.format(begin=begin)]
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, cwd=folder, start_new_session=True
    ) as show:
        assert show.stdout is not None
        try:
            assert show.stdout.readline() == b"playing\n"
            begun = psutil.Process(show.pid).children(recursive=True)
            assert begun
            for each in begun:
                stop(each)
        finally:
            show.kill()
        show.wait(LIMIT)
        _, alive = psutil.wait_procs(begun, timeout=LIMIT)
        assert alive == []
