"""Encodes messages as plain data and decodes them: maps, lists, numbers, texts and arrays.

The form follows from what the constructor of a type takes (see ``contents``): first its numbers and
texts in their order, then the rest. An array is a map of ``dtype``, ``shape`` and ``data``; where a
class holds a single one these stand among its own. Recordings depend on all of it: a change here
must leave ``tests/core/golden_codec.json`` as it is.

The bytes of an array are left to the encoder of the plain data: ``encode_numpy`` is a hook of
msgspec for that.

Why pictures may be left out: they are a thousand times larger than all the rest, and once the
networks have answered nothing downstream needs them.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from functools import lru_cache, partial
from typing import Any, Final, Union, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from engine.core.contents import Encodable, contents, is_array, is_plain
from engine.core.kinds import PLAIN, MessageType, message_type, named
from engine.core.messages import After, Later, Ns

Plain = Any
"""What MessagePack can hold, and arrays."""

Write = Callable[[Any, bool], Plain]
"""Returns plain data of a value; without ``pixels`` a picture is reduced to its size."""
Read = Callable[[Any], Any]

TYPE: Final = "type"
_ARRAY: Final = ("dtype", "shape", "data")
_LARGEST: Final = 1 << 28
"""Pixels of a picture: more are a damaged size."""


_NUMBERS: Final = "biuf"
"""Kinds of dtypes that a picture may have: others may be of any size themselves."""


class NotEncodable(TypeError):
    """A message of a type that no cable carries."""


def encode(message: Any, pixels: bool) -> Plain:
    """Return a message as plain data; without ``pixels``, pictures as their size only.

    A tuple stands for several outlets, a number of numpy keeps its precision. Raise NotEncodable
    for a type that is not registered (see ``kinds``).
    """
    cls = type(message)
    if message is None or cls in PLAIN:
        return message
    if (found := message_type(cls)) is not None:
        write = _WRITERS[cls] if cls in _WRITERS else _writer(cls)
        return {TYPE: found.name, **write(message, pixels)}
    if cls in (Later, After):
        return _write_for_later(message, pixels)
    if isinstance(message, tuple):
        return {TYPE: "outlets", "values": [encode(value, pixels) for value in message]}
    if isinstance(message, np.generic):
        return {TYPE: "number", **_write_array(np.asarray(message), True)}
    for plain in PLAIN:
        if isinstance(message, plain):
            return plain(message)
    raise NotEncodable(cls.__name__)


def _write_for_later(later: Later[Any] | After[Any], pixels: bool) -> Plain:
    """Return a message for later as plain data."""
    message = encode(later.message, pixels)
    if isinstance(later, Later):
        return {TYPE: "later", "at": later.at, "message": message}
    return {
        TYPE: "after",
        "pause": later.pause,
        "last_word": None if later.last_word is None else encode(later.last_word, pixels),
        "message": message,
    }


def decode(plain: Plain) -> Any:
    """Return the message that plain data holds.

    Raise UnknownKind for a kind that is not registered here, and ValueError, KeyError or TypeError
    for what is no message.
    """
    if not isinstance(plain, dict):
        return plain
    name = plain[TYPE]
    if name == "outlets":
        return tuple(map(decode, plain["values"]))
    if name == "later":
        return Later(Ns(plain["at"]), decode(plain["message"]))
    if name == "after":
        return After(Ns(plain["pause"]), decode(plain["message"]), decode(plain["last_word"]))
    if name == "number":
        return _read_array(plain)[()]
    cls = named(name).cls
    return (_READERS[cls] if cls in _READERS else _reader(cls))(plain)


def encode_numpy(value: object) -> Any:
    """Return the bytes of an array or a number of numpy as Python's, as ``enc_hook`` of msgspec.

    Raise TypeError for all else.
    """
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no plain data")


# Writing.


_WRITERS: dict[type, Write] = {}
"""What writes what stands inside a message, by its type; filled when a type first comes.

