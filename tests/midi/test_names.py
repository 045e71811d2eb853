"""What a patch may call a MIDI message, and what it is told when it errs."""

import pytest

from engine.core.errors import ParameterError, UnknownName
from engine.midi.names import MessageName, check_port_name
from engine.midi.routing import port_name
from engine.sinks.midi_out import MidiOut
from engine.sources.midi_in import MidiIn


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("notes", MessageName("notes")),
        ("note36", MessageName("note", 36)),
        ("10/note36", MessageName("note", 36, channel=10)),
        ("cc74", MessageName("cc", 74)),
        ("cc07", MessageName("cc", 7)),
        ("cc74#2", MessageName("cc", 74)),
        ("cc1:14", MessageName("cc", 1, fine=True)),
        ("16/cc0:14", MessageName("cc", 0, fine=True, channel=16)),
        ("2/bend", MessageName("bend", channel=2)),
        ("show_control", MessageName("show_control")),
    ],
)
def test_names_are_read(text, name):
    assert port_name(text) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not36", 'Did you mean "note36"?'),
        ("10/not36", 'Did you mean "10/note36"?'),
        ("nots", 'Did you mean "notes"?'),
        ("pitchbend", 'Did you mean "bend"?'),
        ("cc1:15", 'Did you mean "cc1'),
        ("/filter/cutoff", "There is: notes, bend,"),
        ("Notes 1", 'Did you mean "note'),
        ("", "There is: notes"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(text, said):
    with pytest.raises(UnknownName, match="MIDI message") as error:
        port_name(text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("17/note36", '"17/note36": channels count from 1 to 16'),
        ("cc128", '"cc128": controllers count from 0 to 127'),
        ("note200", '"note200": notes count from 0 to 127'),
        ("cc32:14", '"cc32:14": 14-bit controllers count from 0 to 31'),
        ("3/clock", '"3/clock": clock belongs to no channel'),
    ],
)
def test_a_number_out_of_range_says_the_range(text, said):
    with pytest.raises(ParameterError) as error:
        port_name(text)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("rpn0", MessageName("rpn", 0)),
        ("rpn0:1", MessageName("rpn", 1)),
        ("nrpn1:2", MessageName("nrpn", 130)),
        ("nrpn1:14", MessageName("nrpn", 142)),
        ("3/nrpn16383", MessageName("nrpn", 16383, channel=3)),
        ("key_pressure36", MessageName("key_pressure", 36)),
        ("2/key_pressure", MessageName("key_pressure", channel=2)),
        ("timecode", MessageName("timecode")),
        ("timecode_speed", MessageName("timecode_speed")),
    ],
)
def test_what_only_an_input_knows_is_one_spelling_or_another(text, name):
    outlets = MidiIn()
    assert outlets.outlet(text) is float
    assert outlets._outlets[name] == [text]
    with pytest.raises(UnknownName):
        port_name(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nrpn128:0", '"nrpn128:0": both halves of a parameter count from 0 to 127'),
        ("rpn16384", '"rpn16384": parameters count from 0 to 16383'),
        ("key_pressure128", '"key_pressure128": keys count from 0 to 127'),
        ("2/timecode", '"2/timecode": timecode belongs to no channel'),
    ],
)
def test_a_number_of_an_input_out_of_range_says_the_range(text, said):
    with pytest.raises(ParameterError) as error:
        MidiIn().outlet(text)
    assert str(error.value) == said


@pytest.mark.parametrize("text", ["cc1:2", "note36:14", "key_pressure1:2", "nrpn:2", "nrpn1:"])
def test_halves_belong_to_parameters_only(text):
    with pytest.raises(UnknownName):
        MidiIn().outlet(text)


@pytest.mark.parametrize("name", ["", "x" * 64, "ü" * 32, "a\0b"])
@pytest.mark.parametrize("box", [MidiIn, MidiOut])
def test_a_port_is_called_what_a_midi_system_takes(box, name):
    with pytest.raises(ParameterError, match="name: a port is called by 1 to 63 letters"):
        box(name=name)


def test_a_port_may_be_called_anything_else():
    for name in ("x" * 63, "a:b", "-x", "größe", "  "):
        check_port_name(name)
