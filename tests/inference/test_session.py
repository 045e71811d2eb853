"""A network is held to its card, and what is wrong with it is said in words."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.inference.card import read_card
from engine.inference.model_folders import model_folder, models, networks
from engine.inference.session import open_session

FRAGILE = Path(__file__).parents[1] / "models" / "fragile"
PICTURE = np.full((1, 8, 8, 3), 9, np.int32)


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """Return a copy of a model's folder, to be altered."""
    return Path(shutil.copytree(FRAGILE, tmp_path / "altered"))


def rewrite(folder: Path, pattern: str, text: str) -> None:
    card = folder / "card.toml"
    written, count = re.subn(pattern, text, card.read_text(), count=1)
    assert count == 1
    card.write_text(written)


NETWORKS = networks()
DATA = [name for name in models() if name not in NETWORKS]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_model_meets_its_card(name: str) -> None:
    session = open_session(name)
    card = session.card
    inputs = {each.name: np.zeros(each.filled, each.dtype) for each in card.inputs}
    outputs = session.run(**inputs)
    assert card.name == name
    assert [array.dtype for array in outputs] == [tensor.dtype for tensor in card.outputs]
    assert [array.ndim for array in outputs] == [len(tensor.shape) for tensor in card.outputs]


@pytest.mark.parametrize("name", DATA)
def test_every_model_of_data_alone_meets_its_card(name: str) -> None:
    card = read_card(model_folder(name))
    assert card.name == name
    assert all(card.check(file) for file in card.files)


@pytest.mark.parametrize("name", models())
def test_every_model_says_where_it_is_from(name: str) -> None:
    written = (model_folder(name) / "card.toml").read_text()
    for part in ("summary", "[source]", "[licence]", *(["meaning"] if name in NETWORKS else [])):
        assert part in written
    made_by = [model_folder(name) / each for each in ("export.py", "train.py")]
    assert any(each.is_file() for each in made_by)


def test_a_path_is_as_good_as_a_name() -> None:
    (joints,) = open_session(str(FRAGILE)).run(image=PICTURE)
    assert joints.shape == (1, 1, 17, 3)


def test_an_altered_network_is_refused(altered: Path) -> None:
    network = altered / "model.onnx"
    network.write_bytes(network.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="not the file its card describes"):
        open_session(str(altered))


def test_a_missing_network_is_named(altered: Path) -> None:
    (altered / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx is not there"):
        open_session(str(altered))


def test_a_network_that_is_none_is_refused(altered: Path) -> None:
    (altered / "model.onnx").write_bytes(b"")
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    rewrite(altered, 'sha256  = ".*"', f'sha256  = "{nothing}"')
    with pytest.raises(ModelError, match="fragile"):
        open_session(str(altered))


def test_the_nearest_name_is_suggested() -> None:
    with pytest.raises(ModelError, match='Did you mean "movenet_lightning"'):
        open_session("movenet_lightening")


def test_without_a_near_name_all_are_listed() -> None:
    with pytest.raises(ModelError, match=r"There is: .*movenet_lightning"):
        open_session("zzz")


@pytest.mark.parametrize(
    ("pattern", "text", "said"),
    [
        ("task .*", "", "task is missing"),
        ("tolerance .*", "", "tolerance is missing"),
        ('dtype   = "int32"', 'dtype   = "float32"', "image is int32 .*card says float32"),
        (r"\[1, 8, 8, 3\]", "[1, 9, 9, 3]", r"image is int32 \[1, 8, 8, 3\]"),
        ('name    = "joints"', 'name    = "limbs"', "outputs are joints"),
        ("shape .*", "shape = 3", "shape: expected a list of sizes .* got 3"),
        ("name ", "name = = ", "card.toml"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(
    altered: Path, pattern: str, text: str, said: str
) -> None:
    rewrite(altered, pattern, text)
    with pytest.raises(ModelError, match=said):
        open_session(str(altered))


def test_a_named_size_on_the_card_may_be_anything(altered: Path) -> None:
    rewrite(altered, r"\[1, 1, 17, 3\]", '[1, 1, "n", 3]')
    assert read_card(altered).outputs[0].filled == (1, 1, 1, 3)
    open_session(str(altered))


def test_an_unknown_provider_is_refused() -> None:
    with pytest.raises(ModelError, match=r'"cdua".* Did you mean "cuda"\? Here: .*cpu'):
        open_session(str(FRAGILE), provider="cdua")


def test_a_provider_that_is_not_here_is_replaced_with_a_notice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING, "sensorium"):
        session = open_session(str(FRAGILE), provider="RknpuExecutionProvider")
    assert session.provider == "cpu"
    assert 'provider "rknpu" is not available here' in caplog.text


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"picture": PICTURE},
        {"image": PICTURE.astype(np.float32)},
        {"image": PICTURE[:, :4]},
    ],
)
def test_inputs_that_do_not_fit_are_a_model_error(inputs: dict[str, np.ndarray]) -> None:
    with pytest.raises(ModelError, match="fragile"):
        open_session(str(FRAGILE)).run(**inputs)
