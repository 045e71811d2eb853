"""An MCAP file that is being written: a channel for every topic, whole to the last ``flush``.

Why the index is given up after half a day: it grows with every half second, and a
show may take weeks. Readers then go through the file from its beginning, as they do where a show
was cut off.
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
"""Bytes after which a chunk is ended though nobody flushed."""
_INDEXED = 100_000
"""Chunks that an index is kept of: half a day of them."""


class RecordingFile:
    """Writes records in the order in which they come; raises OSError where the disk does not."""

    def __init__(self, file: Path) -> None:
        """Raises FileExistsError: a recording is never written over."""
        self._stream: IO[bytes] = file.open("xb")
        self._writer = Writer(
            self._stream, _CHUNK, CompressionType.ZSTD, IndexType.CHUNK | IndexType.METADATA
        )
        self._channels: dict[str, int] = {}
        self._schemas: dict[str, tuple[str, int]] = {}
        self._sequence = 0
        self._last = 0
        self._too_long = False
        self._begin()

    def write(self, topic: str, moment: int, data: bytes, encoding: str = "") -> None:
        """Add a record, in its own ``encoding`` if any; it is safe after the next ``flush``."""
        channel = self._channels.get(topic) or self._channel(topic, encoding)
        self._last = max(self._last, moment)
        self._sequence = (self._sequence + 1) & 0xFFFFFFFF
        self._writer.add_message(channel, self._last, data, self._last, self._sequence)

    def flush(self, *, onto_disk: bool = False) -> None:
        """Hand all of it to the system; ``onto_disk`` waits until not even a power cut loses it."""
        self._writer.flush()  # type: ignore[no-untyped-call]
        self._forget_index()
        if onto_disk:
            os.fsync(self._stream.fileno())

    def finish(self) -> None:
        """Write the end and close."""
        self._forget_index()
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()

    def abandon(self) -> None:
        """Close without an end: the disk takes no more."""
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
        self.flush()  # or a show that ends at once would leave a file that nobody can read

    def _channel(self, topic: str, encoding: str) -> int:
        usual, schema_id = self._schemas.get(topic, self._entry)
        if encoding:
            usual, schema_id = encoding, 0
        channel = self._writer.register_channel(topic, usual, schema_id)
        self._channels[topic] = channel
        return channel

    def _forget_index(self) -> None:
        # The writer of the library keeps every index to its end and has no way to be told.
        index: list[object] = self._writer._Writer__chunk_indices  # type: ignore[attr-defined]
        self._too_long = self._too_long or len(index) > _INDEXED
        if self._too_long:
            index.clear()


def encode(record: msgspec.Struct) -> bytes:
    """Write a record that is no entry, as JSON."""
    return msgspec.json.encode(record)
