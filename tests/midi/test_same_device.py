"""Which output belongs to the device of an input, on every system's way of naming ports."""

import pytest

from engine.midi.ports import PortError, choose_beside
from engine.midi.same_device import output_of

ALSA = [
    "Midi Through:Midi Through Port-0 14:0",
    "nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0",
    "Launchpad:Launchpad MIDI 1 28:0",
    "Launchpad:Launchpad MIDI 2 28:1",
    "FLUID Synth (99):Synth input port (99:0) 130:0",
]
TWINS = ["APC:APC MIDI 1 20:0", "APC:APC MIDI 1 24:0"]
JACK = ["system:midi_playback_1", "system:midi_playback_2", "fluidsynth:midi", "desk:in"]
A2J = [
    "a2j:Midi Through [14] (playback): Midi Through Port-0",
    "a2j:nanoKONTROL2 [20] (playback): nanoKONTROL2 MIDI 1",
    "a2j:TR-8 [24] (playback): TR-8 MIDI 1",
]
CORE = ["IAC Driver Bus 1", "nanoKONTROL2 CTRL", "Launchpad Mini", "TR-8"]
WINDOWS = ["Microsoft GS Wavetable Synth 0", "nanoKONTROL2 1", "MIDIOUT2 (Launchpad) 2", "TR-8 3"]


@pytest.mark.parametrize(
    ("port", "outputs", "found"),
    [
        ("nanoKONTROL2:nanoKONTROL2 MIDI 1 20:0", ALSA, 1),
        ("nanoKONTROL2:nanoKONTROL2 MIDI 1 44:0", ALSA, 1),
        ("Launchpad:Launchpad MIDI 2 28:1", ALSA, 3),
        ("APC:APC MIDI 1 24:0", TWINS, 1),
        ("system:midi_capture_1", JACK, 0),
        ("system:midi_capture_2", JACK, 1),
        ("desk:out", JACK, 3),
        ("a2j:nanoKONTROL2 [20] (capture): nanoKONTROL2 MIDI 1", A2J, 1),
        ("nanoKONTROL2 SLIDER/KNOB", CORE, 1),
        ("Launchpad Mini", CORE, 2),
        ("nanoKONTROL2 0", WINDOWS, 1),
        ("MIDIIN2 (Launchpad) 1", WINDOWS, 2),
    ],
)
def test_the_output_of_the_same_device_is_found(port, outputs, found):
    assert output_of(port, outputs) == found


@pytest.mark.parametrize(
    ("port", "outputs"),
    [
        ("MPK:MPK MIDI 1 32:0", ALSA),
        ("APC:APC MIDI 1 28:0", TWINS),
        ("system:midi_capture_3", JACK),
        ("a2j:MPK [28] (capture): MPK MIDI 1", A2J),
        ("MPK mini", CORE),
        ("IAC Driver Bus 2", ["IAC Driver Bus 1", "IAC Driver Bus 3"]),
        ("MPK mini 0", WINDOWS),
        ("knobs:knobs", ["knobs:a", "knobs:b"]),
        ("", ["", ""]),
        ("nano", []),
    ],
)
def test_no_other_device_is_taken_for_it(port, outputs):
    assert output_of(port, outputs) is None


def test_one_that_is_not_found_is_told_with_those_that_are_there():
    with pytest.raises(PortError) as error:
        choose_beside("MPK:MPK MIDI 1 32:0", ALSA[:2])
    assert str(error.value) == (
        'no MIDI output belongs to "MPK:MPK MIDI 1": say which, as in feedback = { port = "..." }. '
        'There is: "Midi Through:Midi Through Port-0", "nanoKONTROL2:nanoKONTROL2 MIDI 1"'
    )
