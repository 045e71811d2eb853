"""Frames go down the pipe whole and in order, and nobody waits for a show that does not read."""

from __future__ import annotations

import os
import threading

import pytest

from engine.audio.frames import OPENED, SOUND, CaptureUnframer, frame
from engine.system.pipe_writer import MOST, PipeWriter

FIRST = frame(OPENED, b"Desk")


@pytest.fixture
def pipe():
    """Both ends of a pipe: the one to read, and the one to write."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb", 0) as reads, os.fdopen(write_end, "wb", 0) as writes:
        yield reads, writes


def numbered(number, size=40):
    return frame(SOUND, bytes(size), 0, number)


def numbers(data):
    said = CaptureUnframer().feed(data)
    assert said[0].kind == OPENED
    return [each.number for each in said[1:]]


def all_of(pipe, mouth):
    """Read while a mouth says what is left."""
    reads, writes = pipe
    said = []
    reader = threading.Thread(target=lambda: said.append(reads.read()))
    reader.start()
    mouth.end()
    writes.close()
    reader.join()
    return said[0]


def test_what_is_said_too_early_comes_after_the_first(pipe):
    mouth = PipeWriter(pipe[1].fileno())
    mouth.say(numbered(1))
    mouth.begin(FIRST)
    mouth.say(numbered(2))
    assert numbers(os.read(pipe[0].fileno(), 65536)) == [1, 2]


@pytest.mark.parametrize("size", [40, 4096, 50_000])
def test_a_show_that_does_not_read_keeps_nobody_waiting_and_misses_nothing(pipe, size):
    mouth = PipeWriter(pipe[1].fileno())
    mouth.begin(FIRST)
    for number in range(3000 if size < 1000 else 300):
        mouth.say(numbered(number, size))
    assert numbers(all_of(pipe, mouth)) == list(range(number + 1))


def test_of_what_is_never_read_the_oldest_is_lost(pipe):
    mouth = PipeWriter(pipe[1].fileno())
    mouth.begin(FIRST)
    for number in range(2 * MOST):
        mouth.say(numbered(number, 4096))
    heard = numbers(all_of(pipe, mouth))
    assert heard[-MOST:] == list(range(MOST, 2 * MOST))
    assert heard == sorted(set(heard))


def test_two_threads_say_whole_frames(pipe):
    mouth = PipeWriter(pipe[1].fileno())
    mouth.begin(FIRST)

    def say(start):
        for number in range(start, 2000, 2):
            mouth.say(numbered(number, 1000))

    threads = [threading.Thread(target=say, args=(start,)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    heard = numbers(all_of(pipe, mouth))
    assert sorted(heard) == list(range(2000))
    assert [n for n in heard if n % 2] == list(range(1, 2000, 2))


def test_that_nobody_reads_is_seen_by_who_looks_after_it(pipe):
    mouth = PipeWriter(pipe[1].fileno())
    mouth.begin(FIRST)
    pipe[0].close()
    mouth.say(numbered(1))
    with pytest.raises(BrokenPipeError):
        mouth.flush()
