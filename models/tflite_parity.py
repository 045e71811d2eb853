# /// script
# requires-python = "==3.11.*"
# dependencies = [
#     "tensorflow-cpu==2.15.1",
#     "onnxruntime==1.18.1",
#     "opencv-python-headless==4.10.0.84",
#     "numpy==1.26.4",
# ]
# ///
"""Compare a model that came from TensorFlow Lite with what was published; store what that gave.

``uv run models/tflite_parity.py NAME CLIP FACE PUBLISHED...``, where CLIP is Sports2D/Demo/demo.mp4
of the PyPI package sports2d 0.8.34, FACE skimage/data/astronaut.png of scikit-image 0.26.0 (public
domain, by NASA), and PUBLISHED the files of the networks, in the order of the card.

It writes ``parity.npz`` beside the model, for each network its ``ROLE.pictures``, uint8 (n, side,
side, 3) red-green-blue, and each answer, ``ROLE.NAME``; and ``vector.npz``, the test vector that a
provider other than the CPU is held to: the first picture, coarse, so that it takes no room, and the
published answer, or ours where the card has a table ``rounded``. Prints the largest differences.
"""

from __future__ import annotations

import argparse
import io
import sys
import tomllib
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import tensorflow as tf
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

BODIES = ((20, 440, 40, 400), (100, 860, 520, 400), (170, 720, 100, 360))
"""Frame, left, top, side: a man in a star jump, a woman walking, the man in the air."""
HANDS = ((20, 515, 0, 64), (100, 895, 675, 64), (170, 390, 705, 64))
FACE = (130, 30, 190)
COARSE = 48
ROLES_OF_FACES = ("detector", "mesh")
ROLES_OF_HANDS = ("palm", "hand")


def pictures(role: str, side: int, clip: Path, face: Path) -> NDArray[np.uint8]:
    """Cut out what a network is for, red-green-blue."""
    if role in ROLES_OF_FACES:
        left, top, width = FACE
        parts = [cv2.imread(str(face))[top : top + width, left : left + width]]
        if role == "detector":
            parts = [cv2.imread(str(face))]
    else:
        capture = cv2.VideoCapture(str(clip))
        parts = []
        for number, left, top, width in HANDS if role in ROLES_OF_HANDS else BODIES:
            capture.set(cv2.CAP_PROP_POS_FRAMES, number)
            _, frame = capture.read()
            parts.append(frame[top : top + width, left : left + width])
    small = [cv2.resize(one, (side, side), interpolation=cv2.INTER_AREA) for one in parts]
    return np.stack([cv2.cvtColor(one, cv2.COLOR_BGR2RGB) for one in small])


def published(network: Path, values: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Return all that the published network answers to one picture, (1, side, side, 3)."""
    interpreter = tf.lite.Interpreter(str(network))
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], values)
    interpreter.invoke()
    return [interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()]


def matching(answers: list[NDArray[np.float32]], ours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the published answer of the same size that is nearest to ours: they have no names."""
    same = [each.reshape(ours.shape) for each in answers if each.size == ours.size]
    return min(same, key=lambda each: float(np.abs(each - ours).max()))


def main() -> None:
    """Compare, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("face", type=Path)
    parser.add_argument("published", type=Path, nargs="+")
    asked = parser.parse_args()
    card = tomllib.loads((asked.folder / "card.toml").read_text())
    files = [file for file in card["files"] if file["name"].endswith(".onnx")]
    stored: dict[str, NDArray[np.generic]] = {}
    vector: dict[str, NDArray[np.generic]] = {}
    for place, (file, network) in enumerate(zip(files, asked.published, strict=True)):
        role = file["role"]
        session = onnxruntime.InferenceSession(asked.folder / file["name"])
        side = session.get_inputs()[0].shape[-1]
        names = [each.name for each in session.get_outputs()]
        found = pictures(role, side, asked.clip, asked.face)
        stored[f"{role}.pictures"] = found
        begins = f"{role}." if place else ""
        largest = dict.fromkeys(names, 0.0)
        answers: dict[str, list[NDArray[np.float32]]] = {name: [] for name in names}
        for picture in found:
            values = scaled(role, picture)
            theirs = published(network, values[None])
            ours = session.run(names, {"image": values.transpose(2, 0, 1)[None]})
            for name, own in zip(names, ours, strict=True):
                right = matching(theirs, own)
                answers[name].append(right)
                largest[name] = max(largest[name], float(np.abs(right - own).max()))
        stored |= {f"{role}.{name}": np.concatenate(each) for name, each in answers.items()}
        small = cv2.resize(found[0], (COARSE, COARSE), interpolation=cv2.INTER_AREA)
        coarse = cv2.resize(small, (side, side), interpolation=cv2.INTER_NEAREST)
        values = scaled(role, coarse).astype(np.float16)
        vector[f"{begins}in.image"] = values.transpose(2, 0, 1)[None]
        theirs = published(network, values.astype(np.float32)[None])
        ours = session.run(names, {"image": vector[f"{begins}in.image"].astype(np.float32)})
        for name, own in zip(names, ours, strict=True):
            if name != "boxes":  # a number for each anchor: no room for them
                vector[f"{begins}out.{name}"] = own if "rounded" in card else matching(theirs, own)
        apart = {name: f"{each:.1e}" for name, each in largest.items()}
        print(f"{role}: largest difference", apart)
        print({name: float(stored[f"{role}.{name}"].ravel()[0]) for name in names})
    np.savez_compressed(asked.folder / "parity.npz", **stored)
    data = io.BytesIO()
    np.savez_compressed(data, **vector)
    (asked.folder / "vector.npz").write_bytes(data.getvalue())


def scaled(role: str, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return a picture in the numbers that a network takes: -1 to 1 a face detector, else 0 to 1"""
    values = picture.astype(np.float32) / 255
    return values * 2 - 1 if role == "detector" else values


if __name__ == "__main__":
    main()
