"""Reads a recording from its beginning, as far as it is complete.

A show that was cut off leaves a file without a footer: what is complete is read, and the missing
end is reported. Damage anywhere else is an error that names the byte. Nothing in the file is
trusted: it may come from anybody, so sizes are held against limits before anything is unpacked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from struct import Struct
from typing import IO, NamedTuple

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Header, Metadata

from engine.core.errors import SensoriumError, UnreadableFile
from engine.core.files import open_file
from engine.core.kinds import UnknownKind
from engine.core.messages import Ns
from engine.core.mismatch import describe_mismatch
from engine.recording import entries
from engine.recording.amount import check_json
from engine.recording.chunk import (
    MAGIC,
    DamagedChunk,
    OversizedRecord,
    records,
    records_within,
    unpack,
)
from engine.recording.record import FORMAT, OUTPUT, PLAN, PROFILE, Begun
from engine.runtime.entries import Entry

Data = bytes | memoryview
Read = Callable[[Data], "Begun | Entry | RecordedOutput | None"]
"""Decodes one message. Raises ValueError, RecursionError or MsgspecError."""

_MESSAGE = Struct("<HIQQ")
_LONGEST_TOPIC = 1024
_LARGEST_HEAD = 1 << 20
"""The most bytes of what describes the file or a channel."""
_BEGUN = msgspec.json.Decoder(Begun)
_WANTED = frozenset(
    {
        *(Opcode.HEADER, Opcode.METADATA, Opcode.FOOTER),
        *(Opcode.CHUNK, Opcode.CHANNEL, Opcode.MESSAGE),
    }
)


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
    data: Data


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
        self._offset = 0
        try:
            stream = open_file(self.file)
        except UnreadableFile as error:
            raise RecordingError(f"{self.file} {error}") from None
        with stream:
            for record in self._records(stream):
                item = self._item(record)
                if item is not None:
                    yield item

    def _records(self, stream: IO[bytes]) -> Iterator[_Record]:
        """Yield the messages of all chunks, having checked that the file is one of ours."""
        try:
            yield from self._whole_records(stream)
        except (RecordingError, GeneratorExit):
            raise
        except OversizedRecord as error:
            raise self._error(f"damaged: {error}") from None
        except Exception as error:  # the library raises whatever the damage leads to
            if stream.read(1):  # the end of a file may be damaged by what cut it off
                words = error if isinstance(error, DamagedChunk) else "it cannot be read"
                raise self._error(f"damaged: {words}") from None
        if not self._complete:
            self._check_known()
            self.cut_off = True

    def _whole_records(self, stream: IO[bytes]) -> Iterator[_Record]:
        """Yield messages up to the end or the first damage; raise whatever that leads to."""
        size = stream.seek(0, 2)
        stream.seek(0)
        if stream.read(len(MAGIC)) != MAGIC:
            raise self._error("this is no MCAP file")
        for opcode, content in records(stream, _WANTED, size):
            if opcode == Opcode.FOOTER:
                self._complete = True
                return
            if opcode == Opcode.HEADER:
                self._check_header(Header.read(self._head(content)))
            elif opcode == Opcode.METADATA:
                self._check_format(Metadata.read(self._head(content)))
            else:
                self._check_known()
                inside = records_within(unpack(content)) if opcode == Opcode.CHUNK else None
                yield from self._messages(inside or [(opcode, memoryview(content))])
            self._offset = stream.tell()

    def _messages(self, within: Iterable[tuple[int, memoryview]]) -> Iterator[_Record]:
        """Yield messages as they lie in the file, and learn of the channels among them.

        Why not by the library: it reads field by field, and a replay would take a quarter longer.
        """
        for opcode, data in within:
            if opcode == Opcode.MESSAGE:
                channel, _, moment, _ = _MESSAGE.unpack_from(data)
                yield _Record(channel, moment, data[_MESSAGE.size :])
            elif opcode == Opcode.CHANNEL:
                found = Channel.read(self._head(data))
                if len(found.topic) > _LONGEST_TOPIC:
                    raise OversizedRecord(f"a topic of {len(found.topic):,} characters")
                self._channels[found.id] = found.topic, _reader(found.topic)

    def _head(self, content: Data) -> ReadDataStream:
        """Return for the library what describes the file or a channel."""
        if len(content) > _LARGEST_HEAD:
            raise OversizedRecord(f"a description of {len(content):,} bytes")
        return ReadDataStream(BytesIO(content))

    def _check_header(self, header: Header) -> None:
        if header.profile != PROFILE:
            other = f'the profile "{header.profile}"' if header.profile else "no profile"
            raise self._error(f"this MCAP file is not from Sensorium: it has {other}")

    def _check_format(self, about: Metadata) -> None:
        if about.name != PROFILE:
            return
        self._known = True
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
        except RecursionError:
            raise self._error(f"damaged: {topic}: lists lie too deep in one another") from None
        except msgspec.MsgspecError as error:
            raise self._error(f"damaged: {topic}: {describe_mismatch(error)}") from None
        except ValueError as error:
            raise self._error(f"damaged: {topic}: {error}") from None
        return None if what is None else RecordedItem(Ns(record.moment), what)

    def _error(self, what: str) -> RecordingError:
        return RecordingError(f"{self.file}: at byte {self._offset}: {what}")


def _reader(topic: str) -> Read:
    """Return the decoder of a channel; of an unknown one it returns None."""
    kind, _, rest = topic.partition("/")
    if kind in entries.TOPICS:
        return entries.from_bytes
    if kind == OUTPUT:
        sink, _, encoding = rest.rpartition("/")
        return partial(_output, sink, encoding)
    if kind == PLAN:
        return _plan
    return lambda data: None


def _output(sink: str, encoding: str, data: Data) -> RecordedOutput:
    return RecordedOutput(sink, encoding, bytes(data))


def _plan(data: Data) -> Begun:
    check_json(data)
    return _BEGUN.decode(data)
