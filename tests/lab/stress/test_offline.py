"""Storms on the virtual clock, in a process of their own."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.lab.stress import faults
from engine.lab.stress.offline import offline_show
from engine.lab.stress.virtual import VirtualShow, choices

PATCH = """
[mic]
use = "stand_in"
dances = false
[level]
use = "loudness"
from = "mic.sound"
[calm]
use = "smooth"
from = "level"
[melody]
use = "notes"
from = "mic.pitch"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/level" = "calm"
[synth]
use = "midi_out"
[synth.send]
notes = "melody"
cc20 = { from = "level", in = [-60, 0] }
"""

STUCK = '''
from engine.core.messages import Note
from engine.core.node import Node

class Stuck(Node):
    """Pass notes on, but once its input was lost never their ends: the judge must find that."""

    _lost: bool = False

    def process(self, note: Note) -> Note | None:
        return note if note.velocity or not self._lost else None

    def reset(self) -> None:
        self._lost = True
'''


@pytest.fixture
def patch(tmp_path):
    file = tmp_path / "voice.toml"
    file.write_text(PATCH)
    return file


@pytest.mark.may_block("it waits for a process")
def test_a_storm_is_survived_and_the_same_each_time(patch):
    said = []
    seen, _, same = offline_show(patch, 27, 75.0, 24.0, said.append)
    again, _, _ = offline_show(patch, 27, 75.0, 24.0, lambda _: None)
    assert same
    assert (seen.routes, seen.notes) == (again.routes, again.notes)
    assert {each.strike.fault for each in seen.struck} >= {faults.CLOCK_JUMPS.name}
    assert len(seen.notes) > 50
    assert max(at for at, _ in seen.delays) <= 75.0
    assert seen.stats["seconds"] == pytest.approx(24 * 3600, rel=0.01)
    assert len(said) == len(seen.struck) == 5


@pytest.mark.may_block("it waits for a process")
def test_the_command_says_whether_it_came_through(patch, tmp_path):
    file, page = tmp_path / "told.json", tmp_path / "told.md"
    command = ["stress", str(patch), "--offline", "--minutes", "0.6", "--seed", "3"]
    done = CliRunner().invoke(app, [*command, "--json", str(file), "--report", str(page)])
    assert done.exit_code == 0, done.output
    told = json.loads(file.read_text())
    assert told["passed"]
    assert all(goal["met"] for goal in told["goals"])
    assert "It came through." in page.read_text()


@pytest.mark.may_block("it waits for a process")
def test_a_patch_whose_notes_stick_does_not_come_through(patch, tmp_path):
    (tmp_path / "nodes").mkdir()
    (tmp_path / "nodes" / "stuck.py").write_text(STUCK)
    text = PATCH.replace('notes = "melody"', 'notes = "stuck"')
    patch.write_text(text + '[stuck]\nuse = "stuck"\nfrom = "melody"\n')
    done = CliRunner().invoke(app, ["stress", str(patch), "--offline", "--minutes", "1.5"])
    assert done.exit_code == 1
    assert "FAIL" in done.output


def test_every_fault_can_be_done_to_its_box(patch):
    from engine.runtime.opening import open_patch

    plan = open_patch(patch, live=False)
    found = {(fault.name, target) for fault, target in choices(plan)}
    assert (faults.SOURCE_BURST.name, "mic") in found
    assert (faults.BOX_BREAKS.name, "melody") in found
    assert not any(fault == faults.MODEL_SLOW.name for fault, _ in found)
    assert VirtualShow(plan, [], 0.0, 10.0).show.engine.plan is plan
