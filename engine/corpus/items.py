"""What is in a folder, and what each of it is like."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.audio.sound_file import open_sound
from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason
from engine.corpus.file import Kind
from engine.dsp.audio.mono import MonoMix
from engine.dsp.audio.onset_profile import RATE as PROFILE_RATE
from engine.dsp.audio.onset_profile import onset_profile
from engine.dsp.audio.resample import resample
from engine.dsp.audio.sound_features import RATE, WINDOW, sound_features
from engine.dsp.image.painting import to_planes, working_size
from engine.dsp.image.scaling import scaled
from engine.inference.session import open_session
from engine.video.picture_header import SUFFIXES as PICTURES
from engine.video.still import load_still

Floats = NDArray[np.float32]

SOUNDS: Final = frozenset(
    {
        *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au", ".caf"),
        *(".w64", ".m4a", ".aac", ".wma"),
    }
)
HEARD_S: Final = 8.0
"""Seconds of a sound that are listened to."""
_SILENT: Final = 1e-4
"""Peak, full scale being 1, below which there is nothing to hear."""
_SIZE: Final = 224
_CHUNK: Final = 1 << 14


def find_items(folder: Path) -> dict[Kind, list[str]]:
    """Return the sounds and the pictures of a folder and those within it, by name, sorted.

    Hidden ones are passed over, links to folders not followed. Raise DeviceError where the folder
    cannot be read.
    """
    if not folder.is_dir():
        said = "is a file, not a folder" if folder.is_file() else "is not there"
        raise DeviceError(f'the folder "{folder}" {said}')
    found: dict[Kind, list[str]] = {"sounds": [], "pictures": []}

    def refuse(error: OSError) -> None:
        raise DeviceError(f'"{error.filename}" cannot be read: {os_reason(error)}') from None

    for place, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [each for each in folders if not each.startswith(".")]
        for name in files:
            suffix = Path(name).suffix.lower()
            kind: Kind = "sounds" if suffix in SOUNDS else "pictures"
            if not name.startswith(".") and suffix in SOUNDS | PICTURES:
                found[kind].append((Path(place) / name).relative_to(folder).as_posix())
    return {kind: sorted(names) for kind, names in found.items()}


def open_embedder(kind: Kind) -> Callable[[Path], Floats]:
    """Return what turns a file into numbers, float32; it raises DeviceError for one it cannot.

    Raise ModelError where a network is missing.
    """
    if kind == "sounds":
        return embed_sound_file
    session = open_session("efficientnet_lite0", role="embedding")

    def embed(file: Path) -> Floats:
        picture = load_still(file)
        height, width = picture.shape[:2]
        image = to_planes(scaled(picture, *working_size(width, height, _SIZE, 32, 64)))
        return np.asarray(session.run_by_name(image=image)["embedding"][0], np.float32)

    return embed


def embed_sound_file(file: Path) -> Floats:
    """Return what a sound is like, float32 (175,).

    The mean of what its seconds are like, and how it begins. Raise DeviceError where it cannot be
    read, is too short, or holds nothing but silence.
    """
    samples, rate = read_sound(file, HEARD_S)
    peak = float(np.abs(samples).max(initial=0.0))
    if len(samples) and peak < _SILENT:
        raise DeviceError(f'"{file.name}" is silent')
    samples = samples / np.float32(max(1.0, peak))  # floats may be of any size
    sound = resample(samples, rate, RATE)
    if not len(sound):
        raise DeviceError(f'"{file.name}" is too short: it holds {len(samples)} samples')
    cut = [sound[at : at + WINDOW] for at in range(0, len(sound), WINDOW)]
    counting = [each for each in cut if _counts(each)] or cut[:1]
    seconds = np.mean([sound_features(_whole(each)) for each in counting], axis=0)
    profile = onset_profile(resample(samples, rate, PROFILE_RATE))
    return np.concatenate((seconds, profile)).astype(np.float32)


def _counts(second: Floats) -> bool:
    """Whether a second is long and loud enough to tell what the sound is like."""
    return len(second) >= WINDOW // 4 and float(np.abs(second).max()) >= _SILENT


def _whole(second: Floats) -> Floats:
    return np.pad(second, (0, WINDOW - len(second)))


def read_sound(file: Path, seconds: float) -> tuple[Floats, int]:
    """Return the beginning of a sound file, float32 (n,), all channels as one, and its rate.

    Raise DeviceError where it cannot be read.
    """
    mono = MonoMix()
    pieces: list[Floats] = []
    with closing(open_sound(str(file))) as sound:
        rate = sound.rate
        wanted = int(seconds * rate)
        while wanted > 0 and len(samples := sound.read(min(_CHUNK, wanted))):
            pieces.append(mono.mix(samples, rate))
            wanted -= len(samples)
    return (np.concatenate(pieces) if pieces else np.zeros(0, np.float32)), rate
