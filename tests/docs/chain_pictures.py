"""Makes docs/pictures/chain.jpg: a picture of each patch of docs/pictures.md, with its title.

Run: uv run python -m tests.docs.chain_pictures
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np

from engine.core.messages import Frame
from engine.dsp.image.scaling import fitted
from engine.lab.bench.rig.footage import film
from engine.nodes.draw_text import DrawText
from engine.testing import play
from tests.docs.picture_book import BOOK, PATCHES, watched
from tests.docs.promises import CHORDS, write_chords

SHEET = BOOK.parent / "pictures" / "chain.jpg"
SIZE = (400, 225)
COLUMNS = 3
SECONDS = 3.0
SETS = {
    "A fader to black": ("light.level=0.45",),
    "The chord as a title": (f"mic.device={{folder}}/{CHORDS}",),
}
"""What a desk would have set, and what a band plays."""


def picture(title: str, folder: Path) -> np.ndarray:
    """Return the last picture of a patch, with its title below."""
    file = folder / "played.toml"
    write_chords(folder)
    file.write_text(watched(PATCHES[title]))
    sets = ["camera.use=stand_in", "camera.fps=20", "camera.seed=1", *SETS.get(title, ())]
    sets = [each.format(folder=folder) for each in sets]
    show = play(file, seconds=SECONDS, sets=sets)
    assert show.errors == [], show.errors
    out = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    fitted(show.box("seen").of("in")[-1].image, "fit", out)
    return DrawText(text=title, y=0.08, size=0.09).process(Frame(out)).image


def main() -> None:
    """Play all patches, and write the sheet."""
    with tempfile.TemporaryDirectory() as name, film(seconds=4) as dancer:
        folder = Path(name)
        (folder / "film.mp4").write_bytes(dancer.read_bytes())
        made = [picture(title, folder) for title in PATCHES]
    made += [np.zeros_like(made[0])] * (-len(made) % COLUMNS)
    rows = [np.hstack(made[begin : begin + COLUMNS]) for begin in range(0, len(made), COLUMNS)]
    SHEET.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(SHEET), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])
    print(f"{SHEET}: {SHEET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
