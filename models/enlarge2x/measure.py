# /// script
# requires-python = ">=3.11"
# dependencies = ["onnxruntime>=1.22"]
# ///
"""Whether a network that enlarges pictures comes nearer to the truth than Lanczos.

``uv run models/enlarge2x/measure.py NETWORK PICTURES``

Fixed before the first run: 20 crops of 256x256 from photographs 1280 wide, of those files in
PICTURES that are CC0 or CC BY (Debian lomiri-wallpapers-16.04), at places of chance (seed 0). Each
crop is made half as large by the mean of four pixels, and enlarged again. The network ships only if
its structural similarity (SSIM of the luma) to the crop is higher than that of Lanczos in the mean
and on at least 15 of the 20. The peak signal to noise is shown, and does not decide.

By this rule nothing ships yet:

- esrgan-slim (npm @upscalerjs/esrgan-slim 1.0.0, x2): SSIM 0.9310 in the mean, Lanczos 0.9420, and
  nearer on 0 of 20.
- Our own of ``train.py``, 5000 steps: 0.9467 in the mean, but nearer on 12 of 20 only: it is better
  on every crop with texture, and a little worse on those that are smooth.
- The same, with Lanczos where the picture is smooth: 0.9468, nearer on 13 of 20.

NETWORK takes luma, float32 (1, 1, height, width), 0 to 1, and gives twice that size.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from engine.dsp.image.likeness import similarity

FREE = (
    "aitzgorri_by_Aitzol_Berasategi",
    "friends_by_Aitzol_Berasategi",
    "life_by_Aitzol_Berasategi",
    "picosdeeuropa_by_Aitzol_Berasategi",
    "Picture_0B_by_freespace",
    "Picture_1A_by_freespace",
    "seeding_by_Clements_Engelhardt",
    "sunset_by_Aitzol_Berasategi",
    "umang_by_Abhishek_Mudgal",
    "Wine_by_Jakkub_Mede",
)
CROPS, SIDE, WIDTH = 20, 256, 1280
NEEDED = 15


def crops(folder: Path) -> list[np.ndarray]:
    """Return the crops, two of each photograph."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(CROPS):
        picture = cv2.imread(str(folder / f"{FREE[number % len(FREE)]}.jpg"))
        height = round(picture.shape[0] * WIDTH / picture.shape[1])
        picture = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
        top, left = (int(rng.integers(0, size - SIDE)) for size in picture.shape[:2])
        found.append(picture[top : top + SIDE, left : left + SIDE])
    return found


def enlarge(session: onnxruntime.InferenceSession, name: str, small: np.ndarray) -> np.ndarray:
    """Return a picture twice as large: luma by the network, colours by cubic stretching."""
    parts = cv2.cvtColor(small, cv2.COLOR_BGR2YCrCb)
    (answer,) = session.run(None, {name: parts[None, None, :, :, 0].astype(np.float32) / 255})
    size = (2 * small.shape[1], 2 * small.shape[0])
    enlarged = cv2.resize(parts, size, interpolation=cv2.INTER_CUBIC)
    enlarged[:, :, 0] = np.clip(answer[0, 0] * 255 + 0.5, 0, 255)
    return cv2.cvtColor(enlarged, cv2.COLOR_YCrCb2BGR)


def main(network: str, folder: str) -> None:
    """Measure, and say whether it ships."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options)
    name = session.get_inputs()[0].name
    better, ours, theirs = 0, [], []
    for crop in crops(Path(folder)):
        small = cv2.resize(crop, (SIDE // 2, SIDE // 2), interpolation=cv2.INTER_AREA)
        lanczos = cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_LANCZOS4)
        found = enlarge(session, name, small)
        pair = similarity(found, crop), similarity(lanczos, crop)
        better += pair[0] > pair[1]
        ours.append(pair[0])
        theirs.append(pair[1])
        noise = cv2.PSNR(found, crop), cv2.PSNR(lanczos, crop)
        print("SSIM {:.4f} Lanczos {:.4f}   dB {:.2f} Lanczos {:.2f}".format(*pair, *noise))
    ships = np.mean(ours) > np.mean(theirs) and better >= NEEDED
    print(f"mean SSIM {np.mean(ours):.4f}, Lanczos {np.mean(theirs):.4f}")
    print(f"nearer on {better} of {CROPS}: {'ships' if ships else 'does not ship'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
