"""A file may say any size: what it says is held against limits before memory is taken for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from struct import pack

import pytest
from mcap.opcode import Opcode

from engine.core.codec import decode
from engine.recording.amount import MOST, check_messagepack
from engine.recording.chunk import LARGEST
from engine.recording.reader import RecordedOutput, Recording, RecordingError
from tests.recording.attacks import (
    MEBI,
    PACK,
    channel,
    chunk,
    crc,
    message,
    packed_chunk,
    record,
    text,
    write,
    zstd_without_size,
)
from tests.recording.shows import SMALL as SMALL_SHOW
from tests.recording.shows import again, compared, rehearse

SMALL = channel(1, "output/out/osc") + message(1, b"hello")
LIMIT = 1000 * MEBI
"""Bytes of memory in which every attack must be refused."""

READ = """
import resource, sys
from engine.recording.reader import Recording, RecordingError
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
try:
    for _ in Recording(Path(sys.argv[1])).items():
        pass
except RecordingError as error:
    print(error)
"""


def read_in_little_memory(file: Path) -> str:
    """Read a recording in a process that has little memory; return in what words it is refused."""
    command = [sys.executable, "-c", READ, str(file), str(LIMIT)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


BIG = LARGEST + MEBI
ENTRY = channel(1, "source/a/b")
ATTACKS: dict[str, Callable[[], list[bytes]]] = {
    "zeros, packed by zstd": lambda: [chunk(bytes(BIG))],
    "zeros, packed by lz4": lambda: [chunk(bytes(BIG), "lz4")],
    "zeros, that say to be few, by zstd": lambda: [chunk(bytes(BIG), says=100)],
    "zeros, that say to be few, by lz4": lambda: [chunk(bytes(BIG), "lz4", says=100)],
    "zeros of no stated size": lambda: [
        packed_chunk(zstd_without_size(bytes(BIG)), "zstd", 100 * MEBI)
    ],
    "few, that say to be many": lambda: [chunk(SMALL, says=2**62)],
    "few, that say to be some": lambda: [chunk(SMALL, says=100 * MEBI)],
    "few, unpacked, that say to be many": lambda: [chunk(SMALL, "", says=2**62)],
    "a record that says to be huge": lambda: [pack("<BQ", Opcode.CHUNK, 2**62)],
    "an attachment that says to be huge": lambda: [pack("<BQ", Opcode.ATTACHMENT, 2**62)],
    "content that says to be huge": lambda: [
        record(Opcode.CHUNK, pack("<QQQI", 0, 0, 9, 0) + text("zstd") + pack("<Q", 2**62) + b"x")
    ],
    "a huge description": lambda: [record(Opcode.METADATA, bytes(100 * MEBI))],
    "a huge topic": lambda: [chunk(channel(1, "output/" + "a" * MEBI))],
    "many empty lists": lambda: [
        chunk(ENTRY + message(1, b"\xdd" + pack(">I", 30 * MEBI) + b"\x90" * (30 * MEBI)))
    ],
    "many empty maps": lambda: [
        chunk(ENTRY + message(1, b"\xdd" + pack(">I", 30 * MEBI) + b"\x80" * (30 * MEBI)))
    ],
    "many texts in a patch": lambda: [
        chunk(channel(1, "plan") + message(1, b'{"sets":[' + b'"",' * (10 * MEBI) + b'""]}'))
    ],
}


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as Linux does")
@pytest.mark.parametrize("name", ATTACKS)
def test_what_would_fill_the_memory_is_refused(name: str, tmp_path: Path) -> None:
    file = write(tmp_path / "show.mcap", ATTACKS[name]())
    said = read_in_little_memory(file)
    assert said.startswith(f"{file}: at byte "), said
    assert "damaged: " in said
    assert "Error" not in said


@pytest.mark.parametrize("data", [b"\x91" * 100_000, b"\x81\xa1a" * 50_000, b"\xdc\0\1" * 50_000])
@pytest.mark.parametrize("topic", ["source/a/b", "lane/pose", "command/x", "wake"])
def test_lists_that_lie_too_deep_are_refused(topic: str, data: bytes, tmp_path: Path) -> None:
    file = write(tmp_path / "show.mcap", [chunk(channel(1, topic) + message(1, data))])
    with pytest.raises(RecordingError, match=f"damaged: {topic}: lists lie too deep"):
        list(Recording(file).items())


def test_a_patch_whose_lists_lie_too_deep_is_refused(tmp_path: Path) -> None:
    data = channel(1, "plan") + message(1, b'{"x":' + b"[" * 100_000)
    file = write(tmp_path / "show.mcap", [chunk(data)])
    with pytest.raises(RecordingError, match="damaged: plan: lists lie too deep"):
        list(Recording(file).items())


@pytest.mark.parametrize(
    "made",
    [
        *(pytest.param(lambda how=how: chunk(SMALL, how), id=how or "unpacked") for how in PACK),
        pytest.param(
            lambda: packed_chunk(zstd_without_size(SMALL), "zstd", len(SMALL)), id="no size"
        ),
        pytest.param(
            lambda: packed_chunk(PACK["zstd"](SMALL), "zstd", len(SMALL), crc(SMALL)), id="checked"
        ),
        pytest.param(lambda: SMALL, id="in no chunk"),
        pytest.param(lambda: record(Opcode.ATTACHMENT, bytes(99)) + SMALL, id="an attachment"),
        pytest.param(lambda: record(99, bytes(99)) + SMALL, id="of a later format"),
    ],
)
@pytest.mark.parametrize("whole", [True, False], ids=["whole", "cut off"])
def test_what_other_programs_pack_is_read(
    made: Callable[[], bytes], whole: bool, tmp_path: Path
) -> None:
    recording = Recording(write(tmp_path / "show.mcap", [made()], whole=whole))
    assert [item.what for item in recording.items()] == [RecordedOutput("out", "osc", b"hello")]
    assert recording.cut_off is not whole


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: packed_chunk(SMALL, "", len(SMALL), 12345), "its checksum is another"),
        (lambda: packed_chunk(SMALL, "bz2", len(SMALL)), 'packed by "bz2"'),
        (lambda: chunk(SMALL, says=len(SMALL) + 1), "says"),
        (lambda: chunk(SMALL, "lz4", says=len(SMALL) - 1), "says"),
        (lambda: chunk(SMALL[:-1]), "a record in it is cut off"),
        (lambda: chunk(SMALL + b"\0"), "a record in it is cut off"),
    ],
)
def test_a_chunk_that_is_damaged_says_how(
    made: Callable[[], bytes], said: str, tmp_path: Path
) -> None:
    file = write(tmp_path / "show.mcap", [made()])
    with pytest.raises(RecordingError, match=f"damaged: .*{said}"):
        list(Recording(file).items())


def test_large_arrays_have_few_parts() -> None:
    check_messagepack(b"\x91\xc6" + pack(">I", 4 * MEBI) + bytes(4 * MEBI))
    check_messagepack(b"\xdb" + pack(">I", 4 * MEBI) + bytes(4 * MEBI))


@pytest.mark.parametrize(
    "part", [b"\x00", b"\xff", b"\x80", b"\x91\xc0", b"\xca\0\0\0\0", b"\xa1a", b"\xd4\0\0"]
)
def test_parts_of_every_form_are_counted(part: bytes) -> None:
    count = max(MOST, 2 * MEBI // len(part))
    with pytest.raises(ValueError, match="more than 100,000 parts"):
        check_messagepack(b"\xdd" + pack(">I", count) + part * count)


def test_the_largest_picture_fits() -> None:
    assert 8192 * 4320 * 3 + MEBI < LARGEST


def fifo(place: Path) -> None:
    os.mkfifo(place)


NO_FILES = {
    "a folder": Path.mkdir,
    "a pipe": fifo,
    "a device": lambda place: place.symlink_to("/dev/zero"),
    "a link that leads nowhere": lambda place: place.symlink_to("nowhere"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes with names there")
@pytest.mark.parametrize("kind", NO_FILES)
def test_what_is_no_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "show.mcap"
    NO_FILES[kind](place)
    with pytest.raises(RecordingError, match=f"{place} is {kind}"):
        list(Recording(place).items())


@pytest.mark.parametrize("dtype", ["U100000000", "V2000000000", "O", "i4,i4", "S9"])
def test_a_picture_of_which_only_the_size_is_known_has_numbers(dtype: str) -> None:
    plain = {"type": "frame", "dtype": dtype, "shape": [9, 9, 3], "number": 1}
    with pytest.raises(ValueError, match="a picture of "):
        decode(plain)


@pytest.mark.parametrize("shape", [[10**18, 0, 3], [0, 10**12], [2**29, 0]])
def test_an_array_without_numbers_has_few_rows(shape: list[int]) -> None:
    plain = {"type": "frame", "dtype": "|u1", "shape": shape, "data": b"", "number": 1}
    with pytest.raises(ValueError, match="without numbers"):
        decode(plain)


def test_what_could_not_be_read_again_is_not_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    patch = tmp_path / "small.toml"
    patch.write_text(SMALL_SHOW)
    monkeypatch.setattr("engine.recording.writer.LARGEST_RECORD", 1000)
    rehearse(tmp_path / "show.mcap", patch, seconds=0.5, pixels=True)
    assert "source/cam/frame: not recorded: one of it has 12," in caplog.text
    assert compared(again(tmp_path / "show.mcap")).different == []
