"""Reads a recording from its beginning, as far as it goes.

A show that was cut off leaves a file without an end: what is whole is read, and that the end is
missing is told. Damage anywhere else is an error that names the byte. Nothing in the file is
trusted: it may come from anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from struct import Struct
from typing import IO, NamedTuple

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.exceptions import EndOfFile, InvalidMagic
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Footer, Header, Message, Metadata
from mcap.stream_reader import StreamReader, get_chunk_data_stream

from engine.core.errors import SensoriumError
from engine.core.kinds import UnknownKind
from engine.core.messages import Ns
from engine.recording import entries
from engine.recording.record import FORMAT, OUTPUT, PLAN, PROFILE, Begun
from engine.runtime.entries import Entry

Read = Callable[[bytes], "Begun | Entry | RecordedOutput | None"]
"""Reads one message; raises ValueError or MsgspecError."""

_HEAD = Struct("<BQ")
_MESSAGE = Struct("<HIQQ")
_LARGEST = 1 << 30
"""Bytes of a record; more are a damaged length."""


class RecordingError(SensoriumError):
    """A file that is no recording, or is damaged: the message names it, and where."""


class RecordedOutput(NamedTuple):
    """What left an output then, as it left: which output, what sort of bytes, and themselves."""

    sink: str
    sort: str
    data: bytes


class RecordedItem(NamedTuple):
    """One thing of a show at its moment: a patch begins, an entry comes in, something is sent."""

    moment: Ns
    what: Begun | Entry | RecordedOutput


class _Record(NamedTuple):
    """One message as it lies in the file."""

    channel: int
    moment: int
    data: bytes


class Recording:
    """A recording; ``cut_off`` says, once all was read, that its end is missing."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.cut_off = False
        self._offset = 0
        self._channels: dict[int, tuple[str, Read]] = {}

    def items(self) -> Iterator[RecordedItem]:
        """Yield everything in its order; raises RecordingError where it is reached, or OSError."""
        with self.file.open("rb") as stream:
            for record in self._records(stream):
                if isinstance(record, Channel):
                    self._channels[record.id] = record.topic, _reader(record.topic)
                else:
                    item = self._item(record)
                    if item is not None:
                        yield item

    def _records(self, stream: IO[bytes]) -> Iterator[Channel | _Record]:
        """Yield the records of all chunks, having made sure that the file is one of ours."""
        known = False
        whole = False
        try:
            reader = StreamReader(stream, emit_chunks=True, record_size_limit=_LARGEST)
            for record in reader.records:
                if isinstance(record, Header):
                    self._check_header(record)
                elif isinstance(record, Metadata) and record.name == PROFILE:
                    self._check_format(record)
                    known = True
                elif isinstance(record, Chunk):
                    self._check_known(known)
                    yield from _in_chunk(record)
                elif isinstance(record, Channel | Message):
                    self._check_known(known)
                    yield _as_in_chunk(record)
                whole = whole or isinstance(record, Footer)
                self._offset = stream.tell()
        except RecordingError:
            raise
        except InvalidMagic:
            if not whole:
                raise self._error("this is no MCAP file") from None
        except GeneratorExit:
            raise
        except Exception as error:  # the library raises whatever the damage leads to
            if stream.read(1):
                raise self._error(f"damaged: {type(error).__name__}: {error}") from None
        if not whole:
            self._check_known(known)
            self.cut_off = True

    def _check_header(self, header: Header) -> None:
        if header.profile != PROFILE:
            other = f'the profile "{header.profile}"' if header.profile else "no profile"
            raise self._error(f"this MCAP file is not from Sensorium: it has {other}")

    def _check_format(self, about: Metadata) -> None:
        said = about.metadata.get("format", "")
        if not said.isdecimal():
            raise self._error(f"damaged: its format is {said!r}")
        if int(said) > FORMAT:
            by = about.metadata.get("version", "another version")
            raise self._error(
                f"was recorded by Sensorium {by} in format {said}, and this one reads up to"
                f" {FORMAT}: update Sensorium"
            )

    def _check_known(self, known: bool) -> None:
        if not known:
            raise self._error("it does not say its format before that, so it is no recording")

    def _item(self, record: _Record) -> RecordedItem | None:
        channel = self._channels.get(record.channel)
        if channel is None:
            raise self._error(f"damaged: nothing says what channel {record.channel} is")
        topic, read = channel
        try:
            what = read(record.data)
        except UnknownKind as error:
            raise self._error(f"{topic}: {error}") from None
        except (ValueError, msgspec.MsgspecError) as error:
            raise self._error(f"damaged: {topic}: {error}") from None
        return None if what is None else RecordedItem(Ns(record.moment), what)

    def _error(self, what: str) -> RecordingError:
        return RecordingError(f"{self.file}: at byte {self._offset}: {what}")


def _as_in_chunk(record: Channel | Message) -> Channel | _Record:
    if isinstance(record, Channel):
        return record
    return _Record(record.channel_id, record.log_time, record.data)


def _in_chunk(chunk: Chunk) -> Iterator[Channel | _Record]:
    """Yield what a chunk holds; raises whatever its damage leads to.

    Why not by the library, which reads field by field: a replay would take a quarter longer.
    """
    stream, length = get_chunk_data_stream(chunk, validate_crc=True)
    data = stream.read(length)
    start = 0
    while start < length:
        opcode, size = _HEAD.unpack_from(data, start)
        start += _HEAD.size
        if size > length - start:
            raise EndOfFile
        if opcode == Opcode.MESSAGE:
            channel, _, moment, _ = _MESSAGE.unpack_from(data, start)
            yield _Record(channel, moment, data[start + _MESSAGE.size : start + size])
        elif opcode == Opcode.CHANNEL:
            yield Channel.read(ReadDataStream(BytesIO(data[start : start + size])))
        start += size


def _reader(topic: str) -> Read:
    """Give what reads the messages of a channel; of one that is not known, to nothing."""
    kind, _, rest = topic.partition("/")
    if kind in entries.TOPICS:
        return entries.from_bytes
    if kind == OUTPUT:
        sink, _, sort = rest.rpartition("/")
        return partial(RecordedOutput, sink, sort)
    if kind == PLAN:
        return partial(msgspec.json.decode, type=Begun)
    return lambda data: None
