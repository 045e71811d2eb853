"""A network reads no file that its card does not hold to a hash, however it names one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from google.protobuf.descriptor import Descriptor
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from engine.core.errors import ModelError
from engine.inference.outside import WAYS, files_outside
from engine.inference.session import open_session
from tests.fuzz.mutation import mutated
from tests.inference.tiny_models import TENSORS, TINY, numbers

X = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n"])
Y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n"])
YES = helper.make_node("Constant", [], ["yes"], value=helper.make_tensor("", 9, [], [True]))
MUL = helper.make_node("Mul", ["x", "w"], ["y"])
OPSET = helper.make_opsetid("", 17)


def outside(location: str | None = "w.bin", name: str = "w", *, dtype: int = 1) -> TensorProto:
    """Make a tensor of one number that is stored in another file."""
    tensor = TensorProto(name=name, data_type=dtype, dims=[1], data_location=TensorProto.EXTERNAL)
    if location is not None:
        tensor.external_data.add(key="location", value=location)
    return tensor


def graph(*nodes: onnx.NodeProto, **more: Any) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "g", [X], [Y], **more)


def model(made: onnx.GraphProto, **more: Any) -> onnx.ModelProto:
    return helper.make_model(made, opset_imports=[OPSET], ir_version=8, **more)


def inside(*nodes: onnx.NodeProto, **more: Any) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "inside", [], [Y], **more)


def constant(**attribute: Any) -> onnx.NodeProto:
    return helper.make_node("Constant", [], ["w"], **attribute)


def either(branch: onnx.GraphProto) -> onnx.NodeProto:
    return helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)


def sparse(values: TensorProto, indices: TensorProto) -> onnx.SparseTensorProto:
    return onnx.SparseTensorProto(values=values, indices=indices, dims=[1])


def dense(dtype: int = 1) -> TensorProto:
    return helper.make_tensor("w", dtype, [1], [0])


def in_function(*nodes: onnx.NodeProto) -> onnx.ModelProto:
    own = helper.make_opsetid("own", 1)
    function = helper.make_function("own", "F", ["x"], ["y"], [*nodes, MUL], [OPSET])
    made = model(graph(helper.make_node("F", ["x"], ["y"], domain="own")))
    made.functions.append(function)
    made.opset_import.append(own)
    return made


def default_of_function() -> onnx.ModelProto:
    made = in_function(constant(value=dense()))
    made.functions[0].attribute_proto.append(helper.make_attribute("w", outside()))
    return made


def training(**where: onnx.GraphProto) -> onnx.ModelProto:
    made = model(graph(MUL, initializer=[dense()]))
    info = made.training_info.add()
    for name, one in where.items():
        getattr(info, name).CopyFrom(one)
    return made


def deep(levels: int) -> onnx.ModelProto:
    branch = inside(MUL, initializer=[outside()])
    for _ in range(levels):
        branch = inside(YES, either(branch))
    return model(graph(YES, either(branch)))


KINDS: dict[str, Callable[[], onnx.ModelProto]] = {
    "initializer": lambda: model(graph(MUL, initializer=[outside()])),
    "constant": lambda: model(graph(constant(value=outside()), MUL)),
    "initializer of a branch": lambda: deep(0),
    "constant of a branch": lambda: model(
        graph(YES, either(inside(constant(value=outside()), MUL)))
    ),
    "deep in branches": lambda: deep(10),
    "list of tensors": lambda: model(graph(constant(many=[dense(), outside()]), MUL)),
    "list of graphs": lambda: model(
        graph(constant(many=[inside(MUL), inside(MUL, initializer=[outside()])]), MUL)
    ),
    "sparse initializer": lambda: model(
        graph(MUL, sparse_initializer=[sparse(outside(), dense(7))])
    ),
    "indices of a sparse one": lambda: model(
        graph(MUL, sparse_initializer=[sparse(dense(), outside(dtype=7))])
    ),
    "sparse constant": lambda: model(
        graph(constant(sparse_value=sparse(outside(), dense(7))), MUL)
    ),
    "constant of a function": lambda: in_function(constant(value=outside())),
    "default of a function": default_of_function,
    "how training begins": lambda: training(initialization=graph(MUL, initializer=[outside()])),
    "how training goes on": lambda: training(algorithm=graph(MUL, initializer=[outside()])),
}


def write(folder: Path, network: bytes, *data: str, where: str = "") -> Path:
    """Write a model of one network, whose card lists these files of data."""
    (folder / where).mkdir(parents=True)
    files = {f"{where}net.onnx": ("network", network)}
    files |= {name: ("data", np.float32([2]).tobytes()) for name in data}
    lines = ['name = "own"', 'task = "double"', "[parity]", "tolerance = 1e-4"]
    for name, (role, content) in files.items():
        (folder / name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        lines += ["[[files]]", f'name = "{name}"', f'role = "{role}"', f'sha256 = "{digest}"']
    (folder / "card.toml").write_text("\n".join([*lines, TENSORS]))
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory that has what the networks ask for."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "w.bin").write_bytes(np.float32([666]).tobytes())
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_data_that_its_card_does_not_list_is_refused(
    kind: str, tmp_path: Path, elsewhere: Path
) -> None:
    folder = write(tmp_path / "own", KINDS[kind]().SerializeToString())
    (folder / "w.bin").write_bytes(np.float32([666]).tobytes())
    with pytest.raises(ModelError, match=r'net\.onnx: data of it lies in "w\.bin", which its card'):
        open_session(str(folder))


@pytest.mark.parametrize("kind", ["initializer", "initializer of a branch", "constant"])
def test_what_its_card_lists_is_read_from_beside_it(
    kind: str, tmp_path: Path, elsewhere: Path
) -> None:
    folder = write(tmp_path / "own", KINDS[kind]().SerializeToString(), "w.bin")
    (answer,) = open_session(str(folder)).run(x=numbers(1, 2))
    assert answer.tolist() == [2, 4]
    (folder / "w.bin").write_bytes(np.float32([3]).tobytes())
    with pytest.raises(ModelError, match=r"w\.bin is not the file its card describes"):
        open_session(str(folder))


def test_a_network_in_a_folder_has_its_data_there(tmp_path: Path, elsewhere: Path) -> None:
    network = KINDS["initializer"]().SerializeToString()
    folder = write(tmp_path / "own", network, "deeper/w.bin", where="deeper/")
    (answer,) = open_session(str(folder)).run(x=numbers(1))
    assert answer.tolist() == [2]
    other = write(tmp_path / "other", network, "w.bin", where="deeper/")
    with pytest.raises(ModelError, match="which its card does not list"):
        open_session(str(other))


@pytest.mark.parametrize(
    "location",
    [
        "../own/w.bin",
        "deeper/../w.bin",
        "/etc/hostname",
        "*/_ORT_MEM_ADDR_/*",
        "W.BIN",
        "w.bin\0",
        "\\\\host\\share\\w.bin",
        "",
        ".",
        "https://example.com/w.bin",
    ],
)
def test_no_other_name_leads_to_a_listed_file(
    location: str, tmp_path: Path, elsewhere: Path
) -> None:
    network = model(graph(MUL, initializer=[outside(location)])).SerializeToString()
    folder = write(tmp_path / "own", network, "w.bin")
    with pytest.raises(ModelError, match="which its card does not list"):
        open_session(str(folder))


def test_a_tensor_that_names_no_file_is_refused() -> None:
    network = model(graph(MUL, initializer=[outside(None)])).SerializeToString()
    with pytest.raises(ModelError, match="no file is named"):
        files_outside(network)


def test_every_file_that_a_tensor_names_counts() -> None:
    tensor = outside("one")
    tensor.external_data.add(key="location", value="other")
    assert files_outside(model(graph(MUL, initializer=[tensor])).SerializeToString()) == {
        "one",
        "other",
    }


def tensor_bytes(*fields: bytes) -> bytes:
    """Return a network with one initializer of these fields."""
    content = b"".join(fields)
    graph_ = b"\x2a" + bytes([len(content)]) + content
    return b"\x3a" + bytes([len(graph_)]) + graph_


ENTRY = b"\x0a\x08location\x12\x01w"


@pytest.mark.parametrize(
    "fields",
    [
        (b"\x70\x01", b"\x6a\x0d" + ENTRY),
        (b"\x70\x81\x80\x00", b"\x6a\x0d" + ENTRY),
        (b"\xf0\x00\x01", b"\xea\x00\x0d" + ENTRY),
        (b"\x70\x01", b"\x70\x00", b"\x6a\x0d" + ENTRY),
        (b"\x6a\x8d\x00" + ENTRY,),
    ],
    ids=["plain", "a long one", "long fields", "taken back", "only named"],
)
def test_numbers_may_be_written_longer_than_they_need(fields: tuple[bytes, ...]) -> None:
    assert files_outside(tensor_bytes(*fields)) == {"w"}


@pytest.mark.parametrize(
    "network",
    [
        b"no network",
        b"\x3a\x05abc",
        b"\x3a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
        b"\x3b",
        b"ORTM" * 9,
        b"\x08",
    ],
)
def test_what_is_no_onnx_is_refused(network: bytes, tmp_path: Path) -> None:
    folder = write(tmp_path / "own", network)
    with pytest.raises(ModelError, match="it is no ONNX file, or a damaged one"):
        open_session(str(folder))


def field(number: int, content: bytes) -> bytes:
    """Return a field of bytes as protocol buffers write it."""
    size, length = len(content), b""
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + content


def test_graphs_that_lie_too_deep_are_refused() -> None:
    made = b""
    for _ in range(3000):  # a graph of a node with an attribute that is a graph
        made = field(1, field(5, field(6, made)))
    with pytest.raises(ModelError, match="too deep"):
        files_outside(field(7, made))


def test_what_was_compiled_for_a_device_is_refused(tmp_path: Path) -> None:
    node = helper.make_node(
        "EPContext", ["x"], ["y"], domain="com.microsoft", embed_mode=0, ep_cache_context="w.bin"
    )
    made = model(graph(node))
    made.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    with pytest.raises(ModelError, match="compiled for one device"):
        open_session(str(write(tmp_path / "own", made.SerializeToString())))


def test_operators_of_another_library_load_none(tmp_path: Path) -> None:
    made = model(graph(helper.make_node("Evil", ["x"], ["y"], domain="evil")))
    made.opset_import.append(helper.make_opsetid("evil", 1))
    with pytest.raises(ModelError, match="evil"):
        open_session(str(write(tmp_path / "own", made.SerializeToString())))


@given(st.binary(max_size=300) | mutated(st.builds((TINY / "double.onnx").read_bytes)))
@settings(deadline=None, max_examples=200)
def test_whatever_the_bytes_are_it_is_read_or_refused(network: bytes) -> None:
    with suppress(ModelError):
        files_outside(network)


@pytest.mark.parametrize("file", sorted(TINY.glob("*.onnx")), ids=lambda file: file.stem)
def test_networks_of_ours_are_read(file: Path) -> None:
    assert files_outside(file.read_bytes()) == ({"outside.data"} & {f"{file.stem}.data"})


def ways(message: Descriptor, known: dict[str, dict[int, str]]) -> bool:
    """Collect the fields through which a message comes to a tensor; return whether it does."""
    if message.name == "TensorProto":
        return True
    if message.name not in known:
        known[message.name] = {}
        for field in message.fields:
            if field.message_type and ways(field.message_type, known):
                known[message.name][field.number] = field.message_type.name
    return bool(known[message.name]) or message.name in {"GraphProto", "AttributeProto"}


def test_no_way_to_a_tensor_is_forgotten() -> None:
    found: dict[str, dict[int, str]] = {}
    ways(onnx.ModelProto.DESCRIPTOR, found)
    wanted = {name: fields for name, fields in found.items() if fields}
    assert {name: fields for name, fields in WAYS.items() if name != "TensorProto"} == wanted
