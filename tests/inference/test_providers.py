"""What computes: chosen by name or by "auto", held to the test vector, replaced by the CPU.

No machine of the tests has another provider than the CPU. In its place stands a library of the
table whose provider opens a real session of ONNX Runtime: on the same network, which is then as
exact as the CPU, or on an altered one, which is as wrong as a faulty driver.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import ModelError
from engine.inference.backend import CPU, Runner, Stored
from engine.inference.backends import BACKENDS
from engine.inference.card import read_card
from engine.inference.model_folders import models, networks
from engine.inference.onnx_runtime import OnnxRuntime
from engine.inference.session import open_session, open_sessions
from engine.inference.vector import hold_to_vector, write_vector
from tests.inference.tiny_models import TENSORS, TINY, numbers, write_model

Alter = Callable[[bytes], bytes]


class StandIn:
    """A library with one provider, which computes what ``alter`` makes of a network."""

    def __init__(self, provider: str, alter: Alter, arithmetic: str = "float32") -> None:
        self._provider = provider
        self._arithmetic = arithmetic
        self._alter = alter
        self._cpu = OnnxRuntime()

    def known(self) -> Iterable[str]:
        return [self._provider]

    def available(self) -> Sequence[str]:
        return [self._provider]

    def arithmetic(self, provider: str) -> str:
        return self._arithmetic

    def start(self, stored: Stored, provider: str, threads: int) -> Runner:
        runner = self._cpu.start(Stored(self._alter(stored.network)), CPU, threads)
        runner.provider = provider  # type: ignore[misc]
        return runner


def exact(network: bytes) -> bytes:
    return network


def wrong(_: bytes) -> bytes:
    return (TINY / "altered.onnx").read_bytes()


def broken(_: bytes) -> bytes:
    return b"no network"


def damaged(network: bytes) -> bytes:
    """Blank some of the weights in the middle: 2 kB, of a large network 3 %."""
    middle, size = len(network) // 2, max(2048, len(network) // 32)
    return network[:middle] + bytes(size) + network[middle + size :]


@pytest.fixture(autouse=True)
def without_extras(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the library out that is here or not: tests/inference/test_openvino.py is about it."""
    monkeypatch.delitem(BACKENDS, "openvino")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what puts a provider into the table of libraries."""

    def add(provider: str, alter: Alter, arithmetic: str = "float32") -> None:
        monkeypatch.setitem(BACKENDS, provider, StandIn(provider, alter, arithmetic))

    return add


Install = Callable[..., None]


Notices = Callable[[], list[tuple[int, str]]]


def test_a_provider_that_is_as_exact_as_its_card_is_used(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("cuda", exact)
    session = open_session(str(write_model(tmp_path / "m1", vector=True)), provider="cuda")
    assert session.provider == "cuda"
    assert notices() == []


def test_one_that_is_not_is_refused_and_the_cpu_computes(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("cuda", wrong)
    session = open_session(str(write_model(tmp_path / "m2", vector=True)), provider="cuda")
    assert session.provider == "cpu"
    assert session.run(x=numbers(100))[0] == [200]
    told = (
        'm2: the provider "cuda" is not used: y differs from the test vector by up to 1, '
        'its card allows 0.0001; using "cpu"'
    )
    assert notices() == [(logging.WARNING, told)]


def test_one_that_does_not_start_is_refused(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("cuda", broken)
    session = open_session(str(write_model(tmp_path / "m3", vector=True)), provider="cuda")
    assert session.provider == "cpu"
    ((_, told),) = notices()
    assert told.startswith('m3: the provider "cuda" is not used: ')


def test_an_altered_test_vector_passes_nothing(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("cuda", exact)
    folder = write_model(tmp_path / "m4", vector=True)
    write_vector(folder / "vector.npz", {"x": numbers(1)}, {"y": numbers(2)})
    assert open_session(str(folder), provider="cuda").provider == "cpu"
    ((_, told),) = notices()
    assert "vector.npz is not the file its card describes" in told


def test_a_model_without_a_test_vector_is_used_unchecked_where_its_provider_is_named(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("cuda", exact)
    folder = str(write_model(tmp_path / "m5"))
    assert open_session(folder, provider="cuda").provider == "cuda"
    told = 'm5: the provider "cuda" is used unchecked: its card lists no test vector'
    assert notices() == [(logging.WARNING, told)]
    assert open_session(folder, provider="auto").provider == "cpu"
    assert '"cpu" (cuda: its card lists no test vector; coreml, dml, openv' in notices()[-1][1]


def test_auto_says_once_that_only_the_cpu_is_here(tmp_path: Path, notices: Notices) -> None:
    folder = str(write_model(tmp_path / "m6", vector=True))
    assert {open_session(folder, provider="auto").provider for _ in range(3)} == {"cpu"}
    none = "cuda, coreml, dml, openvino_bf16, openvino: not available here"
    told = f'm6: the provider "auto" is "cpu" ({none})'
    assert notices() == [(logging.INFO, told)]


def test_auto_takes_the_first_that_is_here_and_exact(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("cuda", wrong)
    install("coreml", exact)
    session = open_session(str(write_model(tmp_path / "m7", vector=True)), provider="auto")
    assert session.provider == "coreml"
    told = (
        'm7: the provider "auto" is "coreml" (cuda: y differs from the test vector by up to 1, '
        "its card allows 0.0001)"
    )
    assert notices() == [(logging.WARNING, told)]


def test_all_networks_of_a_model_are_held_and_replaced_together(
    tmp_path: Path, install: Install
) -> None:
    install("cuda", wrong)
    install("dml", exact)
    folder = tmp_path / "m8"
    write_model(folder, {"first": "double.onnx", "second": "altered.onnx"})
    x = numbers(1, 2)
    write_vector(folder / "vector.npz", {"x": x}, {"y": x * np.float32(2.01)}, role="second")
    card = (folder / "card.toml").read_text()
    digest = sha256(folder / "vector.npz")
    card += f'[[files]]\nname = "vector.npz"\nrole = "test vector"\nsha256 = "{digest}"\n'
    (folder / "card.toml").write_text(card)
    dml = open_sessions(str(folder), provider="dml")
    assert [session.provider for session in dml.values()] == ["dml", "dml"]
    assert [session.run(x=x)[0][0] for session in dml.values()] == [2, numbers(2.01)[0]]


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("provider", "remedy"),
    [("openvino", ": uv sync --extra openvino"), ("tensorrt", "")],
)
def test_what_is_not_here_is_told_with_what_is(
    tmp_path: Path, notices: Notices, provider: str, remedy: str
) -> None:
    folder = str(write_model(tmp_path / "m9", vector=True))
    assert open_session(folder, provider=provider).provider == "cpu"
    told = f'm9: the provider "{provider}" is not available here (cpu){remedy}; using "cpu"'
    assert notices() == [(logging.WARNING, told)]


BEARS = '[precision]\narithmetic = ["float32", "bfloat16"]\n'


def test_an_arithmetic_that_the_card_does_not_list_is_refused(
    tmp_path: Path, install: Install, notices: Notices
) -> None:
    install("coreml", exact, "bfloat16")
    folder = str(write_model(tmp_path / "m11", vector=True))
    assert open_session(folder, provider="coreml").provider == "cpu"
    why = "its card does not say that it bears bfloat16"
    told = f'm11: the provider "coreml" is not used: {why}; using "cpu"'
    assert notices() == [(logging.WARNING, told)]
    assert open_session(folder, provider="auto").provider == "cpu"
    level, told = notices()[-1]
    assert f"coreml: {why}" in told
    assert level == logging.INFO  # nothing is at fault


@pytest.mark.parametrize(
    ("allowed", "taken"), [("", "cpu"), ("bfloat16 = 0.5", "cpu"), ("bfloat16 = 2", "coreml")]
)
def test_an_arithmetic_has_a_tolerance_of_its_own(
    tmp_path: Path, install: Install, allowed: str, taken: str
) -> None:
    install("coreml", wrong, "bfloat16")
    folder = str(write_model(tmp_path / "m12", vector=True, more=BEARS + allowed))
    assert open_session(folder, provider="coreml").provider == taken


def test_a_wider_tolerance_is_for_its_own_arithmetic_only(tmp_path: Path, install: Install) -> None:
    install("cuda", wrong)
    folder = str(write_model(tmp_path / "m13", vector=True, more=BEARS + "bfloat16 = 2"))
    assert open_session(folder, provider="cuda").provider == "cpu"


def test_a_provider_of_no_library_is_refused_with_the_model_named(tmp_path: Path) -> None:
    folder = str(write_model(tmp_path / "m10"))
    with pytest.raises(ModelError, match=r'm10: there is no provider "atuo".*"auto"\? Here: cpu'):
        open_session(folder, provider="atuo")


@pytest.mark.parametrize("name", networks())
def test_shipped_models_pass_their_own_test_vector_on_the_cpu(name: str) -> None:
    hold_to_vector(read_card(models()[name]), open_sessions(name).values())


@pytest.mark.parametrize("name", networks())
def test_damaged_weights_do_not_pass(name: str, install: Install, notices: Notices) -> None:
    install("cuda", damaged)
    assert open_session(name, provider="cuda").provider == "cpu"
    ((_, told),) = notices()
    # Where the weights lie in a file of their own, or there are none, the graph itself breaks.
    assert "differs from the test vector" in told or "it is damaged" in told


def test_a_vector_of_other_shape_or_name_does_not_fit(tmp_path: Path) -> None:
    for number, (outputs, said) in enumerate(
        (
            ({"z": numbers(2)}, "z is in the test vector, and no output"),
            ({"y": numbers(2, 2)}, r"y has the shape \(1,\), expected \(2,\)"),
            ({"y": numbers(np.nan)}, "y differs"),
            ({}, "it holds no output"),
        )
    ):
        folder = write_model(tmp_path / f"v{number}", vector=True)
        before = sha256(folder / "vector.npz")
        write_vector(folder / "vector.npz", {"x": numbers(1)}, outputs)
        text = (folder / "card.toml").read_text()
        (folder / "card.toml").write_text(text.replace(before, sha256(folder / "vector.npz")))
        with pytest.raises(ModelError, match=said):
            hold_to_vector(read_card(folder), open_sessions(str(folder)).values())


def test_listed_tensors_warm_up_and_unlisted_ones_need_not(tmp_path: Path) -> None:
    for name, more in (("listed", TENSORS), ("unlisted", "")):
        session = open_session(str(write_model(tmp_path / name, more=more)))
        assert [tensor.dtype for tensor in session.inputs] == ["float32"]


def test_a_test_vector_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "own", vector=True)
    file = folder / "vector.npz"
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(17):
            archive.writestr(f"in.x{number}.npy", bytes(16 << 20))
    card = folder / "card.toml"
    now = hashlib.sha256(file.read_bytes()).hexdigest()
    card.write_text(card.read_text().replace(before, now))
    with pytest.raises(ModelError, match=r"vector\.npz: unpacked it has 285,212,672 bytes"):
        hold_to_vector(read_card(folder), [])
