"""Runs networks with ONNX Runtime: the one file that imports it.

Why no spinning: ONNX Runtime keeps its threads turning between runs, to be there a little sooner.
At 30 frames a second that burns a whole core, which the synthesiser on the same laptop needs, and
gains nothing that can be measured. One thread a network leaves the other cores to other lanes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.inference.backend import CPU, Runner, Stored
from engine.inference.card import FLOAT32, Tensor

_ONLY_ERRORS: Final = 3
_DATA_FOLDER: Final = "session.model_external_initializers_file_folder_path"
_SUFFIX: Final = "ExecutionProvider"
_NOT_OURS: Final = {"azure"}
"""Providers that every build names but that run nothing on this machine."""
_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {"cuda": {"use_tf32": "0"}}
"""What a provider is told. CUDA multiplies float32 with 10 bits of mantissa unless told not to,
which is not the float32 that the cards were measured with."""


def library() -> Any:
    """Load ONNX Runtime. Raises ModelError where it does not load.

    Why not at the top: reading a patch with its boxes does not need it.
    """
    try:
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise ModelError(f"ONNX Runtime does not load: {error}") from error
    # Windows has a way of its own, which asks no environment: engine/__init__.py.
    onnxruntime.disable_telemetry_events()
    return onnxruntime


def short(provider: str) -> str:
    """Return the name of a provider as patches write it: "cuda" for CUDAExecutionProvider."""
    return provider.removesuffix(_SUFFIX).lower()


class OnnxRuntime:
    """Runs networks with ONNX Runtime, on its execution providers."""

    def known(self) -> Iterable[str]:
        """Return every execution provider that the library has a name for."""
        return {short(name) for name in library().get_all_providers()} - _NOT_OURS

    def available(self) -> Sequence[str]:
        """Return the execution providers of this build."""
        names = [short(name) for name in library().get_available_providers()]
        return [name for name in names if name not in _NOT_OURS]

    def arithmetic(self, provider: str) -> str:
        """Return that all of them are asked for float32."""
        return FLOAT32

    def start(self, stored: Stored, provider: str, threads: int) -> Runner:
        """Open a network; what its provider cannot compute is left to the CPU."""
        onnxruntime = library()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.add_session_config_entry("session.inter_op.allow_spinning", "0")
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = _ONLY_ERRORS
        if stored.folder is not None:
            options.add_session_config_entry(_DATA_FOLDER, str(stored.folder.absolute()))
        names = [name for name in onnxruntime.get_available_providers() if short(name) == provider]
        providers = [(name, dict(_OPTIONS.get(provider, {}))) for name in names]
        if provider != CPU:
            providers.append(("CPUExecutionProvider", {}))
        return _OnnxRunner(
            onnxruntime.InferenceSession(stored.network, options, providers=providers)
        )


class _OnnxRunner:
    def __init__(self, session: Any) -> None:
        self._session = session
        self.provider = short(session.get_providers()[0])
        self.inputs = [_tensor(each) for each in session.get_inputs()]
        self.outputs = [_tensor(each) for each in session.get_outputs()]

    def run(self, outputs: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> Sequence[Any]:
        answers: Sequence[Any] = self._session.run(outputs, inputs)
        return answers


def _tensor(node: Any) -> Tensor:
    """Describe an input or output; a size that the file leaves open is named "?" at least."""
    inside = node.type.removeprefix("tensor(").removesuffix(")")
    dtype = {"float": "float32", "double": "float64"}.get(inside, inside)
    return Tensor(node.name, tuple("?" if size is None else size for size in node.shape), dtype)
