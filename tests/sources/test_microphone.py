"""The microphone box, as far as it goes without a device; with one: tests/peers/test_sound.py."""

from __future__ import annotations

from itertools import count

import pytest

from engine.core.commands import Lost
from engine.core.errors import DeviceError
from engine.core.messages import Block
from engine.sources.microphone import Microphone, list_microphones
from tests.limits import LIMIT

LIBRARY = """
import threading, time
import numpy as np

class PortAudioError(Exception): ...

class default: device = (1, 0)

def query_hostapis(): return [{"name": "ALSA"}]

def query_devices():
    said = {"hostapi": 0, "default_samplerate": 44100.0}
    return [{"name": "Speaker", "max_input_channels": 0, **said},
            {"name": "Desk", "max_input_channels": 2, **said},
            {"name": "Busy", "max_input_channels": 1, **said}]

class InputStream:
    samplerate = 44100.0
    def __init__(self, device, channels, blocksize, callback, finished_callback, **_):
        if device == 2: raise PortAudioError("Device unavailable")
        how = (channels, blocksize, callback, finished_callback)
        self.give = threading.Thread(target=self.run, args=how)
    def start(self): self.give.start()
    def run(self, channels, size, callback, finished):
        status = type("Status", (), {"input_overflow": False})
        for number in range(20):
            callback(np.full((size, channels), number + 1, np.float32), size, None, status)
        finished()
"""


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Have the process that listens find another sounddevice; gives what writes its text.

    Each text has a folder of its own: a file changed within a second may be read as compiled.
    """

    written = count()

    def write(text):
        folder = tmp_path / f"library{next(written)}"
        folder.mkdir()
        (folder / "sounddevice.py").write_text(text)
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return write


def heard_of(microphone, wait):
    """Open it, and give all that it hands over until it is lost."""
    heard = []
    over = wait.Event()

    def emit(outlet, message, at, cost=0):
        heard.append(message)
        if isinstance(message, Lost):
            over.set()

    microphone.open(emit)
    assert over.wait(LIMIT)
    microphone.close()
    return heard


def test_what_a_device_gives_comes_whole_and_then_it_is_lost(library):
    import threading

    library(LIBRARY)
    microphone = Microphone(device="desk", channel=2, block=64)
    for _ in range(2):  # opened again, as after a loss
        *blocks, lost = heard_of(microphone, threading)
        assert [block.start for block in blocks] == [64 * number for number in range(20)]
        assert [block.samples[0] for block in blocks] == list(range(1, 21))
        assert {(type(block), block.rate, len(block.samples)) for block in blocks} == {
            (Block, 44100, 64)
        }
        assert not blocks[0].samples.flags.writeable
        assert lost == Lost('"Desk" stopped; was it unplugged?')


def test_a_device_that_moved_to_another_number_is_found_by_its_name(library):
    import threading

    library(LIBRARY)
    microphone = Microphone(device=1, channel=2, block=64)
    assert heard_of(microphone, threading)[-1] == Lost('"Desk" stopped; was it unplugged?')
    first = '{"name": "Speaker"'
    new = '{"name": "New", "max_input_channels": 2, **said}, '
    library(LIBRARY.replace(first, new + first).replace("if device == 2", "if device != 2"))
    *blocks, lost = heard_of(microphone, threading)
    assert (len(blocks), lost) == (20, Lost('"Desk" stopped; was it unplugged?'))


def test_without_portaudio_the_package_is_named(library):
    library('raise OSError("PortAudio library not found")')
    with pytest.raises(DeviceError, match=r"no sound without PortAudio: .*libportaudio2"):
        Microphone().open(print)
    assert Microphone().fallback(live=True) is None  # opening it says why


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"device": "desk", "channel": 3}, "Desk: it has 2 inputs, so there is no 3"),
        ({"device": "busy"}, "Busy: Device unavailable"),
        ({"device": "dessk"}, 'there is no microphone "dessk". Did you mean "Desk"'),
        ({"device": 0}, 'there is no microphone "0"'),
    ],
)
def test_what_cannot_be_opened_is_told(library, asked, said):
    library(LIBRARY)
    with pytest.raises(DeviceError, match=said):
        Microphone(**asked).open(print)


def test_a_library_that_crashes_is_a_device_that_does_not_open(library):
    library("import os; os.abort()")
    with pytest.raises(DeviceError, match="the sound device does not open"):
        Microphone().open(print)


def test_devices_are_listed_the_usual_first(library):
    library(LIBRARY)
    assert list_microphones() == ["Desk (number 1, ALSA)", "Busy (number 2, ALSA)"]


def test_what_plays_in_its_place(library, tmp_path):
    library(LIBRARY)
    assert Microphone().fallback(live=True) is None
    assert Microphone(device="Desk").fallback(live=False) is None
    library(
        LIBRARY.replace('"max_input_channels": 2', '"max_input_channels": 0').replace(
            '"max_input_channels": 1', '"max_input_channels": 0'
        )
    )
    alone = ("stand_in", {"dances": False, "block": 256})
    assert Microphone().fallback(live=True) == alone
    assert Microphone().fallback(live=False) == alone
    played = {"file": "song.wav", "channel": 2, "block": 64}
    microphone = Microphone(device="song.wav", channel=2, block=64)
    assert microphone.fallback(live=True) == ("audio_file", played)


def test_it_may_be_closed_twice_and_unopened():
    microphone = Microphone()
    microphone.close()
    microphone.close()
