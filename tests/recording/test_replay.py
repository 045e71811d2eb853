"""A replay sends the same bytes; through another patch, what differs is told."""

from __future__ import annotations

import shutil
import socket
import threading
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.commands import (
    BlackOut,
    Condition,
    CycleParameter,
    Freeze,
    Lost,
    Missed,
    Panic,
    Release,
    SetMaster,
    SetParameter,
    Teach,
)
from engine.core.errors import UnwritableFile
from engine.core.files import installed_folder
from engine.osc.parse import packet
from engine.patch.load import read_texts
from engine.recording.command import ReplayOptions, UnknownSpeed, replay
from engine.recording.reader import RecordedOutput, Recording
from engine.recording.replay import Replay
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, Rollback, StateChange, SwapPlan
from engine.runtime.entries import CommandEntry as AskedEntry
from engine.runtime.opening import open_patch, open_texts
from tests.by_night import NIGHT
from tests.runtime.shipped import NAMES, REPLAYED

from .shows import SMALL, again, compared, perform, rehearse

ALIKE = {"teach_a_knob", "teach_a_pose"}
"""Patches of the boxes of gesture_fires_cue; tests/runtime/test_files.py plays them twice."""
SHIPPED = [name for name in NAMES if name not in ALIKE]
WAITING = {"poem_machine", "spoken_room", "wekinator", "word_knobs"}
"""Patches that send nothing by themselves: they wait for somebody's words, or a program's."""
LIVE = [name for name in SHIPPED if name not in WAITING and (NIGHT or name not in REPLAYED)]
"""Patches that are recorded and replayed live: by day those that are not recorded offline."""
SCRIPT = [
    (0.5, SetParameter("reach/smooth", "smooth", 0.9)),
    (2.4, SetParameter("up", "on", False)),
    (1.2, SetParameter("nobody", "on", False)),
    (1.3, Teach("out/reach")),
    (1.6, Teach("out/reach", test=True)),
    (2.0, Teach("")),
    (2.2, Release("reach/smooth", "smooth")),
    (2.3, CycleParameter("reach/smooth", "smooth", (0.1, 0.2))),
    (2.5, Panic()),
    (2.6, BlackOut(None)),
    (2.65, Freeze(True)),
    (2.7, SetMaster(0.5)),
]
MODELS = """
title = "With models"
[cam]
use = "stand_in"
width = 128
height = 128
[pose]
use = "pose"
from = "cam"
[voice]
use = "pitch"
from = "cam.sound"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/p{slot}" = "pose"
"/voice" = "voice"
"""


MOVES = """
title = "What moves by itself"
[breath]
use = "lfo"
[kick]
use = "every"
time = "300 ms"
[wave]
use = "lfo"
from = "kick"
[flash]
use = "envelope"
from = "kick"
[four]
use = "counter"
from = "kick"
[fade]
use = "line"
from = "four"
[sum]
use = "math"
from = "flash"
b = { from = "breath" }
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/breath" = "breath"
"/wave" = "wave"
"/sum" = "sum"
"/fade" = "fade"
"""


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL)
    return file


@pytest.fixture(scope="module")
def _steered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patch = tmp_path_factory.mktemp("steered") / "small.toml"
    patch.write_text(SMALL)
    rehearse(patch.with_suffix(".mcap"), patch, SCRIPT)
    return patch.with_suffix(".mcap")


@pytest.fixture
def recorded(patch: Path, _steered: Path) -> Path:
    return Path(shutil.copy(_steered, patch.with_suffix(".mcap")))


LATE = [
    (0.0, StateChange("out", "opening")),
    (0.5, StateChange("out", "running")),
    (1.0, StateChange("out", "lost", "unplugged")),
    (1.4, Panic()),
    (1.5, StateChange("out", "running")),
    (2.0, AskedEntry("out", Missed())),
    (2.2, AskedEntry("out", Condition("lost", "nobody"))),
    (2.4, AskedEntry("out", Condition("running"))),
]
"""An output that opens late, goes, and comes back in every way there is."""


def test_what_an_output_missed_and_was_given_is_replayed_the_same(
    patch: Path, tmp_path: Path
) -> None:
    file = tmp_path / "late.mcap"
    rehearse(file, patch, LATE)
    replayed = again(file)
    assert compared(replayed).different == []
    assert compared(replayed).messages == len(sent(file)) > 0


