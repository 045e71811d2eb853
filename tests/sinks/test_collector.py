from engine.core.kinds import KINDS
from engine.core.messages import Note, Ns
from engine.sinks.collector import Collector


def test_it_takes_everything_and_keeps_it_in_order():
    sink = Collector()
    assert set(sink.accepts("anything")) == set(KINDS)
    sink.send("a", 0.5, Ns(1))
    sink.send("b", Note(60, 100), Ns(2))
    sink.send("a", "text", Ns(3))
    assert sink.messages == [(1, "a", 0.5), (2, "b", Note(60, 100)), (3, "a", "text")]
    assert sink.of("a") == [0.5, "text"]


def test_it_notes_silences_and_can_be_tapped():
    sink = Collector()
    told = []
    sink.tap(lambda port, what: told.append((port, what)))
    sink.send("a", 0.5, Ns(1))
    sink.send("a", Note(60, 100), Ns(1))
    sink.silence("a")
    sink.silence()
    assert sink.silenced == ["a", None]
    assert [what["args"] for _, what in told] == [[0.5], ["Note"]]
