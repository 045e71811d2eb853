"""Explain in plain words why an inference library refuses a network, or what is put into it."""

from __future__ import annotations

import re
from typing import Final

_ONNX: Final = re.compile(r"\[ONNXRuntimeError\] : \d+ : (\w+) : (.*)", re.S)
_KINDS: Final = {
    "INVALID_PROTOBUF": "it is no network in ONNX form, or it is damaged",
    "NO_SUCHFILE": "a file of it is missing",
    "NO_MODEL": "it holds no network",
    "INVALID_GRAPH": "its graph is not valid",
    "INVALID_ARGUMENT": "what is put in does not fit",
    "NOT_IMPLEMENTED": "it needs an operator that is not known here",
    "EP_FAIL": "the device refuses it",
}
_OPENVINO: Final = (
    (re.compile(r"No conversion rule found for operations: ([^\n]*)"), "NOT_IMPLEMENTED"),
    (re.compile(r"(Unable to read the model\.)"), "INVALID_PROTOBUF"),
    (re.compile(r"(Can't set the input tensor [^\n]*)"), "INVALID_ARGUMENT"),
)
"""What OpenVINO says between the places in its own source, and what that is."""
_PLACE: Final = re.compile(r"Exception from |Check '|FrontEnd API failed")
_LONGEST: Final = 200


def describe_refusal(error: Exception) -> str:
    """Return why a library refuses a network: our words, then its detail for who made it."""
    kind, detail = _kind_and_detail(str(error))
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    lines = [line for line in lines if not _PLACE.match(line)]
    words = _KINDS.get(kind, "the inference library refuses it")
    return f"{words} ({lines[0][:_LONGEST]})" if lines else words


def _kind_and_detail(text: str) -> tuple[str, str]:
    """Return the kind of an error, "" where none is known, and what else is said of it."""
    if found := _ONNX.search(text):
        return found[1], found[2]
    for pattern, kind in _OPENVINO:
        if found := pattern.search(text):
            return kind, found[1]
    return "", text
