"""What an ONNX file makes the library read beside itself: tensors stored outside, and the like.

Why: a card holds its files to their hashes, and what the library opens without them is not held to
anything. It looks for such a file beside the network, and for a network in memory in the working
directory, wherever that is.

This reads the protocol buffers themselves (https://protobuf.dev/programming-guides/encoding), by
the fields of ``onnx.proto``, and only as far as tensors go; it makes no tensor and reads no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.core.errors import ModelError

_MODEL: Final = "ModelProto"
_TENSOR: Final = "TensorProto"
_NODE: Final = "NodeProto"
_ENTRY: Final = "StringStringEntryProto"

WAYS: Final[dict[str, dict[int, str]]] = {
    _MODEL: {7: "GraphProto", 20: "TrainingInfoProto", 25: "FunctionProto"},
    "GraphProto": {1: _NODE, 5: _TENSOR, 15: "SparseTensorProto"},
    _NODE: {5: "AttributeProto"},
    "AttributeProto": {
        **{5: _TENSOR, 6: "GraphProto", 10: _TENSOR, 11: "GraphProto"},
        **{22: "SparseTensorProto", 23: "SparseTensorProto"},
    },
    "SparseTensorProto": {1: _TENSOR, 2: _TENSOR},
    "TrainingInfoProto": {1: "GraphProto", 2: "GraphProto"},
    "FunctionProto": {7: _NODE, 11: "AttributeProto"},
    _TENSOR: {13: _ENTRY},
}
"""The fields of each message through which one comes to a tensor, and to what it says of a file."""

_OPERATOR: Final = 4
"""The field of a node that names its operator."""
_COMPILED: Final = b"EPContext"
"""The operator that holds what was compiled for one device, or the path of a file with it."""
_LOCATED: Final = 14
"""The field of a tensor that says whether it is stored outside."""
_KEY, _VALUE = 1, 2

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEEPEST: Final = 200
"""How deep messages may lie in one another; readers of protocol buffers allow 100."""
_LONGEST: Final = 10
"""The most bytes of a whole number."""


def files_outside(network: bytes) -> set[str]:
    """Return the files that tensors of a network are stored in, as it names them.

    Raise ModelError for what is no ONNX, for a tensor stored outside that names no file, and for a
    part that was compiled for one device, which may name files of its own.
    """
    found: set[str] = set()
    open_ = [(_MODEL, _fields(memoryview(network)))]
    while open_:
        message, fields = open_[-1]
        inside = WAYS[message]
        for field, content in fields:
            if message == _NODE and field == _OPERATOR and _is(content, _COMPILED):
                raise ModelError("a part of it was compiled for one device, and may name files")
            kind = inside.get(field)
            if kind is None or not isinstance(content, memoryview):
                continue
            if kind == _TENSOR:
                found |= _files_of(content)
                continue
            if len(open_) >= _DEEPEST:
                raise ModelError("graphs lie too deep in one another")
            open_.append((kind, _fields(content)))
            break
        else:
            open_.pop()
    return found


def _is(content: int | memoryview, text: bytes) -> bool:
    return isinstance(content, memoryview) and content == text


def _files_of(tensor: memoryview) -> set[str]:
    """Return the files that a tensor names; raise ModelError for one that is outside of any."""
    outside = False
    files: set[str] = set()
    for field, content in _fields(tensor):
        if field == _LOCATED and content:
            outside = True
        elif WAYS[_TENSOR].get(field) == _ENTRY and isinstance(content, memoryview):
            outside = True
            entry = {f: bytes(c) for f, c in _fields(content) if isinstance(c, memoryview)}
            if entry.get(_KEY) == b"location":
                files.add(str(entry.get(_VALUE, b""), "utf-8", "replace"))
    if outside and not files:
        raise ModelError("a tensor is stored outside of it, and no file is named")
    return files


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield number and content of each field of a message, numbers as int; raise ModelError."""
    place = 0
    while place < len(data):
        tag, place = _whole_number(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, place = _whole_number(data, place)
            yield number, value
            continue
        if kind == _BYTES:
            size, place = _whole_number(data, place)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise _no_onnx()
        if size > len(data) - place:
            raise _no_onnx()
        yield number, data[place : place + size]
        place += size


def _whole_number(data: memoryview, place: int) -> tuple[int, int]:
    """Return a whole number and the place behind it; raise ModelError."""
    value = 0
    for digit in range(_LONGEST):
        if place >= len(data):
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << (7 * digit)
        if byte < 0x80:
            return value, place
    raise _no_onnx()


def _no_onnx() -> ModelError:
    return ModelError("it is no ONNX file, or a damaged one")
