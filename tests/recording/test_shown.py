"""Examples from a recording: what the box would have been shown, by its cables or by one outlet."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.core.errors import ParameterError, SensoriumError
from engine.learning.examples import Examples
from engine.learning.versions import Versions
from engine.recording.reader import RecordingError
from engine.recording.shown import NothingShown
from engine.system.state_folder import StateFolder, state_places

from .shows import rehearse

RECORDED = """
[cam]
use = "stand_in"
width = 64
height = 64
seconds = "3 s"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/people" = "cam.joints.count"
"""
LEARNS = (
    RECORDED
    + """
[reach]
use = "joint"
from = "cam.joints"
joint = "right_hand"
[learner]
use = "learn"
from = "cam.joints"
a = {{ from = "reach" }}
task = "{task}"
knobs = {{ cutoff = 0.5 }}
[told]
use = "collector"
send = {{ label = "learner" }}
"""
)


class Show:
    """A recording of a patch that has nothing that learns, and a patch that has."""

    def __init__(self, folder: Path, recording: Path) -> None:
        self.patch, self.recording = folder / "show.toml", folder / "old.mcap"
        shutil.copy(recording, self.recording)
        self.task("classify")

    def task(self, task: str) -> None:
        self.patch.write_text(LEARNS.format(task=task))

    def take(self, *more: str) -> Examples:
        """Take examples by the command, and return all that are kept then."""
        call = ["examples", str(self.patch), "learner", "--take", str(self.recording), *more]
        done = CliRunner().invoke(app, call)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return self.kept("learner")

    def kept(self, box: str) -> Examples:
        state = StateFolder(state_places(self.patch, box), print, lambda name, data: None)
        found, wrong = Versions(state).read("examples")
        assert not wrong
        return found


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recorded")
    (folder / "old.toml").write_text(RECORDED)
    rehearse(folder / "old.mcap", folder / "old.toml", seconds=3)
    return folder / "old.mcap"


@pytest.fixture
def show(tmp_path: Path, recording: Path) -> Show:
    return Show(tmp_path, recording)


def test_what_the_cables_of_the_box_bring_is_what_it_is_shown_in_a_show(show: Show) -> None:
    taken = show.take("--from", "1", "--to", "2", "--label", "open")
    (take,) = taken.takes
    assert take.label == "open" and 28 <= len(take.rows) <= 32
    assert take.times[0] == pytest.approx(0, abs=0.04) and take.times[-1] <= 1
    assert "body.left_wrist.x" in taken.names
    assert taken.names[-1] == "a", "what lies between is there too, though no recording holds it"
    assert np.ptp(take.rows[:, -1]) > 0


def test_two_takes_lie_beside_each_other_and_teach(show: Show) -> None:
    show.take("--from", "0.2", "--to", "0.8", "--label", "first")
    both = show.take("--from", "2", "--label", "second")
    assert both.labels == ("first", "second")
    assert len(both.takes) == 2 and not np.isnan(both.rows()).all()


def test_an_outlet_of_another_patch_can_be_named(show: Show) -> None:
    by_cables = show.take("--from", "1", "--to", "2", "--label", "cables")
    both = show.take("--from", "1", "--to", "2", "--label", "outlet", "--outlet", "cam.joints")
    one, other = both.takes
    wrist = by_cables.names.index("body.left_wrist.y")
    assert one.rows[:, wrist].tolist() == other.rows[:, wrist].tolist()
    assert show.take("--label", "all", "--outlet", "cam").takes[2].label == "all"


def test_knobs_are_taught_with_it(show: Show) -> None:
    show.task("regress")
    taken = show.take("--to", "1", "--label", "here", "--knobs", "cutoff=0.8,echo=0")
    assert taken.takes[0].targets == {"cutoff": 0.8, "echo": 0.0}
    with pytest.raises(ParameterError, match=r"Such as: --knobs cutoff=0\.5"):
        show.take("--label", "here")
    with pytest.raises(ParameterError, match=r'such as cutoff=0\.8, got "high"'):
        show.take("--label", "here", "--knobs", "cutoff=1,high")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--label", "x", "--from", "7"], r"from 7 to .* bring nothing .* it is \d\.\d s long"),
        (["--label", "x", "--outlet", "pose"], r'"pose" says nothing .* there is .*cam\.joints'),
        (["--label", "x", "--from", "2", "--to", "1"], "bring nothing"),
    ],
)
def test_where_nothing_was_shown_it_is_said_what_there_is(show: Show, more, words) -> None:
    with pytest.raises(NothingShown, match=words):
        show.take(*more)
    assert show.kept("learner").count == 0


@pytest.mark.parametrize("label", ["", " ", "unsure"])
def test_a_recording_has_to_be_called_something(show: Show, label: str) -> None:
    with pytest.raises(ParameterError, match="what does the recording show"):
        show.take("--label", label)


def test_what_is_no_recording_is_told_as_such(show: Show) -> None:
    show.recording.write_bytes(b"no recording")
    with pytest.raises(RecordingError, match="no MCAP file"):
        show.take("--label", "open")
    show.recording.unlink()
    with pytest.raises(SensoriumError, match=r"old\.mcap"):
        show.take("--label", "open", "--outlet", "cam")
