"""A program that was written for Wekinator is answered as before, and after a kill as well."""

from __future__ import annotations

import json
import shutil
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.osc.parse import packet
from engine.osc.wekinator_words import WORDS
from tests.runtime.one_file import end

from .test_traces import ANEW, near
from .wekinator import CONTROL, FILE, LESSONS, Client, exchange, inputs, order, show_of

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
ASKED = [inputs(1.0, 1.0), inputs(2.4, 2.3), inputs(0.2, 0.9)]


@pytest.fixture
def clients() -> Iterator[list[Client]]:
    found = [Client(box) for box in LESSONS]
    yield found
    for each in found:
        each.close()


def kept(box: str) -> list[tuple[str, bytes]]:
    """Return the exchange that was written down: who speaks, and a packet."""
    text = FILE.with_name(f"wekinator_{box}.txt").read_text("utf-8")
    return [(line[0], bytes.fromhex(line.split()[1])) for line in text.splitlines()]


def alike(one: bytes, other: bytes) -> bool:
    """Whether two packets are the same to the byte, but for the last digits of floats."""
    if one == other:
        return True
    head = len(one) - 4 * one.count(b"f", one.index(b","))
    if len(one) != len(other) or one[:head] != other[:head] or b"s" in one[one.index(b",") : head]:
        return False
    floats = [struct.unpack(f">{(len(each) - head) // 4}f", each[head:]) for each in (one, other)]
    return all(near(str(a), str(b)) for a, b in zip(*floats, strict=True))


def answers(client: Client) -> list[list[bytes]]:
    """Return what comes back to some inputs."""
    return [came for _, came in client.tell(ASKED)]


def test_it_is_answered_byte_by_byte_and_the_same_after_a_kill_in_mid_save(
    tmp_path: Path, clients: list[Client]
) -> None:
    show = show_of(tmp_path / "one", *clients)
    lesson, _ = clients
    with show.playing() as process:
        for client in clients:
            client.ready()
            now = [
                one
                for sent, came in exchange(client)
                for one in ((">", sent), *(("<", each) for each in came))
            ]
            before = kept(client.box)
            different = [
                f"{who} {packet(one)}, not {packet(other)}"
                for (who, one), (whose, other) in zip(now, before, strict=False)
                if who != whose or not alike(one, other)
            ]
            assert not different[:3], ANEW.replace("traces", "wekinator")
            assert len(now) == len(before)
        asked = answers(lesson)
        assert [len(each) for each in asked] == [2, 2, 2]
        for number in range(20):  # it dies while it writes
            [*lesson.tell([order("startRecording"), inputs(9.0, number)])]
            lesson.say(*order("stopRecording"))
            lesson.say(*order("startRunning"))
        end(process, signal.SIGKILL)
    state = tmp_path / "one" / "show.state" / "lesson"
    assert json.loads((state / "project.json").read_bytes())["inputs"] == ["x", "y"]
    recording = tmp_path / "show.mcap"
    with show.playing("--record", recording) as process:
        for client in clients:
            client.ready()
        [*lesson.tell([order("startRunning")])]
        assert answers(lesson) == asked
        end(process)
    (tmp_path / "one" / "nodes").mkdir()
    shutil.rmtree(tmp_path / "one" / "show.state")
    replayed = show.replay(recording)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def test_the_client_uses_every_control_word_of_wekinator() -> None:
    said = {
        packet(one)[0][0].removeprefix(CONTROL)
        for box in LESSONS
        for who, one in kept(box)
        if who == ">"
    }
    assert {*WORDS} <= said | {"cancelTrain"}, "which asks whether all is through"
