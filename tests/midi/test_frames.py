"""Frames come out of a pipe as they went in, however it cut them."""

from hypothesis import given
from hypothesis import strategies as st

from engine.midi.frames import GONE, HEARD, LONGEST, MIDI, TEMPO, Unframer, frame

KINDS = st.sampled_from([MIDI, TEMPO, HEARD, GONE])


@given(st.lists(st.tuples(KINDS, st.binary(max_size=300))), st.integers(1, 50))
def test_frames_survive_being_cut_anywhere(frames, cut):
    stream = b"".join(frame(*each) for each in frames)
    unframer = Unframer()
    pieces = [stream[start : start + cut] for start in range(0, len(stream), cut)]
    assert [found for piece in pieces for found in unframer.feed(piece)] == frames


def test_what_is_too_long_is_cut_off():
    [(kind, content)] = Unframer().feed(frame(HEARD, bytes(LONGEST + 5)))
    assert (kind, len(content)) == (HEARD, LONGEST)
