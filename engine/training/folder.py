"""The folder of a trained network: what a patch names, written whole, again and again.

It is written while the training goes on, so that what ends it early, a full disk or the plug, costs
a minute of it and not all.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np

from engine.core.clock import wall_time
from engine.core.errors import as_written
from engine.core.os_errors import os_reason
from engine.dsp.image.jpeg import encode_jpeg
from engine.inference.card import CARD
from engine.inference.vector import write_vector
from engine.system.whole_file import write_whole
from engine.training.errors import TrainingError
from engine.training.pairs import Pairs, Pictures
from engine.training.picture import Measured, TrainedPainter
from engine.training.unet import PICTURE, SKELETON

TASK: Final = "skeleton_to_picture"
PREVIEW: Final = "preview.jpg"

_NETWORK: Final = "model.onnx"
_VECTOR: Final = "vector.npz"
_ROOM: Final = 32 << 20
"""Bytes that are free before a training begins: a network takes 2 million, and lies there twice."""
_ROWS: Final = 5


class NetworkFolder:
    """Where a trained network is kept."""

    def __init__(self, folder: Path) -> None:
        """Make the folder.

        Raises TrainingError where something of the name is there, where no folder can be made, and
        where the disk is nearly full.
        """
        self.path = folder
        if os.path.lexists(folder):
            raise TrainingError(f"{folder}: something of that name is there: name another")
        try:
            folder.mkdir()
            free = shutil.disk_usage(folder).free
        except FileNotFoundError:
            raise TrainingError(f'{folder}: there is no folder "{folder.parent}"') from None
        except OSError as error:
            raise TrainingError(f"{folder} cannot be made: {os_reason(error)}") from None
        if free < _ROOM:
            self.discard()
            words = f"the disk has {free / 1e6:.0f} MB left, and {_ROOM / 1e6:.0f} MB are needed"
            raise TrainingError(f"{folder}: {words}")

    def write_files(self, files: Mapping[str, bytes]) -> None:
        """Keep files, all or none of them. Raises OSError, and all is as it was before then."""
        write_whole({self.path / name: data for name, data in files.items()}, mode=0o644)

    def write(self, network: bytes, pairs: Pairs, unseen: slice, words: Mapping[str, str]) -> None:
        """Keep a network with its card, test vector and preview. Raises OSError.

        Then all of it is as it was before. ``words`` are what the card says of the training.
        """
        painter = TrainedPainter(network)
        skeleton = pairs.skeletons[unseen][0]
        packed = io.BytesIO()
        write_vector(packed, {SKELETON: skeleton[None]}, {PICTURE: painter(skeleton)[None]})
        files = {_NETWORK: network, _VECTOR: packed.getvalue()}
        card = _card(self.path.name, files, skeleton.shape, words)
        preview = encode_jpeg(preview_picture(painter, pairs, unseen, _ROWS), 85)
        files |= {PREVIEW: preview, CARD: card.encode()}
        self.write_files(files)

    def discard(self) -> None:
        """Remove the folder, if nothing is in it."""
        with suppress(OSError):
            self.path.rmdir()


def preview_picture(painter: TrainedPainter, pairs: Pairs, unseen: slice, rows: int) -> Pictures:
    """Return what was held out beside its painting: skeleton, picture and painting, row by row."""
    skeletons, pictures = pairs.skeletons[unseen], pairs.pictures[unseen]
    chosen = np.linspace(0, len(pictures) - 1, rows).round().astype(int)
    lines = [np.hstack([skeletons[at], pictures[at], painter(skeletons[at])]) for at in chosen]
    return np.vstack(lines)


def card_words(
    pairs: Pairs, seconds: float, steps: int, measured: Measured | None
) -> dict[str, str]:
    """Return what a card says of a training."""
    words = {
        "learned_from": f"{pairs.seconds:.0f} s of {pairs.frame} and {pairs.pose}",
        "taken": f"{seconds:.0f} s, {steps} steps",
    }
    if measured:
        words["off_by"] = f"{measured.painted.difference:.4f}, of pictures that it had not seen"
        words["nearest_seen_off_by"] = f"{measured.nearest.difference:.4f}"
    return words


def _card(
    name: str, files: Mapping[str, bytes], shape: tuple[int, ...], words: Mapping[str, str]
) -> str:
    """Return the card of a network that was trained here."""
    digests = {each: hashlib.sha256(data).hexdigest() for each, data in files.items()}
    size = [1, *shape]
    trained = "\n".join(f"{key} = {as_written(value)}" for key, value in words.items())
    return f"""\
name    = {as_written(name)}
task    = "{TASK}"
summary = "A U-Net that paints a performer from a skeleton."

[trained]
on = "{wall_time():%Y-%m-%d}"
by = "sensorium train picture"
{trained}

[licence]
weights = "of whoever is in the recording that it was trained on"

[[files]]
name   = "{_NETWORK}"
role   = "network"
sha256 = "{digests[_NETWORK]}"

[[files]]
name   = "{_VECTOR}"
role   = "test vector"
sha256 = "{digests[_VECTOR]}"

[[inputs]]
name    = "{SKELETON}"
shape   = {size}
dtype   = "uint8"
meaning = "bones drawn in colours on black, by engine/dsp/image/skeleton_drawing.py"
colours = "blue, green, red"

[[outputs]]
name    = "{PICTURE}"
shape   = {size}
dtype   = "uint8"
meaning = "the performer in the room of the recording"
colours = "blue, green, red"

[parity]
tolerance = 1               # of 255, what another provider may differ by

[precision]
storage    = "float16"
arithmetic = ["float32"]
"""