STAGE = SMALL + (
    '"/inside" = "stage"\n"/left" = { when = "stage.leave" }\n"/nobody" = "nobody"\n'
    '"/moves" = "moves.amount"\n[moves]\nuse = "movement"\nfrom = "cam"\n'
    '[stage]\nuse = "zone"\nfrom = "cam.joints"\narea = [-9, -9, 9, 9]\n'
    '[nobody]\nuse = "nobody"\nfrom = "cam.joints"\n'
)
GONE = [(1.0, AskedEntry("cam", Lost("unplugged"))), (1.5, StateChange("cam", "running"))]


def test_what_is_owed_at_a_loss_and_after_the_end_is_replayed_the_same(tmp_path: Path) -> None:
    patch, file = tmp_path / "stage.toml", tmp_path / "stage.mcap"
    patch.write_text(STAGE)
    rehearse(file, patch, GONE, seconds=8.0)
    replayed = again(file)
    assert compared(replayed).different == []
    assert compared(replayed).messages == len(sent(file)) > 0
    assert sum(each.data.startswith(b"/left") for each in sent(file)) >= 2
    said = [one for each in sent(file) for one in packet(each.data)]
    for address in ("/moves", "/people"):
        assert [numbers for to, numbers in said if to == address][-1] == [0]


@settings(max_examples=60 if NIGHT else 3)
@given(st.integers(0, 30), st.integers(1, 20), st.sampled_from([0, 50, 250]))
def test_whatever_is_lost_and_whenever_nobody_is_counted_and_a_replay_says_the_same(
    lost: int, later: int, cost: int
) -> None:
    back = (lost + later) / 20
    script = [(lost / 20, GONE[0][1]), (back, StateChange("cam", "running"))]
    with TemporaryDirectory() as folder:
        patch, file = Path(folder) / "stage.toml", Path(folder) / "stage.mcap"
        patch.write_text(STAGE.replace("3 s", "1 s").replace("[cam]", "[cam]\nfps = 10"))
        rehearse(file, patch, script, seconds=4.0, costs={"moves": cost})
        assert compared(again(file)).different == []
        items = [*Recording(file).items()]
    for address in ("/moves", "/people", "/inside"):
        for until in (back, 4.0):
            said = [
                numbers
                for item in items
                if item.moment < ns(until) and isinstance(item.what, RecordedOutput)
                for to, numbers in packet(item.what.data)
                if to == address
            ]
            assert said[-1:] in ([], [[0]])


def sent(file: Path) -> list[RecordedOutput]:
    return [item.what for item in Recording(file).items() if isinstance(item.what, RecordedOutput)]


@pytest.mark.parametrize("name", LIVE)
def test_every_shipped_patch_played_live_sends_the_same_again(name: str, tmp_path: Path) -> None:
    file, patch = tmp_path / "show.mcap", installed_folder("patches") / f"{name}.toml"
    sends = 'use = "osc_out"' in patch.read_text("utf-8")

    def enough(engine: Engine, sent: int) -> bool:
        said = [source.messages for source in engine.metrics.sources.values()]
        return sum(said) >= 60 and (sent >= 10 or not sends)

    perform(file, patch, enough)
    show = again(file)
    assert compared(show).different == []
    assert compared(show).messages == len(sent(file))
    assert show.entries > 60
    if sends:
        assert len(sent(file)) >= 10


@pytest.mark.parametrize("name", [name for name in REPLAYED if name not in ALIKE])
def test_every_shipped_patch_played_offline_sends_the_same_again(name: str, tmp_path: Path) -> None:
    file = tmp_path / "show.mcap"
    patch = installed_folder("patches") / f"{name}.toml"
    plays_notes = "midi_out" in patch.read_text("utf-8")  # the first may come late
    rehearse(file, patch, seconds=3.0 if NIGHT or plays_notes else 1.0)
    show = again(file)
    assert compared(show).different == []
    sorts = {each.encoding for each in sent(file)}
    assert ("midi" in sorts) == plays_notes


