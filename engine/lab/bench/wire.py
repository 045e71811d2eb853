"""From the first sample of a note to its note-on in the wire, through a real JACK server.

A client of the server plays single notes, and hears the MIDI that the show sends: sound and MIDI in
frames of the same clock, 128 at a time. On the way are PortAudio, the process that listens, the
boxes pitch and notes as they come, the process that sends, and JACK's own cycle each way. An onset
that is not answered by its note within 0.4 s counts as "never"; what else begins is a wrong note.

Tones are drawn by a seed of the bench's own; instruments are FluidSynth's, dry, and a note of those
begins where it is 30 dB below its loudest moment. Needs jackd2; instruments need fluidsynth.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

from engine.core.tuning import hz_of, note_of
from engine.lab.bench.report import COUNT, Goal, Row
from engine.lab.bench.rig.fluidsynth import missing
from engine.lab.bench.rig.instruments import played
from engine.lab.bench.rig.jack import RATE, connect, server
from engine.lab.bench.rig.storm import COMMAND
from engine.midi.active_notes import NOTE_ON
from engine.synthetic.tones import Kind, Truth, tone

WIDE: Final = True
SEED: Final = 16_100
PLAYER: Final = "player"
PORT: Final = "Sensorium:Sensorium"
LATEST: Final = 0.4
REST: Final = (0.25, 0.25)
"""Seconds."""
PATCH: Final = f"""
[mic]
use = "microphone"
device = "{PLAYER}"
block = 128
[voice]
use = "pitch"
from = "mic"
[melody]
use = "notes"
from = "voice"
[synth]
use = "midi_out"
system = "jack"
[synth.send]
notes = "melody"
"""
TONES: Final[dict[str, tuple[Kind, int]]] = {"square": ("square", 0), "sung ah": ("voice", 0)}
"""Their kind, and the seed of the vowel."""
PLAYED: Final = ("clarinet", "whistle")
BESIDE: Final = ("violin", "nylon guitar", "finger bass")
"""Printed without a goal: bow and string do not repeat for the first tens of ms."""
_GOALS: Final[dict[str, Goal]] = {"p50": ("<=", 15.0), "p90": ("<=", 25.0)}


def run(short: bool, notes: int | None = None, names: Sequence[str] | None = None) -> list[Row]:
    """Measure for three minutes; short, for one. ``notes`` of each of ``names``."""
    notes = notes or (6 if short else 20)
    if names is None:
        names = (*TONES, *(() if missing() else (*PLAYED, *BESIDE)))
        if missing():
            print(missing(), file=sys.stderr)
    rows = []
    for name in names:
        truth = sound_of(name, notes)
        with server():
            heard = _through(truth)
        rows += _rows(name, truth, heard)
    return rows


def sound_of(name: str, notes: int) -> Truth:
    """Return notes of a tone or an instrument, from A2 on, half a second apart."""
    if name not in TONES:
        return played(name, notes, SEED)
    kind, seed = TONES[name]
    rng = np.random.default_rng([SEED, len(name)])
    parts = [
        tone(kind, hz_of(int(note)), RATE, rests=REST, level=rng.uniform(0.1, 0.6), seed=seed)
        for note in rng.integers(45, 82, notes)
    ]  # fmt: skip
    starts = np.cumsum([0, *(len(part.samples) for part in parts)])
    onsets = tuple(int(s + o) for s, p in zip(starts, parts, strict=False) for o in p.onsets)
    samples, hz = (np.concatenate([part[n] for part in parts]) for n in (0, 1))
    return Truth(samples, hz, onsets)


def _rows(name: str, truth: Truth, heard: Sequence[tuple[int, bytes]]) -> list[Row]:
    """Return how soon each note was on the wire, and what else was."""
    began = [(at, m[1]) for at, m in heard if m[0] & 0xF0 == NOTE_ON and m[2]]
    delays = []
    for onset in truth.onsets:
        true = round(note_of(float(truth.hz[onset + 1])))
        after = [at - onset for at, note in began if note == true and at > onset]
        soon = [each for each in after if each <= LATEST * RATE]
        delays.append(1e3 * min(soon) / RATE if soon else math.inf)
    delays.sort()
    quantiles = {
        f"p{round(100 * share)}": delays[math.ceil(share * len(delays)) - 1] for share in (0.5, 0.9)
    }
    goals = {} if name in BESIDE else _GOALS
    answered = sum(map(math.isfinite, delays))
    return [
        *(Row(name, part, value, "ms", goals.get(part)) for part, value in quantiles.items()),
        Row(name, "notes", len(delays), "notes"),
        Row(name, "answered", answered, COUNT, None if name in BESIDE else (">=", 1)),
        Row(name, "begun beside them", len(began) - answered, "notes"),
    ]


def _through(truth: Truth) -> list[tuple[int, bytes]]:
    """Play a sound into a show, and return what came back: frame and message."""
    with tempfile.TemporaryDirectory() as folder:
        sound, patch = Path(folder, "sound.npy"), Path(folder, "wire.toml")
        np.save(sound, truth.samples.astype(np.float32))
        patch.write_text(PATCH)
        module = ["-m", "engine.lab.bench.rig.wire_player", PLAYER, str(sound)]
        with _program(module) as player:
            assert player.stdout is not None
            player.stdout.readline()
            with _program(["-c", COMMAND, "play", str(patch), "--quiet", "--no-page"]):
                connect(PORT, f"{PLAYER}:midi")
                said, _ = player.communicate("play\n", timeout=len(truth.samples) / RATE + 60)
    return [(frame, bytes(message)) for frame, message in json.loads(said.splitlines()[-1])]


@contextmanager
def _program(arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """Run Python with these arguments while the block lasts, with pipes in and out."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()
