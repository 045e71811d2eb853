"""What the boxes ``sounds`` and ``voice_activity`` take a sound for: a table of confusions.

Each row is a kind of sound, each metric the share of its windows for which a switch is on. Nothing
here was trained on: other seeds, the voices of people, sample files that training left out. What is
recorded is read from packages where they are installed (asterisk-core-sounds-*-wav: people who
speak five languages; sonic-pi-samples; hydrogen-data: hand claps; lmms-common, tuxmath-data:
applause); elsewhere the row says that it is missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.sound_file import open_sound
from engine.core.errors import DeviceError
from engine.core.messages import Block
from engine.dsp.audio.resample import resample
from engine.lab.bench.class_sounds import (
    RATE,
    Sound,
    applause,
    claps,
    hum,
    noise,
    played,
    sung,
    whistled,
)
from engine.lab.bench.report import COUNT, Row
from engine.lab.bench.rig.fluidsynth import missing
from engine.models.sounds import CLASSES, SoundsModel
from engine.models.voice_activity import VoiceActivityModel

SEED: Final = 777
PEAK: Final = 0.3
WARM: Final = 12
"""Answers of ``sounds`` at the start of a sound that do not count: its second is not full yet."""
SHARE: Final = Path("/usr/share")
SPEECH: Final = "asterisk/sounds"
SAMPLES: Final = "sonic-pi/samples"
CLAPS: Final = (
    "hydrogen/data/drumkits/TR808EmulationKit/808_Clap.flac",
    "hydrogen/data/drumkits/GMRockKit/HandClap.wav",
)
DRAWN: Final = {
    "claps, drawn": "clap",
    "applause, drawn": "clap",
    "whistles, drawn": "whistle",
    "noise, drawn": "",
    "hum, drawn": "",
}
"""Sounds that are the same on every machine, and what they are."""
WRONG: Final = 10
"""Of a hundred windows of these so many may be told as something else."""
APPLAUSE: Final = ("lmms/samples/misc/applause01.ogg", "tuxmath/sounds/cheer.wav")


def run(short: bool, share: Path = SHARE) -> list[Row]:
    """Play each kind of sound into both boxes; ``share`` is where the packages are."""
    ears = SoundsModel(), VoiceActivityModel()
    for ear in ears:
        ear.open()
    rows = []
    for case, sounds in _cases(1 if short else 12, share):
        if not sounds:
            rows.append(Row(f"{case} (its package is not installed)", "sounds", 0, COUNT))
            continue
        rows += _rows(case, sounds, *ears)
    return rows


def _rows(
    case: str, sounds: list[Sound], classes: SoundsModel, voice: VoiceActivityModel
) -> Iterator[Row]:
    told = np.concatenate([_told(sound, classes) for sound in sounds])
    for number, name in enumerate(CLASSES):
        yield Row(case, name, 100 * float(told[:, number].mean()), "%")
    yield Row(case, "none of them", 100 * float((~told.any(axis=1)).mean()), "%")
    if case in DRAWN:
        right = np.array([name == DRAWN[case] for name in CLASSES])
        wrong = 100 * float((told != right).any(axis=1).mean())
        yield Row(case, "wrong in a hundred", round(wrong), COUNT, ("<=", WRONG))
    spoken = np.concatenate([_spoken(sound, voice) for sound in sounds])
    yield Row(case, "voice activity", 100 * float(spoken.mean()), "%")


def _cases(count: int, share: Path) -> Iterator[tuple[str, list[Sound]]]:
    rng = np.random.default_rng(SEED)
    yield "claps, drawn", [claps(rng) for _ in range(count)]
    yield "claps, recorded", _recorded_claps(share)
    yield "applause, drawn", [applause(rng) for _ in range(count)]
    yield "applause, recorded", _read_all([share / file for file in APPLAUSE])
    yield "whistles, drawn", [whistled(rng) for _ in range(count)]
    files = sorted((share / SPEECH).rglob("*.wav"))
    chosen = [files[n] for n in rng.permutation(len(files))[: 20 * count]]
    spoken = [sound for sound in _read_all(chosen) if len(sound) > 1.5 * RATE]
    yield "speech, recorded", spoken[: 4 * count]
    yield "song of the stand-in", [sung(2000 + n) for n in range(max(1, count // 3))]
    tunes = 0 if missing() else count
    yield "choirs of FluidSynth", [played(rng, (52, 53)) for _ in range(-(-tunes // 2))]
    yield "music of FluidSynth", [played(rng) for _ in range(tunes)]
    yield "loops, left out", _read_all(_left_out(share)[: 4 * count])
    yield "noise, drawn", [noise(rng) for _ in range(count)]
    yield "hum, drawn", [hum(rng) for _ in range(count)]


def _told(sound: Sound, box: SoundsModel) -> NDArray[np.bool_]:
    """Return which classes are on in each window that is not silent, bool (n, classes)."""
    box.reset()
    heard = [one for block in _blocks(sound) for one in box.process(block)][WARM:]
    return np.array([one[: len(CLASSES)] for one in heard if not one.silence], bool).reshape(
        -1, len(CLASSES)
    )


def _spoken(sound: Sound, box: VoiceActivityModel) -> NDArray[np.bool_]:
    box.reset()
    return np.array([one.on for block in _blocks(sound) for one in box.process(block)], bool)


def _blocks(sound: Sound) -> Iterator[Block]:
    """Yield a sound at a usual level, in a quiet room, in blocks."""
    room = np.random.default_rng(0).normal(0, 3e-4, len(sound))
    samples = (sound / (np.abs(sound).max() + 1e-9) * PEAK + room).astype(np.float32)
    for start in range(0, len(samples), 512):
        yield Block(samples[start : start + 512], RATE, start)


def _left_out(share: Path) -> list[Path]:
    """Return the sample files that training leaves out: a third, by the hash of the name."""
    kinds = ("loop_*", "guit_*", "tabla_*", "bass_*")
    files = [file for kind in kinds for file in (share / SAMPLES).glob(kind)]
    return sorted(f for f in files if hashlib.sha256(f.name.encode()).digest()[0] % 3 == 0)


def _recorded_claps(share: Path) -> list[Sound]:
    """Return recorded hand claps, each as somebody who claps slowly, and fast."""
    found = []
    for one in _read_all([share / file for file in CLAPS]):
        for pace in (1.5, 3.0):
            sound = np.zeros(4 * RATE)
            for at in np.arange(0.1, 3.6, 1 / pace):
                begin = round(at * RATE)
                part = one[: min(RATE // 4, len(sound) - begin)]
                sound[begin : begin + len(part)] += part
            found.append(sound)
    return found


def _read_all(files: list[Path]) -> list[Sound]:
    found = []
    for file in files:
        with suppress(DeviceError):
            reader = open_sound(str(file))
            samples = reader.read(20 * reader.rate).mean(axis=1).astype(np.float32)
            rate = reader.rate
            reader.close()
            found.append(np.asarray(resample(samples, rate, RATE), np.float64))
    return found
