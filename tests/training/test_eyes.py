"""The network of eyes: read from a file of PyTorch without PyTorch, built, and played."""

from __future__ import annotations

import pickle
import sys
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.inference.model_folders import BUILDABLE, model_folder
from engine.models.eyes import EyesModel
from engine.training.eyes import eyes_network, keep_eyes
from engine.training.torch_file import read_torch_file

RNG = np.random.default_rng(3)
DEPTHS = (108, 8, 6, 6, 4, 4, 3)


def weights() -> dict[str, np.ndarray]:
    """Return weights of a network with few channels, named as those of the package."""
    found: dict[str, np.ndarray] = {}
    for number, place in enumerate((0, 4, 7, 10, 13, 16)):
        shape = (DEPTHS[number], DEPTHS[number + 1], 4, 4)
        found[f"main.{place}.weight"] = RNG.normal(0, 0.2, shape).astype(np.float32)
        for part in ("weight", "bias", "running_mean", "running_var"):
            spread = RNG.uniform(0.5, 1.5, DEPTHS[number + 1]).astype(np.float32)
            found[f"main.{place + 1}.{part}"] = spread
    return found


class FloatStorage:
    """A store of numbers, by its key; its name is that of PyTorch's."""

    def __init__(self, key: str) -> None:
        self.key = key


def rebuild(*parts: Any) -> None:
    """Stand for the function that a file of PyTorch names."""


class Saved:
    """A tensor as PyTorch pickles it."""

    def __init__(self, key: str, array: np.ndarray) -> None:
        self.key, self.array = key, array

    def __reduce__(self) -> Any:
        steps = tuple(each // 4 for each in self.array.strides)
        return rebuild, (FloatStorage(self.key), 0, self.array.shape, steps, False, OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, FloatStorage):
            return ("storage", FloatStorage, obj.key, "cpu", 0, None)
        return None


def torch_file(path: Path, arrays: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Write arrays as PyTorch before 1.6 does."""
    torch, utils = ModuleType("torch"), ModuleType("torch._utils")
    torch.FloatStorage, utils._rebuild_tensor_v2 = FloatStorage, rebuild  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    monkeypatch.setattr(FloatStorage, "__module__", "torch")
    for attribute in ("__name__", "__qualname__"):
        monkeypatch.setattr(rebuild, attribute, "_rebuild_tensor_v2")
    monkeypatch.setattr(rebuild, "__module__", "torch._utils")
    keys = {name: str(number) for number, name in enumerate(arrays)}
    tensors = OrderedDict((name, Saved(keys[name], array)) for name, array in arrays.items())
    with path.open("wb") as file:
        for what in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(what, file, 2)
        Pickler(file, 2).dump(tensors)
        pickle.dump(list(keys.values()), file, 2)
        for array in arrays.values():
            file.write(array.size.to_bytes(8, "little") + array.astype("<f4").tobytes())
    return path.read_bytes()


def test_arrays_are_read_as_they_were_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrays = weights()
    found = read_torch_file(torch_file(tmp_path / "w.pth", arrays, monkeypatch))
    assert found.keys() == arrays.keys()
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())


class Harm:
    def __reduce__(self) -> Any:
        return print, ("harm",)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no pickle",
        pickle.dumps(Harm()),
        pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(Harm(), 2),
        pickle.dumps(1, 2),
    ],
)
def test_what_is_no_such_file_is_refused_and_nothing_in_it_runs(
    data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ModelError, match="weights cannot be read"):
        read_torch_file(data)
    assert capsys.readouterr().out == ""


def test_a_file_that_ends_early_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = torch_file(tmp_path / "w.pth", weights(), monkeypatch)
    for length in (len(data) // 4, len(data) // 2, len(data) - 9):
        with pytest.raises(ModelError, match="weights cannot be read"):
            read_torch_file(data[:length])


def test_missing_weights_are_named() -> None:
    fewer = weights()
    del fewer["main.7.weight"]
    with pytest.raises(ModelError, match=r"no weights 'main\.7\.weight'"):
        eyes_network(fewer)


def test_two_knobs_lead_around_two_circles(tmp_path: Path) -> None:
    box = EyesModel(model=str(keep_eyes(eyes_network(weights()), tmp_path / "eyes")))
    box.open()
    first = box.process(0.0, 0.0)
    assert first.image.shape == (128, 128, 3)
    assert not first.image.flags.writeable
    assert np.array_equal(first.image, box.process(1.0, 1.0).image)
    apart = [
        np.abs(box.process(x, 0.0).image.astype(int) - first.image).mean() for x in (0.01, 0.5)
    ]
    assert 0 < apart[0] < apart[1]
    assert not np.array_equal(first.image, box.process(0.0, 0.5).image)
    box.colour = {"red": 0.5, "green": 0.5}
    mixed = box.process(0.0, 0.0).image
    box.colour = {"red": 0.0}
    assert not np.array_equal(mixed, box.process(0.0, 0.0).image)
    box.close()


@pytest.mark.parametrize("name", BUILDABLE)
def test_one_that_is_not_built_is_told_with_the_line_that_builds_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    if sys.platform == "linux":
        with pytest.raises(ModelError, match=f"sensorium models build {name}"):
            model_folder(name)
