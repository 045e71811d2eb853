"""A recording may come from anybody: it runs nothing, opens nothing and sends nowhere by itself."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from engine.core.errors import PatchError
from engine.core.messages import Ns
from engine.patch.load import read_texts
from engine.recording.compare import LARGEST, Comparison, TooMuchOutput
from engine.recording.reader import RecordedOutput, Recording
from engine.recording.record import Begun
from engine.recording.replay import Replay
from engine.recording.writer import WriteRequest, describe_begin
from engine.runtime.opening import open_patch
from tests.limits import LIMIT
from tests.recording.attacks import begun, forge
from tests.recording.shows import SMALL, again, compared, rehearse

COMMAND = (sys.executable, "-c", "from engine.cli import main; main()")

BOX = '''
from pathlib import Path
from typing import Annotated
from engine import Node, Param
from engine.core.parameter import FILE

Path({ran!r}).write_text("ran")


class Evil(Node):
    """Say that it ran."""

    words: Annotated[str, Param("a file", unit=FILE)] = ""

    def open(self) -> None:
        if self.words:
            Path({ran!r}).write_text(Path(self.words).read_text())

    def process(self, value: float) -> float:
        return value
'''
SINK = '''
from pathlib import Path
from engine import Fixed, Message, Ns, Sink


class Lamps(Sink):
    """An output that knows no way to be opened unheard."""

    place: Fixed[str] = ""
    api_token: Fixed[str] = "geheim"

    def open(self) -> None:
        Path(self.place).write_text("opened")

    def accepts(self, port: str) -> tuple[type, ...]:
        return (float,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        assert Path(self.place).read_text() == "opened"
        self.note_sent(port, {{"level": message}})
'''
PATCH = """
[tick]
use = "stand_in"
width = 64
height = 64
seconds = "1 s"
[near]
use = "joint"
from = "tick.joints"
joint = "nose"
then = ["evil"]
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/near" = "near"
"""


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def sensorium(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command, and return how it ended."""
    command = [*COMMAND, *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=LIMIT, check=False
    )


class Stranger:
    """Somebody who has a patch with a box of their own, and a recording of it."""

    def __init__(self, folder: Path, text: str = PATCH) -> None:
        self.ran = folder / "ran"
        self.patch = folder / "show.toml"
        self.nodes = folder / "nodes"
        self.nodes.mkdir(parents=True)
        self.box = self.nodes / "evil.py"
        self.box.write_text(BOX.format(ran=str(self.ran)))
        (self.nodes / "lamps.py").write_text(SINK.format())
        self.patch.write_text(text)
        self.text = text

    def plan(self, **changed: object) -> Begun:
        """Return the record of their patch."""
        nodes = {"evil": sha256(self.box), "lamps": sha256(self.nodes / "lamps.py")}
        said = {"patch": self.text, "file": str(self.patch), "nodes": nodes, **changed}
        return begun(**said)


@pytest.fixture
def stranger(tmp_path: Path) -> Stranger:
    return Stranger(tmp_path / "stranger")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine").mkdir()
    return tmp_path / "mine"


# Code.


@pytest.mark.parametrize("option", [(), ("--compare",), ("--recompute",), ("--send",)])
def test_no_code_runs_from_the_folder_that_a_recording_names(
    stranger: Stranger, mine: Path, option: tuple[str, ...]
) -> None:
    file = forge(mine / "gift.mcap", stranger.plan())
    done = sensorium("replay", file, *option, "--to", "127.0.0.1:9", cwd=mine)
    assert not stranger.ran.exists()
    assert done.returncode == 2
    assert "[near] then use" in done.stderr
    assert "from a folder that you name: --nodes FOLDER" in done.stderr
    assert str(file) in done.stderr


@pytest.mark.parametrize("changed", [{"nodes": {}}, {"nodes": {"other": "0" * 64}}])
def test_nor_where_it_does_not_say_that_the_box_is_its_own(
    stranger: Stranger, mine: Path, changed: dict[str, object]
) -> None:
    file = forge(mine / "gift.mcap", stranger.plan(**changed))
    for nodes in (None, stranger.nodes):
        with pytest.raises(PatchError, match=r"there is no kind of box|has no hash of it"):
            again(file, nodes=nodes)
    assert not stranger.ran.exists()


