"""Draw what the dancer's network paints: ``uv run models/dancer/sheet.py RECORDING FOLDER``.

RECORDING is one as ``train.py`` makes. FOLDER gets ``skeleton_to_picture.jpg``, a contact sheet of
six held-out moments: skeleton, picture, painting, and the nearest picture that it learned from; and
``pictures/skeleton_to_picture.jpg``, one moment.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from engine.dsp.image.difference import nearest
from engine.dsp.image.jpeg import encode_jpeg
from engine.training.pairs import read_pairs
from engine.training.picture import TrainedPainter

ROWS = 6


def main(recording: str, folder: str) -> None:
    """Write both pictures."""
    pairs = read_pairs(Path(recording), 192)
    painter = TrainedPainter((Path(__file__).parent / "model.onnx").read_bytes())
    held = round(len(pairs.pictures) * 0.2)
    seen = pairs.pictures[:-held]
    rows = []
    for at in np.linspace(len(seen), len(pairs.pictures) - 1, ROWS).astype(int):
        skeleton, true = pairs.skeletons[at], pairs.pictures[at]
        rows.append(np.hstack([skeleton, true, painter(skeleton), seen[nearest(true, seen)]]))
    Path(folder, "skeleton_to_picture.jpg").write_bytes(encode_jpeg(np.vstack(rows), 90))
    one = np.ascontiguousarray(np.repeat(np.repeat(rows[2][:, : 3 * 192], 2, 0), 2, 1))
    Path(folder, "pictures", "skeleton_to_picture.jpg").write_bytes(encode_jpeg(one, 80))


if __name__ == "__main__":
    main(*sys.argv[1:])
