"""What an output sends of its own accord, such as the end of a note, is told at its own moment."""

from engine.core.commands import Panic, SetParameter
from engine.testing import Swap, play

PATCH = """
[beat]
use = "every"
time = "1 s"
[synth]
use = "midi_out"
[synth.send]
{send}
"""
ON, OFF, OTHER = [0x90, 36, 100], [0x80, 36, 0], [0x80, 40, 0]


def patch(send):
    return PATCH.replace("{send}", send)


def moments(played, message, sink="synth"):
    return [sent.t for sent in played.sent(sink) if sent.what["midi"] == message]


def test_a_struck_note_ends_after_its_length():
    played = play(patch('note36 = { when = "beat", length = "300 ms" }'), seconds=2.5)
    assert moments(played, ON) == [0, 1, 2]
    assert moments(played, OFF) == [0.3, 1.3, 2.3]
    assert {sent.behind_ms for sent in played.everything} == {0}


def test_notes_of_two_cables_end_each_at_its_own_moment():
    text = patch(
        'note36 = { when = "beat", length = "300 ms" }\n'
        'note40 = { when = "beat", length = "700 ms" }'
    )
    played = play(text, seconds=0.9)
    assert (moments(played, OFF), moments(played, OTHER)) == ([0.3], [0.7])


def test_a_panic_ends_notes_when_it_comes():
    text = patch('note36 = { when = "beat", length = "900 ms" }')
    played = play(text, script=[(0.5, Panic())], seconds=0.8)
    assert moments(played, OFF) == [0.5]


def test_what_is_switched_off_ends_its_notes_then():
    text = patch('note36 = { when = "beat", length = "900 ms" }')
    played = play(text, script=[(0.25, SetParameter("beat", "on", False))], seconds=0.8)
    assert moments(played, OFF) == [0.25]


def test_an_edit_that_cuts_a_cable_ends_its_note_then():
    text = patch('note36 = { when = "beat", length = "900 ms" }')
    played = play(text, script=[(0.75, Swap(patch('note41 = { when = "beat" }')))], seconds=0.8)
    assert moments(played, OFF) == [0.75]


def test_a_trigger_by_osc_is_released_at_its_own_moment():
    text = """
[beat]
use = "every"
time = "1 s"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/hit" = { when = "beat" }
"""
    hits = [(sent.t, *sent.args) for sent in play(text, seconds=0.9).sent("out", "/hit")]
    assert [value for _, value in hits] == [1.0, 0.0]
    assert hits[0][0] == 0
    assert hits[1][0] > 0
