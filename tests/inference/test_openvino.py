"""OpenVINO behind the same sessions, where the extra is installed: ``.ci/night`` installs it."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from onnx import TensorProto, helper

from engine.core.errors import ModelError
from engine.core.messages import Ns
from engine.dsp.image.similarity import ssim
from engine.inference import openvino
from engine.inference.backend import Stored
from engine.inference.card import read_card
from engine.inference.model_folders import models, networks
from engine.inference.refusal import describe_refusal
from engine.inference.session import Session, open_session, open_sessions
from engine.inference.vector import hold_to_vector
from engine.lab.bench.rig.footage import frames
from engine.models.style_of import StyleOfModel
from tests.inference.tiny_models import TENSORS, numbers, write_model

pytestmark = pytest.mark.skipif(
    find_spec("openvino") is None, reason="no openvino: uv sync --extra openvino"
)


@pytest.fixture(scope="module")
def can_bf16() -> bool:
    """Whether this processor computes in bfloat16."""
    return openvino.has_bfloat16()


LEFT_TO_THE_CPU = {"efficientnet_lite0", "nanodet"}
"""What OpenVINO cannot read: data in other files; a node that it refuses."""


@pytest.mark.parametrize("name", sorted({*networks()} - LEFT_TO_THE_CPU))
def test_every_model_answers_as_its_card_says_in_float32(name: str) -> None:
    sessions = open_sessions(name, provider="openvino")
    assert {session.provider for session in sessions.values()} == {"openvino"}
    hold_to_vector(read_card(models()[name]), sessions.values())


def test_one_with_data_in_other_files_is_left_to_the_cpu(
    notices: Callable[[], list[tuple[int, str]]],
) -> None:
    assert open_session("efficientnet_lite0", provider="openvino").provider == "cpu"
    ((_, told),) = notices()
    assert 'the provider "openvino" is not used: it holds data in other files; using' in told


@pytest.mark.parametrize("name", networks())
def test_bfloat16_is_for_those_whose_cards_say_so(name: str, can_bf16: bool) -> None:
    bears = "bfloat16" in read_card(models()[name]).precisions
    taken = open_session(name, provider="openvino_bf16").provider
    assert taken == ("openvino_bf16" if bears and can_bf16 else "cpu")


def test_pictures_of_ones_own_are_painted_in_bfloat16_and_read_in_float32(can_bf16: bool) -> None:
    plain, brief = (StyleOfModel(provider=each, size=256) for each in ("cpu", "openvino_bf16"))
    for box in (plain, brief):
        box.open()
    assert brief.session("read").provider == "cpu"
    assert brief.session("paint").provider == ("openvino_bf16" if can_bf16 else "cpu")
    assert_array_equal(np.stack(plain._styles), np.stack(brief._styles))
    for number, frame in enumerate(frames(1.0)[::12]):
        for box in (plain, brief):
            box.look = plain.looks()[number % 3]
        paintings = [box.process(frame, at=Ns(0)).image for box in (plain, brief)]
        assert ssim(*paintings) > 0.99


def test_auto_takes_what_the_processor_and_the_card_bear(can_bf16: bool) -> None:
    best = "openvino_bf16" if can_bf16 else "openvino"
    assert open_session("multistyle26", provider="auto").provider == best
    assert open_session("movenet_lightning", provider="auto").provider == "openvino"


def test_a_network_outside_its_tolerance_is_refused_and_told(
    tmp_path: Path, notices: Callable[[], list[tuple[int, str]]]
) -> None:
    folder = write_model(tmp_path / "v1", {"network": "altered.onnx"}, vector=True)
    assert open_session(str(folder), provider="openvino").provider == "cpu"
    ((level, told),) = notices()
    assert level == logging.WARNING
    assert told.startswith('v1: the provider "openvino" is not used: y differs from the test vec')


@pytest.mark.parametrize(
    ("operator", "domain", "named"),
    [("Twirl", "own", "own.Twirl"), ("StringNormalizer", "", "StringNormalizer-17")],
)
def test_an_operator_that_it_does_not_know_is_named(operator: str, domain: str, named: str) -> None:
    network = tiny_graph(operator, domain)
    with pytest.raises(RuntimeError) as raised:
        openvino.OpenVino().start(Stored(network), "openvino", 1)
    said = f"it needs an operator that is not known here ({named})"
    assert describe_refusal(raised.value) == said


def tiny_graph(operator: str, domain: str) -> bytes:
    """Return a network of one operator."""
    sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in "xy"]
    node = helper.make_node(operator, ["x"], ["y"], domain=domain)
    graph = helper.make_graph([node], "tiny", sides[:1], sides[1:])
    opsets = [helper.make_opsetid("", 17), *([helper.make_opsetid(domain, 1)] if domain else [])]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return bytes(model.SerializeToString())


def test_damaged_bytes_are_no_network() -> None:
    with pytest.raises(RuntimeError) as raised:
        openvino.OpenVino().start(Stored(b"no network" * 9), "openvino", 1)
    assert describe_refusal(raised.value).startswith("it is no network in ONNX form, or it is dam")


@pytest.fixture
def double(tmp_path: Path) -> Session:
    """Return a network that doubles what it is given, any number of numbers."""
    folder = write_model(tmp_path / "double", vector=True, more=TENSORS)
    session = open_session(str(folder), provider="openvino")
    assert session.provider == "openvino"
    return session


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"z": numbers(1)},
        {"x": numbers(1), "z": numbers(1)},
        {"x": np.array([1.0])},
        {"x": np.array([1], np.int32)},
        {"x": numbers(1)[None]},
    ],
)
def test_inputs_that_do_not_fit_are_a_model_error(
    double: Session, inputs: dict[str, np.ndarray]
) -> None:
    double.run(x=numbers(1, 2, 3))
    with pytest.raises(ModelError, match="double: ") as raised:
        double.run(**inputs)
    assert "Exception from" not in str(raised.value)
    assert double.run(x=numbers(4))[0] == [8]


def test_answers_stay_as_they_were_when_the_next_one_comes(double: Session) -> None:
    first, second = (double.run(x=numbers(value, value))[0] for value in (1, 2))
    assert (first.tolist(), second.tolist()) == ([2, 2], [4, 4])


def test_shapes_may_change_from_run_to_run(double: Session) -> None:
    lengths = [1, 1, 2, 3, 1, *range(1, 13), 1, 12]
    for length in lengths:
        x = np.arange(length, dtype=np.float32)
        assert (double.run(x=x)[0] == 2 * x).all()


def test_slices_and_turned_arrays_are_taken(double: Session) -> None:
    x = np.arange(8, dtype=np.float32)
    assert (double.run(x=x[::2])[0] == 2 * x[::2]).all()
    assert (double.run(x=x[::-1])[0] == 2 * x[::-1]).all()
    x.flags.writeable = False
    assert (double.run(x=x)[0] == 2 * x).all()


def test_what_reports_to_its_maker_is_not_loaded() -> None:
    code = "import sys; from engine.inference.session import open_session as o;"
    code += (
        "o('sound_classes', provider='openvino'); print([m for m in sys.modules if 'telem' in m])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_it_is_not_loaded_until_a_patch_names_it() -> None:
    code = "import sys; from engine.inference.session import open_session as o;"
    code += "o('sound_classes'); print('openvino' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def test_a_processor_without_bfloat16_is_told(
    monkeypatch: pytest.MonkeyPatch, notices: Callable[[], list[tuple[int, str]]]
) -> None:
    monkeypatch.setattr(openvino, "has_bfloat16", lambda: False)
    assert open_session("multistyle26", provider="openvino_bf16").provider == "cpu"
    why = "this processor does not compute in bfloat16"
    told = f'multistyle26: the provider "openvino_bf16" is not used: {why}; using "cpu"'
    assert notices() == [(logging.WARNING, told)]
