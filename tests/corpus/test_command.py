"""The command ``sensorium corpus``, as it is typed: what it takes, tells, and leaves behind."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import soundfile

from engine.corpus.build import PART
from engine.corpus.file import read_corpus
from tests.corpus.folders import RATE, fill, hiss, tone
from tests.limits import LIMIT

COMMAND = "from engine.cli import main; main()"
BARE = f"import sys; sys.modules['sklearn'] = None; {COMMAND}"
"""The command on a machine without scikit-learn."""
INTERRUPTED = f"""
import signal, sys
def interrupt(frame, event, _):
    if event == "return" and frame.f_code.co_name == "write_corpus":
        sys.setprofile(None)
        signal.raise_signal(signal.SIGINT)
sys.setprofile(interrupt)
{BARE}
"""
"""The same, of one who presses Ctrl-C as soon as it has kept a part of what it knows."""
MANY = 70


def ran(*arguments: object, code: str = COMMAND) -> tuple[int, str, str]:
    """Run the command; return its status, and what it said."""
    command = [sys.executable, "-c", code, "corpus", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False)
    return done.returncode, done.stdout, done.stderr


def in_order(told: str) -> bool:
    """Whether nothing of a library, and no line of our own code, is among what was told."""
    return "Traceback" not in told and "Error" not in told


def test_a_folder_of_good_and_bad_files_without_scikit_learn(tmp_path: Path) -> None:
    folder = tmp_path / "all sounds"
    fill(folder)
    (folder / "broken.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEnothing of it")
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.mp3").write_text("no sound at all")
    soundfile.write(folder / "silent.wav", np.zeros(RATE), RATE)
    _write_huge(folder / "huge.wav")
    os.mkfifo(folder / "pipe.wav")
    (folder / "gone.wav").symlink_to("nowhere")
    (folder / "folder.wav").mkdir()
    status, out, told = ran(folder, code=BARE)
    assert status == 0, told
    assert in_order(told)
    for name in ("broken", "empty", "silent", "gone", "pipe"):
        assert f'"{name}.wav" is left out: ' in told
    assert '"text.mp3" is left out: ' in told
    assert "17 of 17" in told
    assert "11 sounds are laid out by PCA, 0 of them known before; 6 left out" in told
    assert "neighbours lie closer together with scikit-learn: uv sync --extra learn" in told
    assert 'file = "all sounds.corpus"' in out
    assert "huge.wav" in read_corpus(tmp_path / "all sounds.corpus").names
    assert sorted(each.name for each in tmp_path.iterdir()) == ["all sounds", "all sounds.corpus"]


def _write_huge(file: Path) -> None:
    """Write a sound whose header says that it is 3 GiB long; all but its beginning is a hole."""
    length = 3 << 30
    head = b"RIFF" + struct.pack("<I", length + 36) + b"WAVEfmt "
    head += struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16) + b"data"
    samples = (32767 * tone(400, 1.0)).astype("<i2").tobytes()
    with file.open("wb") as to:
        to.write(head + struct.pack("<I", length) + samples)
        to.truncate(length + 44)


def test_what_cannot_be_done_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.wav").write_text("no sound")
    status, out, told = ran(tmp_path / "bad")
    assert (status, out) == (2, ""), told
    assert f'none of 1 sounds in "{tmp_path}/bad" can be used' in told.replace("\n", " ")
    assert in_order(told)
    assert [each.name for each in tmp_path.iterdir()] == ["bad"]


def test_who_interrupts_it_leaves_nothing_half_and_goes_on_later(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for number in range(MANY):
        sound = tone(200 + number, 0.03) if number % 2 else hiss(number, 0.03)
        soundfile.write(folder / f"{number}.wav", sound, RATE)
    part = tmp_path / f"all.corpus{PART}"
    status, _, told = ran(folder, code=INTERRUPTED)
    assert status != 0
    assert in_order(told)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["all", part.name]
    known = len(read_corpus(part).names)
    assert known >= 50
    status, _, told = ran(folder, code=BARE)
    assert status == 0
    assert f"{MANY} sounds are laid out" in told
    assert f"{known} of them known before" in told
    assert f"{MANY} of {MANY}" in told
    assert sorted(each.name for each in tmp_path.iterdir()) == ["all", "all.corpus"]
