"""Whether networks can be measured in bfloat16 here."""

from __future__ import annotations

from engine.core.errors import ModelError
from engine.inference.openvino import has_bfloat16


def missing() -> str:
    """Return why nothing computes in bfloat16 here, or nothing."""
    try:
        return "" if has_bfloat16() else "this processor does not compute in bfloat16"
    except ModelError as error:
        return str(error)
