"""What is told of a sound device: blocks, gaps, silence, and that it is gone."""

from __future__ import annotations

import struct
from types import SimpleNamespace

import numpy as np
import pytest

from engine.audio.capture import CaptureStream
from engine.audio.devices import SoundDevice, match_inputs
from engine.audio.frames import GONE, LONGEST, NOTICE, SOUND, CaptureFrame, CaptureUnframer, frame
from engine.core.clock import VirtualClock, ns
from engine.core.errors import DeviceError

FINE = SimpleNamespace(input_overflow=False)
LATE = SimpleNamespace(input_overflow=True)


class Room:
    """A device that gives blocks of two channels, and a clock that is moved by hand."""

    def __init__(self):
        self.clock = VirtualClock()
        self.frames = []
        self.ear = CaptureStream("Desk", 1, self.clock, self.frames.append)

    def give(self, value, status=FINE, count=4):
        samples = np.zeros((count, 2), np.float32)
        samples[:, 1] = value
        self.ear.hear(samples, count, None, status)
        samples[:] = 9.0  # the device uses its memory again

    def said(self, seconds=None):
        if seconds is not None:
            self.clock.move_to(ns(seconds))
        frames, self.frames[:] = [*self.frames, *self.ear.look()], []
        return CaptureUnframer().feed(b"".join(frames))


def test_a_block_is_stamped_copied_and_counted():
    room = Room()
    room.said(1.0)
    room.give(0.5)
    room.give(0.25)
    first, second = (*room.said(1.5), *room.said())
    assert (first.kind, first.at, first.number) == (SOUND, ns(1.0), 0)
    assert np.frombuffer(first.content, np.float32).tolist() == [0.5] * 4
    assert second.number == 4


def test_an_overflow_is_a_gap_and_told_once():
    room = Room()
    room.give(0.5)
    room.give(0.5, LATE)
    room.give(0.5)
    said = [*room.said(), *room.said(), *room.said()]
    assert [each.number for each in said if each.kind == SOUND] == [0, 8, 12]
    (notice,) = [each.text for each in said if each.kind == NOTICE]
    assert notice == '"Desk" was not listened to in time, sound is missing; a larger block helps'


def test_two_seconds_of_zeros_are_told_once():
    room = Room()
    told = []
    for number in range(60):
        room.give(0.0)
        told += [(number, each.text) for each in room.said(number * 0.1) if each.kind == NOTICE]
    ((when, text),) = told
    assert when == 20
    assert text.startswith('"Desk" gives only silence: a refused microphone permission, or muted?')


def test_a_pause_after_sound_is_none_of_that():
    room = Room()
    room.give(0.1)
    said = room.said()
    for number in range(60):
        room.give(0.0)
        said += room.said(number * 0.1)
    assert {each.kind for each in said} == {SOUND}


def test_a_device_that_gives_nothing_for_a_second_is_gone():
    room = Room()
    room.give(0.1)
    room.said(0.1)
    assert room.said(1.0) == []
    assert not room.ear.gone
    (gone,) = room.said(1.2)
    assert gone == CaptureFrame(GONE, 0, 0, b'"Desk" gives no sound any more; was it unplugged?')
    assert room.ear.gone


def test_the_first_block_may_take_its_time():
    room = Room()
    assert room.said(4.9) == []
    assert [each.kind for each in room.said(5.1)] == [GONE]


def test_a_device_that_says_it_stopped_is_gone():
    room = Room()
    room.ear.over.set()
    assert [each.text for each in room.said()] == ['"Desk" stopped; was it unplugged?']


@pytest.mark.parametrize("cut", [0, 5, 21, 24])
def test_a_frame_is_whole_once_its_last_byte_has_come(cut):
    whole = frame(SOUND, b"12345678", 3, 4)
    unframer = CaptureUnframer()
    assert unframer.feed(whole[:cut]) == []
    assert unframer.feed(whole[cut:] + whole) == [CaptureFrame(SOUND, 3, 4, b"12345678")] * 2


def test_behind_a_frame_that_is_too_long_there_is_nothing_to_read():
    unframer = CaptureUnframer()
    too_long = struct.pack("<cqqI", SOUND, 3, 4, LONGEST + 1)
    assert unframer.feed(frame(SOUND, b"1234") + too_long) == [CaptureFrame(SOUND, 0, 0, b"1234")]
    with pytest.raises(ValueError, match="bytes"):
        unframer.feed(b"more")


HERE = [
    SoundDevice(4, "Scarlett 2i2 USB", "ALSA", 2, 48000),
    SoundDevice(0, "Built-in Microphone", "ALSA", 1, 44100),
    SoundDevice(7, "Scarlett 2i2 USB", "JACK Audio Connection Kit", 2, 48000),
    SoundDevice(9, "Scarlett Solo", "ALSA", 1, 48000),
]


@pytest.mark.parametrize(
    ("device", "numbers"),
    [
        ("auto", [4, 0, 7, 9]),
        ("scarlett 2i2 usb", [7, 4]),
        ("Scarlett", [7, 4, 9]),
        ("built", [0]),
        ("9", [9]),
    ],
)
def test_a_device_is_found_by_name_part_or_number(device, numbers):
    assert [each.number for each in match_inputs(device, HERE)] == numbers


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("Built-in Microfone", 'Did you mean "Built-in Microphone"'),
        ("zzz", "There is: Scarlett 2i2 USB, Built-in Microphone, Scarlett Solo"),
        ("3", 'there is no microphone "3"'),
    ],
)
def test_what_is_not_there_is_told(device, said):
    with pytest.raises(DeviceError, match=said):
        match_inputs(device, HERE)


def test_no_device_at_all_is_told():
    with pytest.raises(DeviceError, match="no microphone was found; is one plugged in"):
        match_inputs("auto", [])
