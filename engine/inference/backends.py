"""The libraries that run networks.

Another one is another entry: a class with the four methods of ``Backend``, whose providers a patch
may then name.
"""

from __future__ import annotations

from typing import Final

from engine.core.extras import install_line
from engine.inference.backend import Backend
from engine.inference.onnx_runtime import OnnxRuntime
from engine.inference.openvino import OPENVINO, OPENVINO_BF16, OpenVino

BACKENDS: Final[dict[str, Backend]] = {"onnxruntime": OnnxRuntime(), "openvino": OpenVino()}
"""The libraries by name, the preferred first: where two have a provider, that one opens it."""

REMEDIES: Final = dict.fromkeys((OPENVINO, OPENVINO_BF16), f": {install_line('openvino')}")
"""How to get a provider that does not come with Sensorium itself."""
