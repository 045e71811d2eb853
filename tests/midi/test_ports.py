"""Which port a name means; no MIDI is needed for that."""

import pytest

from engine.midi.ports import PortError, choose, first_played, shown

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
