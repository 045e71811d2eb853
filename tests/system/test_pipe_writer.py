"""Frames go down the pipe whole and in order, and nobody waits for a show that does not read."""

from __future__ import annotations

import os
import threading

import pytest

from engine.system.framing import Unframer, pack_frame
from engine.system.pipe_writer import MOST, PipeWriter

FIRST = pack_frame(b"o", b"Desk")


@pytest.fixture
def pipe():
    """Both ends of a pipe: the one to read, and the one to write."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", 0) as reads, os.fdopen(write_end, "wb", 0) as writes:
        yield reads, writes


def numbered(number, size=40):
    return pack_frame(b"s", number.to_bytes(8, "little"), bytes(size))


def numbers(data):
    first, *others = Unframer().feed(data)
    assert first == (b"o", b"Desk")
    return [int.from_bytes(payload[:8], "little") for _, payload in others]


def all_of(pipe, writer):
    """Read while a writer writes what waits."""
    reads, writes = pipe
    read = []
    reader = threading.Thread(target=lambda: read.append(reads.read()))
    reader.start()
    writer.drain()
    writes.close()
    reader.join()
    return read[0]


def test_what_is_written_too_early_comes_after_the_first(pipe):
    writer = PipeWriter(pipe[1].fileno())
    writer.write(numbered(1))
    writer.start(FIRST)
    writer.write(numbered(2))
    assert numbers(os.read(pipe[0].fileno(), 65536)) == [1, 2]


@pytest.mark.parametrize("size", [40, 4096, 50_000])
def test_a_show_that_does_not_read_keeps_nobody_waiting_and_misses_nothing(pipe, size):
    writer = PipeWriter(pipe[1].fileno())
    writer.start(FIRST)
    for number in range(3000 if size < 1000 else 300):
        writer.write(numbered(number, size))
    assert numbers(all_of(pipe, writer)) == list(range(number + 1))


def test_of_what_is_never_read_the_oldest_is_lost(pipe):
    writer = PipeWriter(pipe[1].fileno())
    writer.start(FIRST)
    for number in range(2 * MOST):
        writer.write(numbered(number, 4096))
    heard = numbers(all_of(pipe, writer))
    assert heard[-MOST:] == list(range(MOST, 2 * MOST))
    assert heard == sorted(set(heard))


def test_two_threads_write_whole_frames(pipe):
    writer = PipeWriter(pipe[1].fileno())
    writer.start(FIRST)

    def write(start):
        for number in range(start, 2000, 2):
            writer.write(numbered(number, 1000))

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = numbers(all_of(pipe, writer))
    assert sorted(heard) == list(range(2000))
    assert [n for n in heard if n % 2] == list(range(1, 2000, 2))


def test_that_nobody_reads_is_seen_by_who_looks_after_it(pipe):
    writer = PipeWriter(pipe[1].fileno())
    writer.start(FIRST)
    pipe[0].close()
    writer.write(numbered(1))
    with pytest.raises(BrokenPipeError):
        writer.flush()
