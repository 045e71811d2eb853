"""Every note that begins ends, by a note-off of its own: whatever comes, is lost, or crashes.

What the receiver hears is reckoned by the helper's own code, fed with the frames that it would be
sent; ``tests/peers/test_midi.py`` holds the processes themselves to the same.
"""

from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Note, Ns, Trigger
from engine.midi.active_notes import ActiveNotes
from engine.midi.frames import MIDI
from engine.sinks.midi_out import MidiOut
from engine.system.device_process import GONE
from engine.system.framing import Unframer

PORTS = {"notes": Note, "notes#2": Note, "2/notes": Note, "2/note61": Trigger, "cc64": float}
NUMBERS = st.integers(60, 62)
NOTES = st.builds(Note, NUMBERS, st.sampled_from([0, 0, 64, 127]), st.sampled_from([1, 2]))
STEPS = st.one_of(
    st.tuples(st.sampled_from(["notes", "notes#2", "2/notes"]), NOTES),
    st.tuples(st.just("2/note61"), st.just(Trigger())),
    st.tuples(st.just("cc64"), st.sampled_from([0.0, 1.0])),
    st.tuples(st.just("silence"), st.sampled_from([None, *PORTS])),
    st.tuples(st.just("wake"), st.just(None)),
)


class Instrument:
    """What a receiver counts: begun and ended, by channel and note."""

    def __init__(self):
        self.sounds = {}
        self.pedals = {}
        self.strays = 0
        self.doubles = 0

    def hear(self, message):
        status, key = message[0] & 0xF0, (message[0] & 0x0F, *message[1:2])
        if status == 0x90:
            self.doubles += self.sounds.get(key, False)
            self.sounds[key] = True
        elif status == 0x80:
            self.strays += not self.sounds.get(key, False)
            self.sounds[key] = False
        elif status == 0xB0:
            self.pedals[key] = message[2]

    def rests(self):
        return not any(self.sounds.values()) and not any(self.pedals.values())


def tapped():
    """Make an output that plays offline, and what an instrument hears of it."""
    sink = MidiOut()
    for port, carries in PORTS.items():
        sink.plug(port, carries, None)
    heard = []
    sink.tap(lambda port, sent: heard.append(bytes(sent["midi"])))
    sink.open_offline()
    return sink, heard


def play(sink, steps):
    for count, (what, value) in enumerate(steps):
        now = Ns(count * 20_000_000)
        if what == "silence":
            sink.silence(value)
        elif what == "wake":
            due = sink.wake()
            if due is not None:
                sink.on_wake(due)
        else:
            sink.send(what, value, now)
        sink.flush(now)


@given(st.lists(STEPS))
def test_begun_once_and_ended_once(steps):
    sink, heard = tapped()
    play(sink, steps)
    sink.silence()
    instrument = Instrument()
    for message in heard:
        instrument.hear(message)
    assert instrument.rests()
    assert (instrument.strays, instrument.doubles) == (0, 0)
    assert sink.wake() is None


@given(st.lists(STEPS), st.integers(0, 100))
def test_when_the_show_dies_the_helper_ends_what_sounds(steps, until):
    sink, heard = tapped()
    play(sink, steps)
    instrument, sounding = Instrument(), ActiveNotes()
    for message in heard[:until]:  # the rest never left
        sounding.track(message)
        instrument.hear(message)
    for message in sounding.end_all():
        instrument.hear(message)
    assert instrument.rests()
    assert sounding.end_all() == []


class Broken(MidiOut):
    """An output whose helper takes some frames, dies unseen, and is there again when opened."""

    def breaks_after(self, takes):
        self.left, self.instrument, self._plays = takes, Instrument(), True

    def _write(self, frames):
        for each in frames:
            if self.left <= 0:
                return False
            self.left -= 1
            for kind, content in Unframer().feed(each):
                if kind == MIDI:
                    self.instrument.hear(content)
        return True

    def dies(self):
        self.left = 0
        self._heard(GONE, b"the MIDI helper")
        self.close()

    def back(self):
        self.left, self._plays = 1_000_000, True
        self._write(self._restore())


@given(st.lists(STEPS), st.integers(0, 20), st.lists(STEPS))
def test_when_the_helper_dies_what_it_left_sounding_ends_with_the_port_back(before, takes, after):
    sink = Broken()
    for port, carries in PORTS.items():
        sink.plug(port, carries, None)
    sink.breaks_after(takes)
    play(sink, before)
    sink.dies()
    sink.silence()  # the engine does, when it hears of the loss
    sink.back()
    assert not any(sink.instrument.sounds.values())
    play(sink, after)
    sink.silence()
    assert sink.instrument.rests()
