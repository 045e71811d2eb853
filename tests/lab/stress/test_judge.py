"""The judge, with shows that are known to be good, and each with one thing wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.lab.stress.faults import Injection
from engine.lab.stress.judge import Baseline, judge, recovery
from engine.lab.stress.observed import InjectionRecord, Observation, SoundedNote, Vital, read_notes

SECONDS = 1800.0
STRIKE = Injection("camera killed", "camera", 100.0, 2.0)


def good(back=103.0, ms=10.0, leak=0.0):
    """A show of half an hour whose camera was away from second 100 to 102."""
    times = [t for t in np.arange(0.0, SECONDS, 0.05).tolist() if not 100.0 < t < back]
    seconds = np.arange(0.0, SECONDS, 1.0).tolist()
    return Observation(
        began=0.0,
        ended=SECONDS,
        routes={"out/reach": times},
        delays=[(at, ms) for at in seconds],
        states=[(0.0, "camera", "running")],
        notes=[SoundedNote("synth", 0, 60, at, at + 0.5) for at in seconds],
        vitals=[Vital(at, 200.0 + leak * at / 3600, 30, 20) for at in seconds],
        injected=[
            InjectionRecord(STRIKE, 100.0, 102.0, frozenset({"out/reach"}), frozenset({"camera"}))
        ],
        stats={"sources": {"camera": {"dropped": 3}}, "lanes": {}},
    )


def calm(ms=10.0):
    times = np.arange(0.0, 60.0, 0.05).tolist()
    return Observation(ended=60.0, routes={"out/reach": times}, delays=[(5.0, ms), (6.0, ms)])


def failed(seen):
    return [verdict.what for verdict in judge(seen, [calm(), calm()]) if not verdict.met]


def test_a_good_show_comes_through():
    assert failed(good()) == []


def test_a_show_that_ends_by_itself_does_not():
    seen = replace(good(), died=True, exit=-9)
    assert failed(seen) == ["ends of the show before its time", "exit status"]
    assert failed(replace(good(), exit=None)) == ["exit status"]


def test_a_mistake_of_the_engine_is_one():
    assert failed(replace(good(), internal_errors=["Traceback"])) == [
        "mistakes of the engine itself"
    ]


def test_notes_that_never_end_are_stuck():
    seen = good()
    seen.notes.append(SoundedNote("synth", 0, 61, 50.0, None))
    assert failed(seen) == ["notes that sound after the end"]


def test_notes_that_end_much_too_late_are_stuck():
    seen = good()
    seen.notes.append(SoundedNote("synth", 0, 61, 50.0, 61.0))
    assert failed(seen) == ["notes that sounded longer than 10 s"]


@pytest.mark.parametrize(("back", "after"), [(102.0, 0.0), (105.0, 3.0), (107.9, 5.9)])
def test_recovery_is_counted_from_the_return_of_the_device(back, after):
    seen = good(back=back)
    assert recovery(seen.injected[0], seen, Baseline([calm()])) == pytest.approx(after, abs=0.06)
    assert failed(seen) == []


def test_who_recovers_late_or_never_has_not():
    assert "recovery: camera killed" in failed(good(back=109.0))
    assert "recovery: camera killed" in failed(good(back=SECONDS))


def test_where_no_way_out_tells_the_state_of_the_box_does():
    seen = good()
    seen.routes.clear()
    baseline = Baseline([replace(calm(), routes={})])
    assert recovery(seen.injected[0], seen, baseline) == 0.0
    seen.states += [(101.0, "camera", "lost"), (104.5, "camera", "running")]
    assert recovery(seen.injected[0], seen, baseline) == 2.5
    seen.states.append((105.0, "camera", "lost"))
    assert recovery(seen.injected[0], seen, baseline) == float("inf")
    seen.states.clear()
    assert recovery(seen.injected[0], seen, baseline) is None


def test_a_gap_without_a_fault_of_its_own_is_found():
    seen = good()
    seen.routes["out/reach"] = [t for t in seen.routes["out/reach"] if not 500 < t < 502]
    assert failed(seen) == ["longest gap without a fault of its own"]
    another = replace(seen.injected[0], began=500.0, over=502.0)
    seen.injected.append(another)
    assert failed(seen) == []


def test_what_speaks_now_and_then_has_no_gaps():
    seen, before = good(), calm()
    seen.routes["out/cue"] = [1.0, 900.0]
    before.routes["out/cue"] = [1.0]
    assert Baseline([before]).rates.keys() == {"out/reach"}


def test_delay_is_compared_with_that_of_calm_shows():
    assert failed(good(ms=10.9)) == []
    assert failed(good(ms=11.2)) == ["delay in calm stretches over a calm show"]


def test_delay_under_a_fault_does_not_count():
    seen = good()
    seen.delays = [(at, 500.0 if 100 <= at <= 108 else ms) for at, ms in seen.delays]
    assert failed(seen) == []


def test_memory_that_grows_is_a_leak():
    assert failed(good(leak=0.9)) == []
    assert failed(good(leak=1.1)) == ["memory, after the first half"]


def test_memory_that_grows_at_first_is_none():
    seen = good()
    seen.vitals = [replace(v, memory=min(v.memory, 100 + v.at)) for v in seen.vitals]
    assert failed(seen) == []


def test_a_storm_has_longer_to_find_its_size():
    seen = good(back=100.0)
    seen.vitals = [replace(v, memory=min(v.memory, 100 + v.at / 8)) for v in seen.vitals]
    assert failed(seen) == []
    assert failed(replace(seen, injected=[])) == ["memory, after the first sixth"]


@pytest.mark.parametrize(("what", "told"), [("files", "open files"), ("threads", "threads")])
def test_files_and_threads_stay_as_many(what, told):
    seen = good()
    seen.vitals = [replace(v, **{what: 20 + int(v.at > 1500)}) for v in seen.vitals]
    assert failed(seen) == [f"more {told}"]


def test_notes_are_read_from_what_a_receiver_heard():
    heard = [(1.0, b"\x90\x3c\x40"), (2.0, b"\x91\x3c\x40"), (3.0, b"\x90\x3c\x00")]
    assert read_notes("synth", [*heard, (4.0, b"\xb0\x07\x01")]) == [
        SoundedNote("synth", 0, 60, 1.0, 3.0),
        SoundedNote("synth", 1, 60, 2.0, None),
    ]
    assert read_notes("synth", heard, gone=5.0)[1].ended == 5.0
