"""What an edit changed is told in words, and of what it did not touch only how much it is."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from engine.commands import shows
from engine.core.clock import MILLISECOND
from engine.core.messages import Ns
from engine.patch.load import read_texts
from engine.recording.command import ReplayOptions, replay
from engine.recording.compare import Comparison
from engine.recording.reader import RecordedOutput, Recording
from engine.recording.recorder import Recorder
from engine.recording.replay import Replay
from engine.recording.routes import messages_of
from engine.recording.writer import WriteRequest
from engine.runtime.entries import Entry
from engine.runtime.offline import Offline
from engine.runtime.opening import open_patch
from engine.terminal.differences import difference_words

from .shows import compared, rehearse

PATCH = """
title = "Small"
[cam]
use = "stand_in"
width = 64
height = 64
seconds = "2 s"
[reach]
use = "joint"
from = "cam.joints"
joint = "right_hand"
then = ["smooth"]
empty = { to = 0, after = "300 ms", fade = "1 s" }
[left]
use = "joint"
from = "cam.joints"
joint = "left_hand"
[beat]
use = "every"
time = "130 ms"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/reach" = { from = "reach", every = "70 ms" }
"/left" = { from = "left", every = "45 ms" }
"/people" = "cam.joints.count"
"/beat" = { when = "beat", off = [0] }
[synth]
use = "midi_out"
[synth.send]
cc20 = "reach"
cc74 = { from = "left", every = "50 ms" }
bend = { from = "left", to = [-1, 1] }
note36 = { when = "beat" }
"2/note60" = { when = "beat" }
"3/program" = { from = "cam.joints.count" }
"""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patch = tmp_path_factory.mktemp("compare") / "small.toml"
    patch.write_text(PATCH)
    rehearse(patch.with_suffix(".mcap"), patch)
    return patch.with_suffix(".mcap")


def against(file: Path, old: str, new: str) -> tuple[dict[str, str], Comparison]:
    """Compare a recording with its patch in which some lines were edited."""
    assert PATCH.count(old) == 1
    edited = file.with_name("edited.toml")
    edited.write_text(PATCH.replace(old, new))
    comparison = replay(file, ReplayOptions(str(edited), compare=True))
    assert comparison is not None
    words = {each.route: ", ".join(difference_words(each)) for each in comparison.different}
    return words, comparison


EDITS = [
    ("cc74 =", "cc75 =", {"synth/cc74": "gone (N messages)", "synth/cc75": "new (N messages)"}),
    (
        "cc20 =",
        '"2/cc20" =',
        {"synth/cc20": "gone (N messages)", "synth/cc20 on channel 2": "new (N messages)"},
    ),
    ("bend = ", "pressure = ", {"synth/bend": "gone", "synth/pressure": "new"}),
    (
        '"3/program"',
        '"4/program"',
        {"synth/program on channel 3": "gone", "synth/program on": "new"},
    ),
    (
        '"2/note60" = { when = "beat" }',
        '"2/note60" = { when = "beat", at_most = "500 ms" }',
        {"synth/note 60 on channel 2": "N times fewer (N, was N)"},
    ),
    ("note36 =", "note37 =", {"synth/note 36": "gone", "synth/note 37": "new"}),
    (
        'note36 = { when = "beat" }',
        'note36 = { when = "beat", velocity = 30 }',
        {"synth/note 36": "N of N with other values, up to N apart"},
    ),
    ('"/people"', '"/crowd"', {"out/people": "gone", "out/crowd": "new"}),
    ('"/people" = "cam.joints.count"', "", {"out/people": "gone"}),
    (
        '"/left" = { from = "left", ',
        '"/left" = { from = "left", to = [1, 2], ',
        {"out/left": "N of N with other values, up to N apart"},
    ),
    (
        '{ from = "left", every = "45 ms" }',
        '{ from = "left", every = "90 ms" }',
        {"out/left": "N times fewer (N, was N)"},
    ),
    ('joint = "left_hand"', 'joint = "nose"', {"out/left": "", "synth/cc74": "", "synth/bend": ""}),
]


def matches(found: str, expected: str) -> bool:
    """Whether words begin as expected, N being any number."""
    digits = "".join("N" if char.isdigit() or char == "." else char for char in found)
    while "NN" in digits:
        digits = digits.replace("NN", "N")
    return digits.startswith(expected) or found.startswith(expected)


@pytest.mark.parametrize(("old", "new", "said"), EDITS)
def test_an_edit_is_told_and_nothing_else(
    recorded: Path, old: str, new: str, said: dict[str, str]
) -> None:
    words, comparison = against(recorded, old, new)
    assert len(words) >= len(said)
    for route, what in words.items():
        assert any(route.startswith(name) and matches(what, one) for name, one in said.items()), (
            route,
            what,
        )
    assert all(any(route.startswith(name) for route in words) for name in said)
    routes, messages = comparison.same
    assert routes >= 5
    assert messages > 50


def test_an_edit_that_changes_nothing_that_leaves_is_identical(recorded: Path) -> None:
    words, comparison = against(recorded, 'title = "Small"', 'title = "Other"\nabout = "the same"')
    assert words == {}
    assert comparison.same[0] == 10


class LateMachine(Offline):
    """Wakes boxes at every 90 ms only, as a machine does that is busy with other things."""

    def _next(self, until: Ns | None) -> Entry | None:
        wakes, step = self.engine.wakes, 90 * MILLISECOND
        ask = wakes.next

        def late() -> Ns | None:
            due = ask()
            return None if due is None else Ns(-(-due // step) * step)

        wakes.next = late  # type: ignore[method-assign]
        try:
            return super()._next(until)
        finally:
            wakes.next = ask  # type: ignore[method-assign]


def test_what_was_woken_late_and_is_not_touched_does_not_appear(tmp_path: Path) -> None:
    patch = tmp_path / "small.toml"
    patch.write_text(PATCH)
    file = patch.with_suffix(".mcap")
    show = LateMachine(open_patch(patch, live=False, with_state=True))
    recorder = Recorder(file, WriteRequest(live=False))
    recorder.open()
    recorder.watch(show.engine)
    try:
        show.play()
    finally:
        recorder.close()
    again = replay(file, ReplayOptions(compare=True))
    assert again is not None
    assert again.different == []
    for old, new, touched in (
        ("cc74 =", "cc75 =", {"synth/cc74", "synth/cc75"}),
        ('every = "70 ms"', 'every = "20 ms"', {"out/reach"}),
        ('then = ["smooth"]', "", {"out/reach", "synth/cc20"}),
    ):
        words, _ = against(file, old, new)
        assert set(words) == touched


def test_all_is_told_once_though_two_patches_play(
    recorded: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "sensorium")
    against(recorded, '"/people"', '"/crowd"')
    said = [each.getMessage() for each in caplog.records]
    assert len(said) == len(set(said)) == 3, said
    assert not logging.getLogger("sensorium").disabled


def test_where_the_recorded_patch_cannot_be_played_beside_it_the_recording_is_compared(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own = tmp_path / "nodes" / "twice.py"
    own.parent.mkdir()
    code = (
        "from engine import Node\n\n\nclass Twice(Node):\n"
        "    def process(self, value: float) -> float:\n        return 2 * value\n"
    )
    own.write_text(code)
    patch = tmp_path / "own.toml"
    text = PATCH.replace('then = ["smooth"]', 'then = ["twice"]')
    patch.write_text(text)
    file = tmp_path / "own.mcap"
    rehearse(file, patch, seconds=1.0)
    own.write_text(code.replace("2 *", "3 *"))
    patch.write_text(text.replace('"/people"', '"/crowd"'))
    show = Replay(Recording(file), read_texts(patch), compare=True)
    show.play(None)
    found = {each.route for each in compared(show).different}
    assert found >= {"out/people", "out/crowd", "out/reach"}
    assert "what was late in the show may be told as different: " in caplog.text


@pytest.mark.parametrize(
    ("data", "name", "ends"),
    [
        ([0x90, 60, 100], "note 60", False),
        ([0x91, 60, 100], "note 60 on channel 2", False),
        ([0x90, 60, 0], "note 60", True),
        ([0x8F, 60, 64], "note 60 on channel 16", True),
        ([0xB0, 74, 1], "cc74", False),
        ([0xB9, 74, 1], "cc74 on channel 10", False),
        ([0xA0, 60, 1], "key_pressure60", False),
        ([0xC1, 5], "program on channel 2", False),
        ([0xD0, 5], "pressure", False),
        ([0xE0, 0, 64], "bend", False),
        ([0xF8], "clock", False),
        ([0xFA], "start", False),
        ([0xFC], "stop", False),
        ([0xF0, 0x7F, 0x7F, 2, 1, 0xF7], "system exclusive", False),
        ([0x90, 60], "midi 90", False),
        ([0xB0, 200, 1], "midi b0", False),
        ([0xF5], "midi f5", False),
        ([0x20], "midi 20", False),
        ([], "midi 00", False),
    ],
)
def test_midi_has_words(data: list[int], name: str, ends: bool) -> None:
    ((route, _),) = messages_of(RecordedOutput("synth", "midi", bytes(data)))
    assert (route.name, route.ends) == (f"synth/{name}", ends)


def test_the_ends_of_notes_are_told_only_where_they_alone_differ() -> None:
    def compare(was: list[list[int]], now: list[list[int]]) -> list[str]:
        comparison = Comparison()
        for data in was:
            comparison.add_recorded(RecordedOutput("synth", "midi", bytes(data)))
        for data in now:
            comparison.add_replayed("synth", "midi", bytes(data))
        comparison.compare_entry(Ns(0))
        return [each.route for each in comparison.different]

    struck, ended, other = [0x90, 60, 90], [0x80, 60, 0], [0x90, 61, 90]
    assert compare([struck, ended], [struck, ended]) == []
    assert compare([struck, ended], []) == ["synth/note 60"]
    assert compare([struck, ended], [struck]) == ["synth/note 60 (its ends)"]
    assert compare([struck, ended], [other, ended]) == ["synth/note 60", "synth/note 61"]


def test_the_command_says_it_in_words_and_quietly(
    recorded: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    edited = recorded.with_name("edited.toml")
    edited.write_text(PATCH.replace("cc74", "cc75"))
    with pytest.raises(shows.typer.Exit) as ended:
        shows.replay(recorded, str(edited), compare=True, quiet=True)
    assert ended.value.exit_code == 1
    out = capsys.readouterr().out
    rows = [line.replace("│", " ").split() for line in out.splitlines() if "synth/" in line]
    assert [(row[0], row[1]) for row in rows] == [("synth/cc74", "gone"), ("synth/cc75", "new")]
    assert "out/" not in out
    last = out.splitlines()[-1]
    assert last.startswith("the same: 9 ways out, ")
    shows.replay(recorded, compare=True, quiet=True)
    assert capsys.readouterr().out.startswith("identical: 10 ways out, ")
    assert caplog.records == []
    caplog.set_level(logging.INFO, "sensorium")
    shows.replay(recorded)
    assert "s of show" in caplog.text
