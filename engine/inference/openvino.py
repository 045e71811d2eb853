"""Runs networks with OpenVINO, the extra ``openvino``: the one file that imports it.

"openvino" computes in float32, as every other provider does; "openvino_bf16" in bfloat16, which has
the range of float32 and 8 bits of mantissa, takes two thirds of the time or less on processors made
for it, and is for networks whose card says that they bear it.

Why a network of its own for each shape, in float32: to know the size of a picture saves a quarter
of the time (the painter at 384x216: 51 ms, then 40), for a tenth of a second in which it is made
ready; and made for any shape, one that finds the flow of pictures was off by 7 pixels. In bfloat16
nothing is gained, and what its card allows is held to as it runs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.inference.backend import Runner, Stored, Unfit
from engine.inference.card import BFLOAT16, FLOAT32, Tensor

OPENVINO: Final = "openvino"
OPENVINO_BF16: Final = "openvino_bf16"

_PROVIDERS: Final[Mapping[str, str]] = {OPENVINO_BF16: BFLOAT16, OPENVINO: FLOAT32}
"""In which arithmetic each computes, the preferred first."""
_HINTS: Final[Mapping[str, str]] = {BFLOAT16: "bf16", FLOAT32: "f32"}
_DEVICE: Final = "CPU"
_CONVERTER: Final = "openvino.tools.ovc"
_SHAPES: Final = 8
"""For how many shapes a network is kept ready: a painter that gives way goes through a few."""

_Shapes = tuple[tuple[int, ...], ...]
"""The shapes of all inputs."""


class OpenVino:
    """Runs networks on the processor with OpenVINO."""

    def known(self) -> Iterable[str]:
        """Return what this library can be asked for."""
        return _PROVIDERS

    def available(self) -> Sequence[str]:
        """Return all of it where the extra is installed; that is not loaded until it is needed."""
        return tuple(_PROVIDERS) if find_spec("openvino") else ()

    def arithmetic(self, provider: str) -> str:
        """Return in which arithmetic a provider computes."""
        return _PROVIDERS[provider]

    def start(self, stored: Stored, provider: str, threads: int) -> Runner:
        """Open a network. Raises Unfit where the processor lacks what the provider needs."""
        arithmetic = _PROVIDERS[provider]
        core = _core()
        if arithmetic == BFLOAT16 and not has_bfloat16():
            raise Unfit("this processor does not compute in bfloat16")
        if stored.folder is not None:
            raise Unfit("it holds data in other files")
        return _OpenVinoRunner(core, stored.network, provider, threads)


def has_bfloat16() -> bool:
    """Whether this processor computes in bfloat16. Raises ModelError without the library."""
    return "BF16" in _core().get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES")


@lru_cache(maxsize=1)
def _core() -> Any:
    """Load the library. Raises ModelError where it does not load."""
    # Its converter, which nobody here needs, brings a package that reports to its maker: without it
    # the library does as where that is not installed.
    before = sys.modules.get(_CONVERTER)
    sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        import openvino  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415

        return openvino.Core()
    except ImportError as error:
        raise ModelError(f"OpenVINO does not load: {error}") from error
    finally:
        del sys.modules[_CONVERTER]
        if before is not None:
            sys.modules[_CONVERTER] = before


class _OpenVinoRunner:
    def __init__(self, core: Any, network: bytes, provider: str, threads: int) -> None:
        self.provider = provider
        self._core = core
        self._network = network
        self._exact = _PROVIDERS[provider] == FLOAT32
        self._options = {
            "INFERENCE_PRECISION_HINT": _HINTS[_PROVIDERS[provider]],
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            # Else what is meant for float32 is approximated here and there.
            "EXECUTION_MODE_HINT": "ACCURACY" if self._exact else "PERFORMANCE",
            "ENABLE_CPU_PINNING": False,
        }
        model = core.read_model(network)
        self.inputs = [_tensor(each) for each in model.inputs]
        self.outputs = [_tensor(each) for each in model.outputs]
        self._takes = {each.name: each for each in self.inputs}
        self._of_shape: dict[_Shapes, Any] = {}
        self._of_any_shape = None
        if not (self._exact and model.is_dynamic()):
            self._of_any_shape = self._ready(model)

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> Sequence[Any]:
        self._check(inputs)
        answers = self._request(inputs).infer(dict(inputs), share_inputs=True)
        return [answers[name] for name in outputs]

    def _check(self, inputs: Mapping[str, NDArray[Any]]) -> None:
        """Raise ValueError for what the library would convert, reshape, or fill from before."""
        if inputs.keys() != self._takes.keys():
            names = ", ".join(self._takes)
            raise ValueError(f"it takes {names}, and is given {', '.join(inputs) or 'nothing'}")
        for name, array in inputs.items():
            takes = self._takes[name]
            if array.dtype != np.dtype(takes.dtype) or not takes.fits(array.shape):
                given = f"{array.dtype} {list(array.shape)}"
                raise ValueError(f"{name} is {given}, it takes {takes.dtype} {list(takes.shape)}")

    def _request(self, inputs: Mapping[str, NDArray[Any]]) -> Any:
        """Return what runs inputs of these shapes."""
        if self._of_any_shape is not None:
            return self._of_any_shape
        shapes = tuple(inputs[name].shape for name in self._takes)
        own = self._of_shape.pop(shapes, None) or self._made_for(inputs)
        self._of_shape[shapes] = own  # the one that was used last stands last
        if len(self._of_shape) > _SHAPES:
            del self._of_shape[next(iter(self._of_shape))]
        return own

    def _made_for(self, inputs: Mapping[str, NDArray[Any]]) -> Any:
        model = self._core.read_model(self._network)
        model.reshape({name: list(array.shape) for name, array in inputs.items()})
        return self._ready(model)

    def _ready(self, model: Any) -> Any:
        return self._core.compile_model(model, _DEVICE, self._options).create_infer_request()


def _tensor(port: Any) -> Tensor:
    """Describe an input or output; a size that the file leaves open is named "?"."""
    sizes = (size.get_length() if size.is_static else "?" for size in port.get_partial_shape())
    element = port.get_element_type()
    dtype = "string" if element.get_type_name() == "string" else element.to_dtype().name
    return Tensor(port.get_any_name(), tuple(sizes), dtype)
