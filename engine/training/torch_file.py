"""Reads the arrays of a file that PyTorch wrote before 1.6, without PyTorch and without its risks.

Such a file is four pickles (a number, the version, the system, the tensors with their names),
one of the names of the stores, and then each store: a count and its numbers. A pickle may call any
function there is; this one knows three names and refuses all others.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_LARGEST: Final = 1 << 28
_DTYPES: Final = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Tensor:
    """A tensor, whose numbers come after all pickles."""

    def __init__(
        self, store: tuple[str, np.dtype[Any]], offset: int, shape: Any, step: Any
    ) -> None:
        self.store, self.offset = store, offset
        self.shape, self.step = tuple(shape), tuple(step)


class _Reader(pickle.Unpickler):
    """Reads names, numbers and tensors, and nothing that would run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda store, offset, shape, step, *rest: _Tensor(store, offset, shape, step)
        if module == "torch" and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name} does not belong there")

    def persistent_load(self, pid: Any) -> Any:
        _, dtype, key, *_ = pid
        return key, dtype


def read_torch_file(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file by name. Raises ModelError for any other file."""
    try:
        return _read(io.BytesIO(data))
    except ModelError:
        raise
    except Exception as error:  # a damaged pickle raises whatever it leads to
        raise ModelError("the weights cannot be read: the file is damaged, or another") from error


def _read(stream: io.BytesIO) -> dict[str, NDArray[Any]]:
    if _Reader(stream).load() != _MAGIC:
        raise ModelError("the weights cannot be read: it is no file of PyTorch before 1.6")
    for _ in range(2):
        _Reader(stream).load()
    tensors: dict[str, _Tensor] = _Reader(stream).load()
    dtypes = dict(tensor.store for tensor in tensors.values())
    stores: dict[str, NDArray[Any]] = {}
    for key in _Reader(stream).load():
        count = int.from_bytes(stream.read(8), "little")
        if not 0 <= count <= _LARGEST:
            raise ModelError(f"the weights cannot be read: a store of {count} numbers")
        stores[key] = np.frombuffer(stream.read(count * dtypes[key].itemsize), dtypes[key])
    return {name: _array(tensor, stores) for name, tensor in tensors.items()}


def _array(tensor: _Tensor, stores: dict[str, NDArray[Any]]) -> NDArray[Any]:
    store = stores[tensor.store[0]]
    count = int(np.prod(tensor.shape, dtype=np.int64))
    steps = tuple(np.cumprod((1, *tensor.shape[:0:-1])).tolist())[::-1][: len(tensor.shape)]
    if tensor.step != steps:
        raise ModelError("the weights cannot be read: a tensor that does not lie in one piece")
    return store[tensor.offset : tensor.offset + count].reshape(tensor.shape)
