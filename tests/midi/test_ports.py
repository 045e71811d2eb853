"""Which port a name means; no MIDI is needed for that."""

import pytest

from engine.midi.own_ports import OwnPorts, shown
from engine.midi.ports import PortError, choose, first_played

NAMES = [
    "Midi Through:Midi Through Port-0 14:0",
    "Launchpad:Launchpad MIDI 1 28:0",
    "Launchpad:Launchpad MIDI 2 28:1",
]


def test_a_part_of_the_name_is_enough_in_any_case():
    assert choose("midi 2", NAMES, "out") == 2


def test_a_whole_name_goes_before_a_part():
    assert choose("loop", ["loop 2", "Loop"], "in") == 1


def test_a_name_that_two_ports_have_is_refused_naming_both():
    with pytest.raises(PortError) as error:
        choose("launch", NAMES, "out")
    assert str(error.value) == (
        '"launch" is a part of "Launchpad:Launchpad MIDI 1" and "Launchpad:Launchpad MIDI 2": '
        "say more of the name"
    )


def test_a_port_that_is_missing_is_told_with_those_that_are_there():
    with pytest.raises(PortError, match=r'no MIDI output "nano" is here. There is: "Midi Thr'):
        choose("nano", NAMES, "out")
    with pytest.raises(PortError, match=r'no MIDI input "nano" is here. There is none'):
        choose("nano", [], "in")


def test_auto_takes_the_first_where_somebody_plays():
    assert first_played(["Sensorium:Sensorium 128:0", *NAMES]) == 2
    with pytest.raises(PortError, match="no MIDI input to play on"):
        first_played(NAMES[:1])


def test_a_name_is_shown_without_the_numbers_that_change():
    assert shown("nano:nano MIDI 1 28:0") == "nano:nano MIDI 1"


@pytest.mark.parametrize(
    "listed",
    [
        "Stage Keys:Stage Keys",  # JACK
        "Stage Keys-01:Stage Keys",  # JACK, where the name was taken
        "Stage Keys:Stage Keys 128:0",  # ALSA
        "Stage Keys",  # Core MIDI
        "lights (a+b):lights (a+b)",
        "a:b:a:b",
    ],
)
def test_auto_leaves_what_the_show_itself_has_made(listed):
    own = OwnPorts(("Stage Keys", "lights (a+b)", "a:b"))
    assert first_played([listed, "keys:out"], own) == 1
    with pytest.raises(PortError, match="no MIDI input to play on"):
        first_played([listed], own)


@pytest.mark.parametrize(
    "listed", ["Stage Keys 2:out", "My Stage Keys", "Stage Keys-1:x", "Stage:Stage Keys"]
)
def test_auto_takes_ports_that_only_sound_like_ours(listed):
    assert first_played([listed], OwnPorts(("Stage Keys",))) == 0


@pytest.mark.parametrize(
    ("sent_to", "listed"),
    [
        ("IAC", "IAC Driver Bus 1"),
        ("loopmidi port", "loopMIDI Port 1"),
        ("VirMIDI 1-0", "VirMIDI 1-0:VirMIDI 1-0 20:0"),
        ("thru:in", "thru:out"),
        (
            "a2j:Midi Through [14] (playback)",
            "a2j:Midi Through [14] (capture): Midi Through Port-0",
        ),
        ("junction:input_1", "junction:output_1"),
        ("ardour", "ardour:MIDI out"),
        ("Carla", "Carla:Carla Out 129:1"),
    ],
)
def test_auto_leaves_where_what_the_show_sends_comes_back(sent_to, listed):
    assert first_played([listed, "keys:out"], OwnPorts((), (sent_to,))) == 1
    assert first_played([listed, "keys:out"]) == int("Midi Through" in listed)


@pytest.mark.parametrize(
    ("sent_to", "listed"),
    [
        ("Launchpad MIDI 1", "Launchpad:Launchpad MIDI 1 28:0"),
        ("Launchpad", "Launchpad"),
        ("midi_playback_1", "system:midi_capture_1"),
        ("nano", "Midi-Bridge:nanoKONTROL2 2:(capture_0) nanoKONTROL2 MIDI 1"),
    ],
)
def test_auto_takes_a_desk_whose_lights_the_show_sets(sent_to, listed):
    assert first_played([listed], OwnPorts((), (sent_to,))) == 0


def test_a_process_is_told_what_is_ours_by_its_command_line():
    own = OwnPorts()
    for name in ("Stage Keys", 'a "b"', "größe", "-x"):
        own.make(name)
    own.send_to("loop")
    told = OwnPorts.from_text(own.to_text())
    assert all(told.has(name) for name in ("Stage Keys", 'a "b":a "b"', "größe", "-x"))
    assert told.hears("loop:out")
    assert not told.has("loop:out")
