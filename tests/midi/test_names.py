"""What a patch may call a MIDI message, and what it is told when it errs."""

import pytest

from engine.core.errors import ParameterError, UnknownName
from engine.midi.names import MessageName
from engine.midi.routing import port_name


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
        ("Notes 1", 'Did you mean "notes"?'),
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