Why a table: the loop asks for it with every message that goes to another process.
"""


def _writer(cls: type) -> Write:
    """Return what writes values of a class."""
    try:
        write = _writer_of(cls)
    except TypeError as error:
        raise NotEncodable(str(error)) from None
    if write is None:
        raise NotEncodable(f"{cls.__name__} inside a message")
    _WRITERS[cls] = write
    return write


def _writer_of(cls: type) -> Write | None:
    if issubclass(cls, (*PLAIN, types.NoneType)):
        return lambda value, pixels: value
    if issubclass(cls, np.ndarray):
        return _write_array
    if issubclass(cls, tuple | list):
        return lambda value, pixels: [_write(each, pixels) for each in value]
    if issubclass(cls, Encodable):
        return lambda value, pixels: value.encoded()
    if issubclass(cls, np.generic):
        return lambda value, pixels: value.item()
    return _writer_of_contents(cls) if is_dataclass(cls) else None


def _write(value: Any, pixels: bool) -> Plain:
    """Return plain data of a value inside a message."""
    cls = type(value)
    return (_WRITERS[cls] if cls in _WRITERS else _writer(cls))(value, pixels)


def _writer_of_contents(cls: type) -> Write:
    """Return the writer of the contents of a class: plain values first, a single array inline."""
    hints = contents(cls)
    if TYPE in hints:
        raise NotEncodable(f'{cls.__name__}, for a part of a message cannot be called "{TYPE}"')
    plain = [name for name, hint in hints.items() if is_plain(hint)]
    single = _single_array(hints)
    rest = [name for name in hints if name not in plain and name != single]
    for name in rest:
        _reader_of(hints[name], _read_array)  # what could not be read again is not written
    hidden = _shows_picture(cls)

    def write(value: Any, pixels: bool) -> dict[str, Plain]:
        whole = pixels or not hidden
        written = {name: getattr(value, name) for name in plain}
        for name in rest:
            written[name] = _write(getattr(value, name), whole)
        if single:
            written |= _write_array(getattr(value, single), whole)
        return written

    return write


def _write_array(array: NDArray[Any], whole: bool) -> dict[str, Plain]:
    size = {"dtype": array.dtype.str, "shape": list(array.shape)}
    return {**size, "data": array} if whole else size


def _single_array(hints: Mapping[str, Any]) -> str:
    """Return the name of the only array in a class, which may be written inline; else None."""
    arrays = [name for name, hint in hints.items() if is_array(hint)]
    return arrays[0] if len(arrays) == 1 and not {*_ARRAY} & {*hints} - {*arrays} else ""


def _shows_picture(cls: type) -> bool:
    found: MessageType | None = message_type(cls)
    return found is not None and found.picture is not None


# Reading.


_READERS: dict[type, Read] = {}


def _reader(cls: type) -> Read:
    """Return the reader that makes an instance of a class from its written contents."""
    hints = contents(cls)
    array = _read_picture if _shows_picture(cls) else _read_array
    single = _single_array(hints)
    plain = [name for name, hint in hints.items() if is_plain(hint)]
    rest = {
        name: _reader_of(hint, array)
        for name, hint in hints.items()
        if name not in plain and name != single
    }

    def read(written: Mapping[str, Plain]) -> Any:
        values = {name: written[name] for name in plain if name in written}
        for name, part in rest.items():
            if name in written:
                values[name] = part(written[name])
        if single:
            values[single] = array(written)
        return cls(**values)

    _READERS[cls] = read
    return read


def _reader_of(hint: Any, array: Read) -> Read:
    """Return the reader of values of a type."""
    if is_array(hint):
        return array
    if get_origin(hint) in (Union, types.UnionType):
        inside = [part for part in get_args(hint) if not is_plain(part)]
        if len(inside) > 1:
            raise TypeError(f"{hint}: what is written of it would not tell which of these it is")
        return partial(_read_optional, _reader_of(inside[0], array)) if inside else _read_plain
    if get_origin(hint) in (tuple, list):
        return partial(_read_many, get_origin(hint), _readers_of(get_args(hint), array))
    if isinstance(hint, type) and issubclass(hint, Encodable):
        return hint.decoded
    if is_dataclass(hint) and isinstance(hint, type):
        return _reader(hint)
    return _read_plain


def _readers_of(hints: tuple[Any, ...], array: Read) -> Callable[[int], list[Read]]:
    """Return a function from the length of a tuple or a list to the readers of its values."""
    if (len(hints) == 2 and hints[1] is ...) or len(hints) == 1:
        every = _reader_of(hints[0], array)
        return lambda count: [every] * count
    each = [_reader_of(hint, array) for hint in hints]
    return lambda count: each


def _read_plain(written: Plain) -> Any:
    return written


def _read_optional(read: Read, written: Plain) -> Any:
    return read(written) if isinstance(written, dict | list) else written


def _read_many(made: Any, readers: Callable[[int], list[Read]], written: Plain) -> Any:
    every = readers(len(written))
    return made(read(each) for read, each in zip(every, written, strict=True))


def _read_array(plain: Mapping[str, Plain]) -> NDArray[Any]:
    """Return an array that owns its memory, aligned as any other: sums depend on alignment."""
    return _shaped(plain).copy()


def _read_picture(plain: Mapping[str, Plain]) -> NDArray[Any]:
    """Return a picture, black where only its size is known; it is read-only."""
    if "data" in plain:
        return _shaped(plain)
    return _black(plain["dtype"], tuple(plain["shape"]))


def has_pixels(picture: NDArray[Any]) -> bool:
    """Whether a decoded picture was written with its pixels, and not as its size only."""
    return any(picture.strides)


def _shaped(plain: Mapping[str, Plain]) -> NDArray[Any]:
    array = np.frombuffer(plain["data"], plain["dtype"]).reshape(plain["shape"])
    if not array.size and max(array.shape) > _LARGEST:
        raise ValueError(f"an array of {array.shape} without numbers")  # its rows take no memory
    return array


@lru_cache(maxsize=64)
def _black(dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
    if np.dtype(dtype).kind not in _NUMBERS:
        raise ValueError(f"a picture of {dtype}")
    if not 0 <= np.prod(shape, dtype=float) <= _LARGEST:
        raise ValueError(f"a picture of {shape} pixels")
    return np.broadcast_to(np.zeros((), dtype), shape)
