"""Sound files: ours with edits, through the reading that a show does, in a process of its own.

libsndfile and the decoders in it are written in C: where one of them crashes, it takes the process
along, and that is found here as well.
"""

from __future__ import annotations

import atexit
import io
import os
import resource
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from hypothesis import strategies as st

from .mutation import mutated

RATE = 8000
KINDS = [
    ("WAV", "PCM_16"),
    ("WAV", "PCM_24"),
    ("WAV", "FLOAT"),
    ("WAV", "ULAW"),
    ("WAV", "IMA_ADPCM"),
    ("WAV", "GSM610"),
    ("WAVEX", "PCM_16"),
    ("RF64", "PCM_16"),
    ("W64", "PCM_16"),
    ("AIFF", "PCM_16"),
    ("AU", "PCM_16"),
    ("CAF", "PCM_16"),
    ("FLAC", "PCM_16"),
    ("OGG", "VORBIS"),
    ("OGG", "OPUS"),
    ("MP3", "MPEG_LAYER_III"),
]
SHORT = 0.2
"""Seconds of each."""
SECONDS = 10.0
"""How long a processor may work on one."""
MEMORY = 2 << 30
"""Bytes of addresses that the process that reads may have."""
MOST = 2000
"""Blocks that are read of one: an edit may make hours of a header."""


@cache
def corpus() -> list[bytes]:
    """Make one small file of each kind, and an m4a where ffmpeg is installed."""
    found = [_written(form, subtype) for form, subtype in KINDS]
    command = ["ffmpeg", "-v", "quiet", "-i", "pipe:0", "-c:a", "aac", "-movflags"]
    command += ["frag_keyframe+empty_moov", "-f", "ipod", "pipe:1"]
    try:
        done = subprocess.run(command, input=found[0], capture_output=True, check=False)
        found += [done.stdout] if done.stdout else []
    except OSError:
        pass
    return found


def _written(form: str, subtype: str) -> bytes:
    time = np.arange(int(RATE * SHORT)) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 440 * time)
    channels = 1 if subtype == "GSM610" else 2
    to = io.BytesIO()
    soundfile.write(to, np.stack([tone] * channels, 1), RATE, format=form, subtype=subtype)
    return to.getvalue()


@st.composite
def _cut(draw: st.DrawFn) -> bytes:
    data = draw(st.deferred(lambda: st.sampled_from(corpus())))
    return data[: draw(st.integers(0, len(data)))]


# Each time that libsndfile refuses one ffmpeg would be begun, which takes long: so now and then.
cases = st.tuples(
    st.one_of(
        mutated(st.deferred(lambda: st.sampled_from(corpus()))),
        mutated(_cut()),
        st.binary(max_size=80),
    ),
    st.integers(0, 9).map(lambda number: number == 9),
)


class _Child:
    """The process that reads; another one takes the place of one that has crashed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        atexit.register(self.close)

    def ask(self, line: str) -> str:
        """Give it a line and return its answer; "" where it has crashed."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.sounds"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # decoders complain there of what they read
                text=True,
                cwd=Path(__file__).parents[2],
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self.close()
        return answer.strip()

    def close(self) -> None:
        """End it."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


_CHILD = _Child()


def take(case: tuple[bytes, bool]) -> None:
    """Play a file: there is sound, or a word why not; nothing else is raised, and nothing dies."""
    data, by_ffmpeg = case
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(data)
        file.flush()
        answer = _CHILD.ask(f"{int(by_ffmpeg)} {file.name}")
    assert answer, "the process that reads has crashed"
    assert answer in ("played", "refused"), answer


def _play(file: str) -> str:
    """Return how the playing of a file ended."""
    from engine.core.errors import DeviceError
    from engine.sources.audio_file import AudioFile

    told: list[object] = []
    box = AudioFile(file=file)
    try:
        box.open(lambda outlet, message, at, cost=0: told.append(message))
        for count, (_, _, block) in enumerate(box.events()):
            assert np.isfinite(block.samples).all(), "what is no number"
            assert 0 < len(block.samples) <= box.block, "a block of another size"
            if count >= MOST:
                break
    except DeviceError as error:
        assert str(error).strip(), "no word"
        return "refused"
    finally:
        box.close()
    assert len(told) <= 1, "told more than once"
    return "played"


def _serve() -> None:
    """Play each file that is named on standard input, and answer with a line.

    One that takes too long or too much memory ends this process, or is a MemoryError.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    path = os.environ.get("PATH", "")
    for line in sys.stdin:
        by_ffmpeg, file = line.rstrip("\n").split(" ", 1)
        os.environ["PATH"] = path if by_ffmpeg == "1" else ""
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            answer = _play(file)
        except Exception as error:
            answer = f"{type(error).__name__}: {error}".replace("\n", " ")
        signal.setitimer(signal.ITIMER_PROF, 0)
        print(answer, flush=True)


if __name__ == "__main__":
    _serve()