@pytest.mark.parametrize("live", [False, True])
def test_what_moves_by_itself_moves_the_same_again(live: bool, tmp_path: Path) -> None:
    patch, file = tmp_path / "moves.toml", tmp_path / "moves.mcap"
    patch.write_text(MOVES)
    if live:
        perform(file, patch, lambda engine, sent: sent > 100 and all_sent(engine, 3))
    else:
        without = patch.with_name("without.toml")
        without.write_text('[kick]\nuse = "every"\n[out]\nuse = "collector"\nfrom = "kick"\n')
        swap = SwapPlan("without", read_texts(without), open_patch(without, live=False))
        rehearse(file, patch, [(0.7, swap), (0.9, Rollback("a test"))], seconds=1.5)
    show = again(file)
    assert compared(show).different == []
    assert compared(show).messages == len(sent(file)) > 100


def all_sent(engine: Engine, least: int) -> bool:
    """Whether so much at least has left by every route."""
    return min(route.messages for route in engine.metrics.routes.values()) >= least


def test_a_show_that_people_steer_sends_the_same_again(recorded: Path) -> None:
    show = again(recorded)
    assert compared(show).different == []
    assert compared(show).messages == len(sent(recorded)) > 80


def test_in_its_own_time_receivers_hear_the_same_datagrams_as_they_did_live(tmp_path: Path) -> None:
    patch = tmp_path / "small.toml"
    patch.write_text(SMALL)
    file = tmp_path / "show.mcap"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.5)
        to = f"127.0.0.1:{receiver.getsockname()[1]}"
        live = Heard(receiver)
        perform(file, patch, lambda _, sent: sent > 20, to)
        then = live.end()
        replayed = Heard(receiver)
        show = Replay(Recording(file), open_outputs=True, compare=True)
        show.play(1.0)
        now = replayed.end()
    assert compared(show).different == []
    assert len(then) > 20
    assert now[: len(then)] == then
    assert [s.data for s in sent(file)] == then


class Heard:
    """Datagrams that arrive, until nothing has come for half a second after the end."""

    def __init__(self, receiver: socket.socket) -> None:
        self._receiver = receiver
        self._datagrams: list[bytes] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            has_ended = self._ended.is_set()
            try:
                self._datagrams.append(self._receiver.recv(65536))
            except TimeoutError:
                if has_ended:
                    return

    def end(self) -> list[bytes]:
        self._ended.set()
        self._thread.join()
        return self._datagrams


def test_a_patch_that_was_changed_while_playing_changes_again(patch: Path) -> None:
    file, other = patch.with_name("changed.mcap"), patch.with_name("other.toml")
    other.write_text(
        SMALL.replace('"/people"', '"/crowd"').replace("right_hand", "left_hand")
        + '[more]\nuse = "osc_out"\nto = "127.0.0.1:9"\n[more.send]\n"/left" = "reach"\n'
    )
    texts = read_texts(other)
    swap = SwapPlan("Small", texts, open_texts(texts, live=False))
    rehearse(file, patch, [(1.0, swap), (2.0, Rollback("it was worse"))])
    assert {each.sink for each in sent(file)} == {"out", "more"}
    show = again(file)
    assert compared(show).different == []
    assert compared(show).messages == len(sent(file))


def test_the_networks_may_run_again(tmp_path: Path) -> None:
    patch = tmp_path / "models.toml"
    patch.write_text(MODELS)
    file = tmp_path / "models.mcap"
    rehearse(file, patch, seconds=1.5, costs={"pose": 45.0, "voice": 12.0}, pixels=True)
    show = Replay(Recording(file), compare=True, recompute=True)
    show.play(None)
    assert compared(show).different == []
    assert compared(show).messages == len(sent(file)) > 20


def test_what_gave_way_to_keep_a_deadline_gives_way_again(tmp_path: Path) -> None:
    patch = tmp_path / "late.toml"
    patch.write_text('deadline = "30 ms"\n' + MODELS)
    file = tmp_path / "late.mcap"
    rehearse(file, patch, seconds=5.0, costs={"pose": 45.0})
    engines: list[Engine] = []
    show = Replay(Recording(file), compare=True, watch=engines.append)
    show.play(None)
    assert compared(show).different == []
    quality = engines[0].metrics.quality
    assert quality is not None
    assert quality.count > 0


def test_without_pictures_the_networks_see_nobody(tmp_path: Path) -> None:
    patch = tmp_path / "models.toml"
    patch.write_text(MODELS.replace('"/voice" = "voice"', ""))
    file = tmp_path / "models.mcap"
    rehearse(file, patch, seconds=1.0)
    show = Replay(Recording(file), compare=True, recompute=True)
    show.play(None)
    assert compared(show).different


