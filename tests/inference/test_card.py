"""Cards of several files: what they say, what they are held to, and how errors name it."""

from __future__ import annotations

import hashlib
import os
import re
import sys
from pathlib import Path

import pytest

from engine.core.errors import ModelError
from engine.inference.card import read_card
from engine.inference.model_folders import models, networks
from engine.inference.session import open_session, open_sessions
from tests.inference.tiny_models import TENSORS, TINY, numbers, write_model

BOTH = {"encoder": "double.onnx", "decoder": "altered.onnx"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a model of two networks, with the text of its card as its vocabulary."""
    return write_model(tmp_path / "both", {**BOTH, "vocabulary": "make.py"})


def rewrite(folder: Path, pattern: str, text: str) -> None:
    card = folder / "card.toml"
    written, count = re.subn(pattern, text, card.read_text(), count=1)
    assert count == 1
    card.write_text(written)


def test_each_network_runs_by_its_role_and_the_first_without(folder: Path) -> None:
    sessions = open_sessions(str(folder))
    assert list(sessions) == ["encoder", "decoder"]
    assert sessions["encoder"].run(x=numbers(3))[0] == [6]
    assert sessions["decoder"].run_by_name(x=numbers(1)) == {"y": numbers(2.01)}
    assert open_session(str(folder)).role == "encoder"
    assert open_session(str(folder), role="decoder").role == "decoder"


def test_a_role_that_is_none_is_answered_with_the_nearest(folder: Path) -> None:
    with pytest.raises(ModelError, match=r'no network has the role "encodr".*"encoder"'):
        open_session(str(folder), role="encodr")
    with pytest.raises(ModelError, match=r'no file has the role "vocabularies".*"vocabulary"'):
        read_card(folder).file("vocabularies")
    with pytest.raises(ModelError, match=r"There is: encoder, decoder, vocabulary\."):
        read_card(folder).file("zzz")


def test_only_the_networks_that_are_asked_for_are_opened(folder: Path) -> None:
    (folder / "double.onnx").write_bytes(b"damaged")
    assert list(open_sessions(str(folder), roles=("decoder",))) == ["decoder"]
    assert open_session(str(folder), role="decoder").run(x=numbers(1))[0] == numbers(2.01)
    with pytest.raises(ModelError, match=r'no network has the role "vocabulary"\. There is: enc'):
        open_sessions(str(folder), roles=("decoder", "vocabulary"))


@pytest.mark.parametrize("name", ["double.onnx", "altered.onnx", "make.py"])
def test_each_file_is_held_to_its_hash_by_name(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(ModelError, match=f"{re.escape(str(folder / name))} is not the file its"):
        open_sessions(str(folder))


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "make.py").unlink()
    with pytest.raises(ModelError, match=r"make\.py is not there"):
        open_sessions(str(folder))


def test_a_file_is_read_and_held_to_its_hash_again(folder: Path) -> None:
    card = read_card(folder)
    assert card.read(card.file("vocabulary")) == (TINY / "make.py").read_bytes()
    (folder / "make.py").write_text("other words")
    with pytest.raises(ModelError, match="not the file its card describes"):
        card.read(card.file("vocabulary"))


def test_data_outside_a_network_are_found_and_held_to_their_hash(tmp_path: Path) -> None:
    folder = write_model(
        tmp_path / "outside", {"network": "outside.onnx", "data": "outside.data"}, more=TENSORS
    )
    assert open_session(str(folder)).run(x=numbers(4))[0] == [8]
    (folder / "outside.data").write_bytes(numbers(3).tobytes())
    with pytest.raises(ModelError, match=r"outside\.data is not the file its card describes"):
        open_session(str(folder))


def test_tensors_may_be_listed_for_one_network_and_not_for_another(folder: Path) -> None:
    rewrite(folder, r"\Z", TENSORS.replace("[[inputs]]", '[[inputs]]\nof = "decoder"'))
    card = read_card(folder)
    encoder, decoder = card.networks
    assert [tensor.name for tensor in encoder.inputs] == []
    assert [tensor.name for tensor in decoder.inputs] == ["x"]
    assert [tensor.name for tensor in card.outputs] == ["y"]
    sessions = open_sessions(str(folder))
    assert [tensor.name for tensor in sessions["encoder"].inputs] == ["x"]


def test_a_listed_tensor_must_be_that_of_its_network(folder: Path) -> None:
    wrong = TENSORS.replace("float32", "float64", 1)
    rewrite(folder, r"\Z", wrong.replace("[[inputs]]", '[[inputs]]\nof = "decoder"'))
    with pytest.raises(ModelError, match=r"both: x is float32 .*card says float64"):
        open_sessions(str(folder))


@pytest.mark.parametrize(
    ("pattern", "text", "said"),
    [
        ('task = "double"', 'tsak = "double"', 'task is missing. Did you mean "tsak"?'),
        ("tolerance = 1e-4", 'tolerance = "small"', "[parity]: tolerance: expected a number"),
        (r"\[parity\]\ntolerance = 1e-4", "", "parity is missing"),
        ('role = "decoder"', 'rôle = "decoder"', "card.toml"),
        ('role = "decoder"', 'rolle = "x"', '[[files]] number 2: role is missing. Did you mean "r'),
        ('role = "decoder"', 'role = "encoder"', 'another file has the role "encoder"'),
        ('name = "altered.onnx"', 'name = "double.onnx"', '"double.onnx" is listed twice'),
        ('name = "altered.onnx"', 'name = "../a.onnx"', "expected a file within the folder"),
        ('name = "altered.onnx"', 'name = "/a.onnx"', "expected a file within the folder"),
        ('sha256 = "(.)', r'sha256 = "X\1', "sha256: expected 64 hexadecimal digits"),
        ('name = "both"', 'name = "both"\nsha256 = "00"', "sha256 belongs into [[files]]"),
        ('name = "both"', 'name = "both"\nsummary = 3', "summary: expected a text, got 3"),
        ('name = "both"', 'name = "both"\ninputs = 3', "inputs: expected tables, each begun by"),
        (r"\Z", '[[inputs]]\nname = "x"', "[[inputs]] number 1: shape is missing"),
        (r"\Z", TENSORS.replace("float32", "flaot32", 1), 'Did you mean "float32"?'),
        (r"\Z", TENSORS.replace('["n"]', "[1.5]", 1), "expected a list of sizes"),
        (r"\Z", TENSORS.replace("]]", ']]\nof = "encodr"', 1), 'Did you mean "encoder"?'),
        (r"\Z", '[precision]\narithmetic = ["flaot16"]', "arithmetic: expected one of"),
        (r"\Z", "[precision]\nbfloat16 = 0.1", '"bfloat16" is not in arithmetic'),
        (
            r"\Z",
            '[precision]\narithmetic = ["bfloat16"]\nbfloat16 = "wide"',
            "bfloat16: expected a number",
        ),
    ],
)
def test_what_a_card_lacks_is_said_with_file_and_key(
    folder: Path, pattern: str, text: str, said: str
) -> None:
    rewrite(folder, pattern, text)
    with pytest.raises(ModelError, match=re.escape(said)) as raised:
        read_card(folder)
    assert str(raised.value).startswith(str(folder / "card.toml"))


def test_a_model_may_be_data_alone_and_opens_no_network(tmp_path: Path) -> None:
    folder = tmp_path / "table"
    folder.mkdir()
    (folder / "words.txt").write_bytes(b"sea")
    card = folder / "card.toml"
    file = f'name = "words.txt"\nrole = "words"\nsha256 = "{hashlib.sha256(b"sea").hexdigest()}"\n'
    card.write_text(f'name = "table"\ntask = "words"\n[[files]]\n{file}')
    read = read_card(folder)
    assert read.read(read.file("words")) == b"sea"
    assert (read.networks, read.inputs, read.outputs, read.precisions) == ((), (), (), ())
    with pytest.raises(ModelError, match='the model "table" is data, and has no network'):
        open_sessions(str(folder))
    card.write_text(card.read_text() + '[[inputs]]\nname = "x"\nshape = [1]\ndtype = "float32"\n')
    with pytest.raises(ModelError, match=r"\[\[inputs\]\]: of no network: none of the files ends"):
        read_card(folder)


def test_a_short_card_is_one_of_one_file(tmp_path: Path) -> None:
    digest = hashlib.sha256((TINY / "double.onnx").read_bytes()).hexdigest()
    (tmp_path / "model.onnx").write_bytes((TINY / "double.onnx").read_bytes())
    (tmp_path / "card.toml").write_text(
        f'name = "short"\ntask = "double"\nsha256 = "{digest}"\n[parity]\ntolerance = 0\n'
    )
    card = read_card(tmp_path)
    assert [(file.name, file.role) for file in card.files] == [("model.onnx", "network")]
    assert card.digest == digest
    assert open_session(str(tmp_path)).run(x=numbers(1))[0] == [2]


def test_one_hash_stands_for_all_that_decides_an_answer(tmp_path: Path) -> None:
    plain = read_card(write_model(tmp_path / "plain"))
    tested = read_card(write_model(tmp_path / "tested", vector=True))
    both = read_card(write_model(tmp_path / "both", BOTH))
    turned = read_card(write_model(tmp_path / "turned", dict(reversed(BOTH.items()))))
    other = read_card(write_model(tmp_path / "other", {**BOTH, "data": "outside.data"}))
    assert plain.digest == tested.digest == plain.files[0].sha256
    assert both.digest == turned.digest
    assert len({plain.digest, both.digest, other.digest}) == 3


@pytest.mark.parametrize("name", networks())
def test_shipped_cards_say_their_precision_and_have_a_small_test_vector(name: str) -> None:
    card = read_card(models()[name])
    assert card.precisions[0] == "float32"
    assert card.summary
    assert card.licence
    assert card.vector is not None
    assert card.check(card.vector) < 128_000


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names there")
@pytest.mark.parametrize("file", ["double.onnx", "card.toml"])
@pytest.mark.parametrize(("kind", "words"), [("pipe", "a pipe"), ("zero", "a device")])
def test_what_is_no_file_is_refused_at_once(
    tmp_path: Path, file: str, kind: str, words: str
) -> None:
    folder = write_model(tmp_path / "own", more=TENSORS)
    (folder / file).unlink()
    if kind == "pipe":
        os.mkfifo(folder / file)
    else:
        (folder / file).symlink_to("/dev/zero")
    with pytest.raises(ModelError, match=f"{file} is {words}"):
        read_all(folder)


def read_all(folder: Path) -> None:
    card = read_card(folder)
    for each in card.files:
        card.check(each)
        card.read(each)


def test_a_link_is_followed_and_held_to_the_hash(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "own", more=TENSORS)
    (folder / "double.onnx").rename(tmp_path / "stored")
    (folder / "double.onnx").symlink_to(tmp_path / "stored")
    read_all(folder)
    (tmp_path / "stored").write_bytes(b"another")
    with pytest.raises(ModelError, match="is not the file its card describes"):
        read_all(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = " + "[" * 5000, "too deep"),
        (f"a = {'9' * 5000}", "digits"),
        ("a" * 2_000_000, "larger"),
    ],
    ids=["deep", "a long number", "large"],
)
def test_a_card_that_would_keep_its_reader_busy_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "card.toml").write_text(text)
    with pytest.raises(ModelError, match=said):
        read_card(tmp_path)
