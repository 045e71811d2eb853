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
_LONGEST: Final = 200


def describe_refusal(error: Exception) -> str:
    """Return why a library refuses a network: our words, then its detail for who made it."""
    text = str(error)
    found = _ONNX.search(text)
    kind, detail = found.groups() if found else ("", text)
    lines = [line.strip() for line in detail.splitlines() if line.strip()]
    words = _KINDS.get(kind, "the inference library refuses it")
    return f"{words} ({lines[0][:_LONGEST]})" if lines else words
