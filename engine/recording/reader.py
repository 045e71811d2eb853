"""Reads a recording from its beginning, as far as it is complete.

A show that was cut off leaves a file without a footer: what is complete is read, and the missing
end is reported. Damage anywhere else is an error that names the byte. Nothing in the file is
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
"""Decodes one message. Raises ValueError or MsgspecError."""

_HEAD = Struct("<BQ")
_MESSAGE = Struct("<HIQQ")
_LARGEST = 1 << 30
"""The most bytes of a record; more are a damaged length."""


class RecordingError(SensoriumError):
    """A file that is no recording, or is damaged: the message names it, and where."""


class RecordedOutput(NamedTuple):
    """What an output sent: the output, the encoding ("osc", "midi", "json"), and the bytes."""

    sink: str
    encoding: str
    data: bytes


class RecordedItem(NamedTuple):
    """One record of a show at its moment: a patch begins, an entry comes in, an output sends."""

    moment: Ns
    what: Begun | Entry | RecordedOutput


class _Record(NamedTuple):
    """One message as it lies in the file."""

    channel: int
    moment: int
    data: bytes


class Recording:
    """A recording; ``cut_off`` says, once all was read, whether its end is missing."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.cut_off = False
        self._known = False
        self._complete = False
        self._offset = 0
        self._channels: dict[int, tuple[str, Read]] = {}

    def items(self) -> Iterator[RecordedItem]:
        """Yield all records in order. Raise RecordingError where damage is reached, or OSError."""
        self.cut_off = self._known = self._complete = False
        with self.file.open("rb") as stream:
            for record in self._records(stream):
                if isinstance(record, Channel):
                    self._channels[record.id] = record.topic, _reader(record.topic)
                else:
                    item = self._item(record)
                    if item is not None:
                        yield item

    def _records(self, stream: IO[bytes]) -> Iterator[Channel | _Record]:
        """Yield the records of all chunks, having checked that the file is one of ours."""
        try:
            yield from self._whole_records(stream)
        except (RecordingError, GeneratorExit):
            raise
        except InvalidMagic:
            if not self._complete:
                raise self._error("this is no MCAP file") from None
        except Exception as error:  # the library raises whatever the damage leads to
            if stream.read(1):
                raise self._error(f"damaged: {type(error).__name__}: {error}") from None
        if not self._complete:
            self._check_known()
            self.cut_off = True

    def _whole_records(self, stream: IO[bytes]) -> Iterator[Channel | _Record]:
        """Yield records up to the end or the first damage; raise whatever that leads to."""
        reader = StreamReader(stream, emit_chunks=True, record_size_limit=_LARGEST)
        for record in reader.records:
            if isinstance(record, Header):
                self._check_header(record)
            elif isinstance(record, Metadata) and record.name == PROFILE:
                self._check_format(record)
                self._known = True
            elif isinstance(record, Chunk):
                self._check_known()
                yield from _in_chunk(record)
            elif isinstance(record, Channel | Message):
                self._check_known()
                yield _as_in_chunk(record)
            self._complete = self._complete or isinstance(record, Footer)
            self._offset = stream.tell()

    def _check_header(self, header: Header) -> None:
        if header.profile != PROFILE:
            other = f'the profile "{header.profile}"' if header.profile else "no profile"
            raise self._error(f"this MCAP file is not from Sensorium: it has {other}")

    def _check_format(self, about: Metadata) -> None:
        number = about.metadata.get("format", "")
        if not number.isdecimal():
            raise self._error(f"damaged: its format is {number!r}")
        if int(number) > FORMAT:
            by = about.metadata.get("version", "another version")
            raise self._error(
                f"was recorded by Sensorium {by} in format {number}, and this one reads up to"
                f" {FORMAT}: update Sensorium"
            )

    def _check_known(self) -> None:
        if not self._known:
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
    """Yield the records of a chunk. Raise whatever its damage leads to.

    Why not by the library: it reads field by field, and a replay would take a quarter longer.
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
    """Return the decoder of a channel; of an unknown one it returns None."""
    kind, _, rest = topic.partition("/")
    if kind in entries.TOPICS:
        return entries.from_bytes
    if kind == OUTPUT:
        sink, _, encoding = rest.rpartition("/")
        return partial(RecordedOutput, sink, encoding)
    if kind == PLAN:
        return partial(msgspec.json.decode, type=Begun)
    return lambda data: None
