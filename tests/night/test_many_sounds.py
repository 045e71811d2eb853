"""Five thousand sounds are laid out by the command, and it is interrupted in its middle."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.corpus.build import PART
from engine.corpus.file import read_corpus

pytestmark = pytest.mark.skipif(not os.environ.get("SENSORIUM_NIGHT"), reason="played by .ci/night")

COMMAND = [sys.executable, "-c", "from engine.cli import main; main()", "corpus"]
MANY = 5000
RATE = 16000
MINUTES = 10.0
"""Of a processor."""
WAIT = 3600


def spent() -> float:
    """Return how many seconds of a processor programs of ours took that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_five_thousand_sounds(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    rng = np.random.default_rng(1)
    seconds = np.arange(RATE) / RATE
    for number in range(MANY):
        (folder / f"{number % 20}").mkdir(parents=True, exist_ok=True)
        wave = np.sin(2 * np.pi * rng.uniform(80, 4000) * seconds)
        sound = (wave if number % 2 else rng.normal(0, 0.3, RATE)) * np.exp(-seconds * 6)
        soundfile.write(folder / f"{number % 20}" / f"{number}.wav", 0.5 * sound, RATE)
    before = spent()
    pipe = subprocess.PIPE
    first = subprocess.Popen([*COMMAND, folder], stdout=pipe, stderr=pipe, text=True)
    part = tmp_path / f"all.corpus{PART}"
    while not part.exists() or part.stat().st_size < 100_000:
        assert first.poll() is None
        time.sleep(0.1)
    first.send_signal(signal.SIGTERM)
    _, told = first.communicate(timeout=WAIT)
    assert first.returncode != 0
    assert "Traceback" not in told
    known = len(read_corpus(part).names)
    assert not (tmp_path / "all.corpus").exists()
    again = [*COMMAND, folder]
    done = subprocess.run(again, check=False, capture_output=True, text=True, timeout=WAIT)
    assert done.returncode == 0, done.stderr
    assert f"{MANY} sounds are laid out" in done.stderr
    assert f"{known} of them known before" in done.stderr
    corpus = read_corpus(tmp_path / "all.corpus")
    assert len(corpus.names) == MANY
    print(f"{spent() - before:.0f} s of a processor")
    assert spent() - before < 60 * MINUTES
