"""What is told of a sound device: blocks, gaps, silence, and that it is gone."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from engine.audio.capture import CaptureStream
from engine.audio.devices import SoundDevice, match_inputs
from engine.audio.frame_clock import FrameClock
from engine.audio.frames import NOTICE, SOUND, unpack_sound
from engine.core.clock import VirtualClock, ns
from engine.core.errors import DeviceError
from engine.system.device_process import GONE
from engine.system.framing import Unframer

FINE = SimpleNamespace(input_overflow=False)
LATE = SimpleNamespace(input_overflow=True)


class Desk:
    """A device that gives blocks of two channels, and a clock that is moved by hand."""

    def __init__(self):
        self.clock = VirtualClock()
        self.frames = []
        self.stream = CaptureStream("Desk", 1, self.clock, self.frames.append)

    def give(self, value, status=FINE, count=4):
        samples = np.zeros((count, 2), np.float32)
        samples[:, 1] = value
        self.stream.on_block(samples, count, None, status)
        samples[:] = 9.0  # the device uses its memory again

    def said(self, seconds=None):
        if seconds is not None:
            self.clock.move_to(ns(seconds))
        frames, self.frames[:] = [*self.frames, *self.stream.check()], []
        return Unframer().feed(b"".join(frames))


def test_a_block_is_stamped_copied_and_counted():
    desk = Desk()
    desk.said(1.0)
    desk.give(0.5)
    desk.give(0.25)
    first, second = (*desk.said(1.5), *desk.said())
    samples, at, start = unpack_sound(first[1])
    assert (first[0], at, start) == (SOUND, ns(1.0), 0)
    assert (samples.dtype, samples.tolist()) == (np.float32, [0.5] * 4)
    assert unpack_sound(second[1])[2] == 4


def test_an_overflow_is_a_gap_and_told_once():
    desk = Desk()
    desk.give(0.5)
    desk.give(0.5, LATE)
    desk.give(0.5)
    said = [*desk.said(), *desk.said(), *desk.said()]
    assert [unpack_sound(payload)[2] for kind, payload in said if kind == SOUND] == [0, 8, 12]
    (notice,) = [payload.decode() for kind, payload in said if kind == NOTICE]
    assert notice == '"Desk" was not listened to in time, sound is missing; a larger block helps'


class Server:
    """A JACK server whose cycles come as a test says."""

    def __init__(self, desk, cycle=4):
        self.desk, self.count = desk, 0
        desk.stream.server = FrameClock(lambda: self.count, cycle)

    def cycles(self, number, status=FINE, missed=0, blocks=1, size=4):
        for _ in range(number):
            for _ in range(blocks):
                self.desk.give(0.5, status, size)
            self.count = (self.count + 4 * (1 + missed)) % (1 << 32)


def starts(said):
    return [unpack_sound(payload)[2] for kind, payload in said if kind == SOUND]


def notices(said):
    return [payload.decode() for kind, payload in said if kind == NOTICE]


def test_what_a_jack_server_has_waited_for_is_late_and_no_gap():
    """Whatever PortAudio says: it was 195 gaps in 3 s of sound, and not a sample was missing."""
    desk = Desk()
    Server(desk).cycles(50, LATE)
    said = [*desk.said(), *desk.said(5.0), *desk.said(10.0)]
    assert starts(said) == [4 * index for index in range(50)]
    (told,) = notices(said)
    assert told.startswith('"Desk" comes late now and then, and nothing is missing; longer cycles')


@pytest.mark.parametrize("before", [3, (1 << 30) - 3], ids=["soon", "where the count wraps"])
def test_what_it_has_not_waited_for_is_a_gap_of_that_size(before):
    desk = Desk()
    server = Server(desk)
    server.count = 4 * (before - 3)
    server.cycles(3)
    server.cycles(1, LATE, missed=5)
    server.cycles(4, LATE)
    said = [*desk.said(), *desk.said(0.5)]
    assert starts(said)[:4] == [0, 4, 8, 12]
    assert starts(said)[-1] == 4 * 7 + 4 * 5
    (told,) = notices(said)
    assert told.startswith('"Desk" was not listened to in time, sound is missing; longer cycles')


def test_who_looks_a_cycle_late_has_lost_nothing():
    desk = Desk()
    server = Server(desk)
    for _ in range(5):
        server.cycles(3)
        server.count += 4
        desk.give(0.5, LATE)
    assert starts(desk.said()) == [4 * index for index in range(20)]


@pytest.mark.parametrize(("blocks", "size"), [(1, 4), (2, 2), (4, 1)])
def test_whatever_the_block_is(blocks, size):
    desk = Desk()
    server = Server(desk)
    server.cycles(5, blocks=blocks, size=size)
    server.cycles(1, LATE, missed=2, blocks=blocks, size=size)
    server.cycles(5, blocks=blocks, size=size)
    assert starts(desk.said())[-1] == 4 * 10 + 8 + (blocks - 1) * size


def test_missing_sound_is_told_once_a_second():
    desk = Desk()
    told = []
    for number in range(100):
        desk.give(0.5, LATE)
        told += notices(desk.said(number * 0.1))
    assert len(told) == 10


def test_a_voice_on_the_other_side_is_told():
    desk = Desk()
    told = []
    for number in range(60):
        samples = np.zeros((4, 2), np.float32)
        samples[:, 0] = 0.5 if number > 10 else 0.0
        desk.stream.on_block(samples, 4, None, FINE)
        told += [payload.decode() for kind, payload in desk.said(number / 10) if kind == NOTICE]
    assert told == [
        '"Desk" gives only silence on channel 2, and channel 1 sounds: write channel = 1'
    ]


def test_two_seconds_of_zeros_are_told_once():
    desk = Desk()
    told = []
    for number in range(60):
        desk.give(0.0)
        told += [(number, text) for kind, text in desk.said(number * 0.1) if kind == NOTICE]
    ((when, text),) = told
    assert when == 20
    assert text.startswith(b'"Desk" gives only silence: a refused microphone permission, or muted?')


def test_a_pause_after_sound_is_none_of_that():
    desk = Desk()
    desk.give(0.1)
    said = desk.said()
    for number in range(60):
        desk.give(0.0)
        said += desk.said(number * 0.1)
    assert {kind for kind, _ in said} == {SOUND}


def test_a_device_that_gives_nothing_for_a_second_is_gone():
    desk = Desk()
    desk.give(0.1)
    desk.said(0.1)
    assert desk.said(1.0) == []
    assert not desk.stream.gone
    (gone,) = desk.said(1.2)
    assert gone == (GONE, b'"Desk" gives no sound any more; was it unplugged?')
    assert desk.stream.gone


def test_the_first_block_may_take_its_time():
    desk = Desk()
    assert desk.said(4.9) == []
    assert [kind for kind, _ in desk.said(5.1)] == [GONE]


def test_a_device_that_says_it_stopped_is_gone():
    desk = Desk()
    desk.stream.over.set()
    assert desk.said() == [(GONE, b'"Desk" stopped; was it unplugged?')]


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