def test_an_output_on_a_thread_of_its_own_is_given_the_same(tmp_path: Path) -> None:
    patch = tmp_path / "tcp.toml"
    patch.write_text(SMALL.replace('to = "127.0.0.1:9"', 'to = "127.0.0.1:9"\nprotocol = "tcp"'))
    file = tmp_path / "tcp.mcap"
    perform(file, patch, lambda _, sent: sent > 20)
    show = again(file)
    assert compared(show).different == []
    assert compared(show).messages == len(sent(file)) > 20
    assert {s.encoding for s in sent(file)} == {"json"}


def test_what_an_edited_patch_sends_differently_is_told(patch: Path, recorded: Path) -> None:
    edited = patch.with_name("edited.toml")
    edited.write_text(
        SMALL.replace("above = 0.1", "above = 0.95").replace('"/people" = "cam.joints.count"', "")
    )
    comparison = replay(recorded, ReplayOptions(str(edited), compare=True))
    assert comparison is not None
    different = {each.route: each for each in comparison.different}
    assert set(different) == {"out/people", "out/up"}
    people = different["out/people"]
    assert (people.changed, people.added) == (0, 0)
    assert people.missing > 60
    assert people.first < 0.2


def test_a_number_that_is_off_is_told_with_how_far(patch: Path, recorded: Path) -> None:
    edited = patch.with_name("edited.toml")
    edited.write_text(
        SMALL.replace('"/reach" = "reach"', '"/reach" = { from = "reach", to = [0.25, 1.25] }')
    )
    comparison = replay(recorded, ReplayOptions(str(edited), compare=True))
    assert comparison is not None
    (only,) = comparison.different
    assert only.route == "out/reach"
    assert only.changed > 20
    assert only.largest == pytest.approx(0.25, abs=1e-5)


def test_entries_for_boxes_that_are_gone_are_left_out(
    patch: Path, recorded: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edited = patch.with_name("edited.toml")
    edited.write_text(
        '[tick]\nuse = "every"\n[out]\nuse = "osc_out"\nto = "127.0.0.1:9"\n'
        '[out.send]\n"/tick" = "tick"\n'
    )
    show = Replay(Recording(recorded), read_texts(edited), compare=True)
    show.play(None)
    assert show.left_out["cam"] > 80
    assert {each.route for each in compared(show).different} >= {"out/reach", "out/up"}


def test_a_box_of_the_performer_that_changed_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "nodes").mkdir()
    own = tmp_path / "nodes" / "twice.py"
    code = (
        "from engine.core.node import Node\n\n\nclass Twice(Node):\n"
        '    """Twice."""\n\n    def process(self, value: float) -> float:\n'
        "        return 2 * value\n"
    )
    own.write_text(code)
    patch = tmp_path / "own.toml"
    text = SMALL.replace('use = "gate"', 'use = "twice"').replace("above = 0.1\n", "")
    patch.write_text(text.replace('{ when = "up" }', '"up"'))
    file = tmp_path / "own.mcap"
    rehearse(file, patch, seconds=1.0)
    assert compared(again(file, nodes=own.parent)).different == []
    own.write_text(code.replace("2 *", "3 *"))
    show = Replay(Recording(file), read_texts(patch), compare=True)
    show.play(None)
    assert {each.route for each in compared(show).different} == {"out/up"}
    assert "twice: this box of your own has changed since the recording" in caplog.text


def test_sound_and_pictures_come_back_as_they_were_when_asked(patch: Path) -> None:
    file = patch.with_name("pixels.mcap")
    rehearse(file, patch, seconds=0.5, pixels=True)
    found = [i.what for i in Recording(file).items() if isinstance(i.what, Arrival)]
    frames = [entry.message for entry in found if entry.outlet == "frame"]
    assert frames[0].image.shape == (64, 64, 3)
    assert frames[0].image.std() > 1


@pytest.mark.parametrize("speed", ["0", "fast", "-1", "nan", "1e9"])
def test_a_speed_that_is_none_is_refused(recorded: Path, speed: str) -> None:
    with pytest.raises(UnknownSpeed, match="expected a number from"):
        replay(recorded, ReplayOptions(speed=speed))


def test_a_recording_is_never_written_over(patch: Path, recorded: Path) -> None:
    before = recorded.read_bytes()
    with pytest.raises(UnwritableFile, match="there is a file of that name already"):
        rehearse(recorded, patch, seconds=0.1)
    assert recorded.read_bytes() == before
