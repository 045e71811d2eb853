"""Recordings that a stranger might write: files of any records, and sizes that are no truth."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from struct import pack

import lz4.frame
import msgspec
import zstandard
from mcap.opcode import Opcode

from engine.recording.chunk import MAGIC
from engine.recording.file import RecordingFile
from engine.recording.record import PLAN, PROFILE, Begun

MEBI = 1 << 20


def text(value: str) -> bytes:
    """Return a text as MCAP writes it."""
    return pack("<I", len(value.encode())) + value.encode()


def table(values: Mapping[str, str]) -> bytes:
    """Return a map of texts as MCAP writes it."""
    inside = b"".join(text(key) + text(value) for key, value in values.items())
    return pack("<I", len(inside)) + inside


def record(opcode: int, content: bytes) -> bytes:
    """Return a record of an MCAP file."""
    return pack("<BQ", opcode, len(content)) + content


def channel(number: int, topic: str) -> bytes:
    """Return a record that says what a channel is."""
    return record(Opcode.CHANNEL, pack("<HH", number, 0) + text(topic) + text("x") + table({}))


def message(number: int, data: bytes, moment: int = 0) -> bytes:
    """Return a record of a message."""
    return record(Opcode.MESSAGE, pack("<HIQQ", number, 0, moment, moment) + data)


def chunk(data: bytes, compression: str = "zstd", *, says: int | None = None) -> bytes:
    """Return a chunk of records; ``says`` is the size that it states in place of its own."""
    return packed_chunk(PACK[compression](data), compression, len(data) if says is None else says)


def packed_chunk(packed: bytes, compression: str, says: int, checksum: int = 0) -> bytes:
    """Return a chunk whose content is packed."""
    head = pack("<QQQI", 0, 0, says, checksum) + text(compression)
    return record(Opcode.CHUNK, head + pack("<Q", len(packed)) + packed)


def zstd_without_size(data: bytes) -> bytes:
    """Pack as programs do that do not know the size when they begin."""
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


PACK = {
    "": bytes,
    "zstd": lambda data: zstandard.compress(data, 1),
    "lz4": lambda data: lz4.frame.compress(data, store_size=False),
}


def write(file: Path, records: Iterable[bytes], *, whole: bool = True) -> Path:
    """Write a file of ours that holds these records."""
    about = record(Opcode.METADATA, text(PROFILE) + table({"format": "1"}))
    end = record(Opcode.FOOTER, pack("<QQI", 0, 0, 0)) + MAGIC if whole else b""
    head = record(Opcode.HEADER, text(PROFILE) + text("x"))
    file.write_bytes(MAGIC + head + about + b"".join(records) + end)
    return file


def begun(patch: str, **changed: object) -> Begun:
    """Return the record of a patch that begins to play."""
    plain = Begun("x", None, patch, None, None, (), live=False, started=0, nodes={}, models={})
    return msgspec.structs.replace(plain, **changed)


def forge(file: Path, *plans: Begun, entries: Iterable[tuple[str, bytes]] = ()) -> Path:
    """Write a recording of patches, a second apart, and of entries behind the last."""
    made = RecordingFile(file)
    for second, plan in enumerate(plans):
        made.write(PLAN, second * 10**9, msgspec.json.encode(plan))
    for topic, data in entries:
        made.write(topic, len(plans) * 10**9, data)
    made.finish()
    return file


def crc(data: bytes) -> int:
    """Return the checksum of a chunk."""
    return zlib.crc32(data)