@pytest.mark.parametrize("where", ["working directory", "beside the recording", "second patch"])
def test_nor_from_any_other_place(
    stranger: Stranger, mine: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if where == "second patch":
        plans = [begun(SMALL), stranger.plan(takes_over=True)]
    else:
        plans = [stranger.plan(file=None if where == "working directory" else "show.toml")]
    monkeypatch.chdir(stranger.nodes.parent)
    folder = mine if where == "second patch" else stranger.nodes.parent
    file = forge(folder / "gift.mcap", *plans)
    with pytest.raises(PatchError, match="a box of the performer's own"):
        again(file)
    assert not stranger.ran.exists()


def test_a_box_is_loaded_from_a_folder_that_is_named_if_its_hash_fits(
    stranger: Stranger, mine: Path
) -> None:
    file = forge(mine / "gift.mcap", stranger.plan())
    done = sensorium("replay", file, "--nodes", stranger.nodes, cwd=mine)
    assert done.returncode == 0, done.stderr
    assert stranger.ran.exists()


@pytest.mark.parametrize("change", ["text", "no box", "nodes below"])
def test_and_refused_where_it_is_another(stranger: Stranger, mine: Path, change: str) -> None:
    file = forge(mine / "gift.mcap", stranger.plan())
    nodes, said = stranger.nodes, "is not the text that was recorded"
    if change == "text":
        stranger.box.write_text(stranger.box.read_text() + "\n")
    elif change == "no box":
        nodes, said = mine, 'has no "evil.py"'
    else:
        nodes, said = nodes.parent, 'Did you mean ".*nodes"'
    with pytest.raises(PatchError, match=said):
        again(file, nodes=nodes)
    assert not stranger.ran.exists()


def test_a_box_of_ours_stays_ours(stranger: Stranger, mine: Path) -> None:
    (stranger.nodes / "joint.py").write_text(stranger.box.read_text())
    text = PATCH.replace('then = ["evil"]', "")
    file = forge(mine / "gift.mcap", stranger.plan(patch=text))
    assert compared(again(file, nodes=stranger.nodes)).different == []
    assert not stranger.ran.exists()


@pytest.mark.parametrize("use", ["../evil", "/tmp/evil", "evil/../evil", "nodes.evil", ".evil"])
def test_a_name_is_no_way_to_a_file(stranger: Stranger, mine: Path, use: str) -> None:
    (stranger.nodes / "deeper").mkdir()
    text = PATCH.replace('["evil"]', f'["{use}"]')
    plan = stranger.plan(patch=text, nodes={use: sha256(stranger.box)})
    with pytest.raises(PatchError):
        again(forge(mine / "gift.mcap", plan), nodes=stranger.nodes / "deeper")
    assert not stranger.ran.exists()


# Files.


def test_no_file_is_opened_that_a_recording_names(stranger: Stranger, mine: Path) -> None:
    secret = mine / "secret"
    secret.write_text("my secret")
    reads = f'[reads]\nuse = "evil"\nfrom = "near"\nwords = "{secret}"\n'
    text = PATCH.replace('then = ["evil"]', "") + reads
    file = forge(mine / "gift.mcap", stranger.plan(patch=text))
    with pytest.raises(PatchError, match=r"words: got .*secret.*names no file here"):
        again(file, nodes=stranger.nodes)
    assert stranger.ran.read_text() == "ran"


MODEL = """
[cam]
use = "stand_in"
width = 64
height = 64
seconds = "1 s"
[pose]
use = "pose"
model = "{model}"
from = "cam"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/p" = "pose.count"
"""


@pytest.mark.parametrize("by", ["patch", "sets", "rig"])
def test_no_network_is_opened_from_a_folder_that_a_recording_names(mine: Path, by: str) -> None:
    network = mine / "network"
    network.mkdir()
    (network / "card.toml").write_text("no card")
    plain = MODEL.format(model="movenet_lightning")
    plan = {
        "patch": begun(MODEL.format(model=network)),
        "sets": begun(plain, sets=(f"pose.model={network}",)),
        "rig": begun(plain, rig=f'[pose]\nmodel = "{network}"\n'),
    }[by]
    file = forge(mine / "gift.mcap", plan)
    assert compared(again(file)).different == []
    with pytest.raises(PatchError, match=r"model: got .*network.*names no file here"):
        Replay(Recording(file), recompute=True).play(None)


def test_the_patch_that_the_listener_names_may_open_files(mine: Path) -> None:
    network = mine / "network"
    network.mkdir()
    (network / "card.toml").write_text("no card")
    patch = mine / "mine.toml"
    patch.write_text(MODEL.format(model="network"))
    file = forge(mine / "gift.mcap", begun(MODEL.format(model="/elsewhere")))
    show = Replay(Recording(file), read_texts(patch), recompute=True)
    with pytest.raises(Exception, match=r"network/card\.toml"):
        show.play(None)


def test_but_not_by_what_a_recording_sets_in_it(
    mine: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    patch = mine / "mine.toml"
    patch.write_text(MODEL.format(model="movenet_lightning"))
    sets = (
        *("pose.model=/evil", "out.to=127.0.0.1:666", "gone.x=1", "pose.confidence=0.5"),
        *("pose.use=evil", 'pose.then=["evil"]', 'pose.on_loss="evil"'),
    )
    file = forge(mine / "gift.mcap", begun(MODEL.format(model="/evil"), sets=sets, to="10.9.9.9:1"))
    Replay(Recording(file), read_texts(patch), recompute=True).play(None)
    left_out = [r.message for r in caplog.records if "which is left out" in r.message]
    assert [text.split()[3].split("=")[0] for text in left_out] == [
        "pose.model",
        "out.to",
        "gone.x",
        "pose.use",
        "pose.then",
        "pose.on_loss",
    ]
    assert "out: nothing is sent; with --send, to 127.0.0.1:9" in caplog.text


# Outputs.


class Ears:
    """Sockets on which one hears what is sent."""

    def __init__(self) -> None:
        self._sockets: dict[str, socket.socket] = {}

    def port(self, name: str) -> str:
        """Return the address of an ear."""
        ear = self._sockets[name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        ear.bind(("127.0.0.1", 0))
        ear.setblocking(False)
        return f"127.0.0.1:{ear.getsockname()[1]}"

    def heard(self, name: str) -> bool:
        """Whether anything has come."""
        try:
            return bool(self._sockets[name].recv(65536))
        except BlockingIOError:
            return False

    def close(self) -> None:
        """Hear no more."""
        for ear in self._sockets.values():
            ear.close()


@pytest.fixture
def ears() -> Iterator[Ears]:
    ears = Ears()
    yield ears
    ears.close()


@pytest.fixture
def recorded(mine: Path, ears: Ears) -> Path:
    """A show whose recording sends to "patch", with "to" and "set" for a forged beginning."""
    patch = mine / "small.toml"
    to = ears.port("patch")
    patch.write_text(SMALL.replace("127.0.0.1:9", to))
    rehearse(mine / "small.mcap", patch, seconds=1.0)
    while ears.heard("patch"):
        pass
    return mine / "small.mcap"


def told_of(recorded: Path, file: Path, **changed: object) -> Path:
    """Write a recording again that says to have been played with other options."""
    from engine.recording import entries
    from engine.recording.file import RecordingFile, encode
    from engine.recording.record import PLAN

    made = RecordingFile(file)
    for item in Recording(recorded).items():
        if isinstance(item.what, Begun):
            plan = begun(item.what.patch, **{"started": item.what.started, **changed})
            made.write(PLAN, item.moment, encode(plan))
        elif not isinstance(item.what, RecordedOutput):
            data = entries.to_bytes(item.what, pixels=False)
            made.write(entries.topic(item.what), item.moment, data)
    made.finish()
    return file


def test_nothing_is_sent_unless_it_is_said(recorded: Path, mine: Path, ears: Ears) -> None:
    file = told_of(recorded, mine / "gift.mcap", to=ears.port("to"))
    for words in ([], ["--to", ears.port("listener")], ["--compare"], ["--speed", "10"]):
        done = sensorium("replay", file, *words, cwd=mine)
        assert "out: nothing is sent; with --send, to 127.0.0.1:" in done.stderr
    assert not any(map(ears.heard, ("patch", "to", "listener")))


@pytest.mark.parametrize("speed", ["max", "5"])
def test_the_listener_says_where_it_is_sent(
    recorded: Path, mine: Path, ears: Ears, speed: str
) -> None:
    listener = ears.port("listener")
    sets = (f"out.to={ears.port('set')}",)
    file = told_of(recorded, mine / "gift.mcap", to=ears.port("to"), sets=sets)
    words = ("--send", "--to", listener, "--speed", speed)
    done = sensorium("replay", file, *words, cwd=mine)
    assert done.returncode == 0, done.stderr
    assert done.stderr.index(f"out sends to {listener}") >= 0
    assert {name: ears.heard(name) for name in ("patch", "to", "set", "listener")} == {
        **dict.fromkeys(("patch", "to", "set"), False),
        "listener": True,
    }


def test_that_holds_for_a_patch_that_takes_over(mine: Path, ears: Ears) -> None:
    listener, other = ears.port("listener"), ears.port("set")
    second = begun(SMALL, takes_over=True, sets=(f"out.to={other}",), to=other)
    file = forge(mine / "gift.mcap", begun(SMALL, to=other), second)
    Replay(Recording(file), to=listener, open_outputs=True).play(None)
    assert not ears.heard("set")


def test_where_it_sends_is_said_before_and_again_where_that_is_new(
    mine: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    more = '[keys]\nuse = "midi_out"\nport = "Synth"\n[keys.send]\ncc1 = "reach"\n'
    again_elsewhere = SMALL.replace("127.0.0.1:9", "127.0.0.1:8") + more
    plans = begun(SMALL), begun(SMALL, takes_over=True), begun(again_elsewhere, takes_over=True)
    again(forge(mine / "gift.mcap", *plans))
    said = [r.message for r in caplog.records if "nothing is sent" in r.message]
    assert [text.partition("--send, to ")[2] for text in said] == [
        "127.0.0.1:9",
        "127.0.0.1:8",
        'the MIDI port "Synth"',
    ]


def test_an_output_of_ones_own_that_cannot_be_unheard_is_left_out(
    stranger: Stranger, mine: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    opened = mine / "opened"
    lamps = f'[lamps]\nuse = "lamps"\nplace = "{opened}"\n[lamps.send]\nleft = "near"\n'
    stranger.patch.write_text(PATCH + lamps)
    file = mine / "own.mcap"
    rehearse(file, stranger.patch, seconds=0.5)
    opened.unlink()
    assert compared(again(file, nodes=stranger.nodes)).different == []
    assert not opened.exists()
    assert "lamps: left out" in caplog.text
    assert f'lamps: nothing is sent; with --send, to its device (place = "{opened}")' in caplog.text
    show = Replay(Recording(file), nodes=stranger.nodes, open_outputs=True, compare=True)
    show.play(None)
    assert compared(show).different == []
    assert opened.exists()


# Words.


def test_what_a_recording_says_is_shown_and_not_obeyed(mine: Path) -> None:
    route = "\x1b]0;evil\x07[bold]a[/bold][/red]"
    sent = json.dumps({"port": route}).encode()
    wakes = [("wake", msgspec.msgpack.encode({"entry": "WakeUp"}))] * 2
    entries = [wakes[0], (f"output/{route}/json", sent), wakes[1]]
    file = forge(mine / "gift.mcap", begun(SMALL, title=route), entries=entries)
    done = sensorium("replay", file, "--compare", cwd=mine)
    assert done.returncode == 1, done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "[bold]" in done.stdout


# Amounts.


def test_more_output_than_any_show_has_is_refused() -> None:
    comparison = Comparison()
    large = bytes(LARGEST // 4)
    with pytest.raises(TooMuchOutput, match="follow from one entry"):
        for _ in range(5):
            comparison.add_recorded(RecordedOutput("out", "osc", large))


@pytest.mark.parametrize("data", [b"[" * 10_000, b"[1]", b'{"port":' + b"[" * 9999, bytes(2 << 20)])
def test_output_that_is_none_is_compared_as_bytes(data: bytes) -> None:
    comparison = Comparison()
    for _ in range(2):
        comparison.add_recorded(RecordedOutput("out", "json", data))
        comparison.add_replayed("out", "json", data)
        comparison.compare_entry(0)
    assert comparison.different == []
    comparison.add_recorded(RecordedOutput("out", "json", data))
    comparison.compare_entry(0)
    (only,) = comparison.different
    assert only.missing == 1


def test_names_of_boxes_that_are_not_there_are_few(mine: Path) -> None:
    entries = [
        (
            f"lane/{number}",
            msgspec.msgpack.encode(
                {"entry": "LaneFailure", "box": f"box{number}", "generation": 0, "error": ""}
            ),
        )
        for number in range(1500)
    ]
    show = again(forge(mine / "gift.mcap", begun(SMALL), entries=entries))
    assert len(show.left_out) == 1001
    assert show.left_out["other boxes"] == 500


# Hashes.

EYE = """
from engine.sources.stand_in import StandIn


class Eye(StandIn):
    '''A source for which another plays.'''

    def fallback(self, live):
        return "stand_in", {"width": 64, "height": 64, "seconds": 1.0}
"""


def test_the_hash_is_that_of_the_text_that_played(stranger: Stranger) -> None:
    digest = sha256(stranger.box)
    plan = open_patch(stranger.patch, live=False)
    stranger.box.write_text("another")
    assert describe_begin(plan, Ns(0), WriteRequest()).nodes == {"evil": digest}


def test_also_where_another_plays_in_its_place(mine: Path) -> None:
    (mine / "nodes").mkdir()
    eye = mine / "nodes" / "eye.py"
    eye.write_text(EYE)
    patch = mine / "eye.toml"
    patch.write_text(SMALL.replace('"stand_in"', '"eye"'))
    rehearse(mine / "eye.mcap", patch, seconds=0.5)
    (first, *_) = Recording(mine / "eye.mcap").items()
    assert isinstance(first.what, Begun)
    assert first.what.nodes == {"eye": sha256(eye)}
    assert compared(again(mine / "eye.mcap", nodes=mine / "nodes")).different == []
