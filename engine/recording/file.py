"""An MCAP file that is being written: a channel for every topic, complete to the last ``flush``.

Why the index is given up after half a day: it grows with every half second, and a show may take
weeks. Readers then scan the file from its beginning, as they do where a show was cut off.

The format is https://mcap.dev/spec.
"""

from __future__ import annotations

import json
import os
import platform
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import IO

import msgspec
from mcap.writer import CompressionType, IndexType, Writer

from engine.core.clock import wall_time
from engine.recording.chunk import LARGEST
from engine.recording.record import (
    ENTRY_SCHEMA,
    FORMAT,
    JSON,
    MSGPACK,
    PLAN,
    PROFILE,
    STATUS,
    Begun,
    Counts,
    schema,
)

_CHUNK = 4 << 20
"""Bytes after which a chunk ends without a flush."""
LARGEST_RECORD = LARGEST - _CHUNK - (1 << 16)
"""The most bytes of one record, so that the chunk that it ends can be read again."""
_INDEXED = 100_000
"""The most chunks in an index: half a day of them."""


class RecordingFile:
    """Writes records in order. Every method raises OSError when the disk refuses."""

    def __init__(self, file: Path) -> None:
        """Raise FileExistsError when the file exists: a recording is never overwritten.

        Where its beginning cannot be written, none is left behind.
        """
        self._stream: IO[bytes] = file.open("xb")
        self._writer = Writer(
            self._stream, _CHUNK, CompressionType.ZSTD, IndexType.CHUNK | IndexType.METADATA
        )
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, tuple[str, int]] = {}
        self._sequence = 0
        self._last = 0
        self._too_long = False
        try:
            self._begin()
        except OSError:
            self.abandon()
            file.unlink(missing_ok=True)
            raise

    def write(self, topic: str, moment: int, data: bytes, encoding: str = "") -> None:
        """Add a record at ``moment`` (ns), in its own ``encoding`` if any.

        It is safe after the next ``flush``.
        """
        channel = self._channels.get(topic) or self._channel(topic, encoding)
        self._last = max(self._last, moment)
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        self._writer.add_message(channel, self._last, data, self._last, self._sequence)

    def flush(self, *, onto_disk: bool = False) -> None:
        """Hand all records to the system; with ``onto_disk``, wait for fsync."""
        self._writer.flush()  # type: ignore[no-untyped-call]
        self._forget_index()
        if onto_disk:
            os.fsync(self._stream.fileno())

    def finish(self) -> None:
        """Write the footer and close."""
        self._forget_index()
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def abandon(self) -> None:
        """Close without a footer: the disk refuses more."""
        with suppress(OSError):
            self._stream.close()

    def _begin(self) -> None:
        self._writer.start(PROFILE, f"sensorium {version(PROFILE)}")
        about = {
            "format": str(FORMAT),
            "version": version(PROFILE),
            "platform": platform.platform(),
            "python": platform.python_version(),
            "begun": wall_time().isoformat(timespec="seconds"),
        }
        self._writer.add_metadata(PROFILE, about)
        for name, struct in ((PLAN, Begun), (STATUS, Counts)):
            title = f"sensorium.{name}"
            self._schemas[name] = (
                JSON,
                self._writer.register_schema(title, "jsonschema", schema(struct)),
            )
        entry = json.dumps(ENTRY_SCHEMA).encode()
        self._entry = MSGPACK, self._writer.register_schema("sensorium.entry", "jsonschema", entry)
        self.flush()  # else a show that ends at once would leave an unreadable file

    def _channel(self, topic: str, encoding: str) -> int:
        usual, schema_id = self._schemas.get(topic, self._entry)
        if encoding:
            usual, schema_id = encoding, 0
        channel = self._writer.register_channel(topic, usual, schema_id)
        self._channels[topic] = channel
        return channel

    def _forget_index(self) -> None:
        # The library's writer keeps the index of every chunk, and has no option against it.
        index: list[object] = self._writer._Writer__chunk_indices  # type: ignore[attr-defined]
        self._too_long = self._too_long or len(index) > _INDEXED
        if self._too_long:
            index.clear()


def encode(record: msgspec.Struct) -> bytes:
    """Return a record that is no entry as JSON."""
    return msgspec.json.encode(record)
