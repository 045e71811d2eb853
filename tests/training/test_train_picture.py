"""Training from a recording to a folder that a patch plays, and what may come between."""

from __future__ import annotations

import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import UnwritableFile
from engine.core.messages import Frame
from engine.inference.card import read_card
from engine.inference.session import open_sessions
from engine.inference.vector import hold_to_vector
from engine.testing import play
from engine.training import command, folder
from engine.training.command import Preview, TrainingOptions, train_picture
from engine.training.errors import TrainingError
from engine.training.folder import PREVIEW
from engine.training.picture import TrainingProgress
from tests.full_disk import no_file_larger_than

FILES = ["card.toml", "model.onnx", PREVIEW, "vector.npz"]


class Seen:
    """A screen that keeps what it is shown, and may do something then."""

    stop_asked = False

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.shown: list[tuple[TrainingProgress, Any]] = []
        self.act = act

    def show(self, progress: TrainingProgress, preview: Preview) -> None:
        self.shown.append((progress, preview(1)))
        self.act()


def options(steps: int) -> TrainingOptions:
    return TrainingOptions(steps=steps, size=64, threads=1)


@pytest.fixture
def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show and save after each step, and not by the clock."""
    monkeypatch.setattr(command, "SHOWN_EVERY", 0.0)
    monkeypatch.setattr(command, "SAVED_EVERY", 0.0)


def test_it_learns_and_a_patch_plays_what_it_learned(dance: Path, tmp_path: Path) -> None:
    untrained = train_picture(dance, tmp_path / "one", options(1), [Seen()])
    trained = train_picture(dance, tmp_path / "me", options(150), [Seen()])
    assert trained.nearest == untrained.nearest
    assert trained.painted.difference < 0.9 * untrained.painted.difference
    assert trained.painted.similarity > untrained.painted.similarity
    assert sorted(each.name for each in (tmp_path / "me").iterdir()) == FILES
    card = read_card(tmp_path / "me")
    hold_to_vector(card, open_sessions(str(tmp_path / "me")).values())
    patch = tmp_path / "patch.toml"
    patch.write_text(
        """
        [cam]
        use = "stand_in"
        width = 64
        height = 64
        [painted]
        use = "skeleton_to_picture"
        from = "cam.joints"
        model = "me"
        size = 100
        [c]
        use = "collector"
        from = "painted"
        """
    )
    played = play(patch, seconds=0.3)
    frames: list[Frame] = played.box("c").of("in")
    assert {frame.image.shape for frame in frames} == {(100, 100, 3)}
    assert not any(frame.image.flags.writeable for frame in frames)


def test_it_is_shown_and_kept_as_it_goes(dance: Path, tmp_path: Path, at_every_step: None) -> None:
    there: list[list[str]] = []
    screen = Seen(lambda: there.append(sorted(each.name for each in (tmp_path / "me").iterdir())))
    train_picture(dance, tmp_path / "me", options(3), [screen])
    assert [progress.steps for progress, _ in screen.shown] == [1, 2, 3]
    assert [progress.done for progress, _ in screen.shown] == pytest.approx([1 / 3, 2 / 3, 1])
    assert {preview.shape for _, preview in screen.shown} == {(64, 3 * 64, 3)}
    assert there == [[], FILES, FILES]


def test_ctrl_c_keeps_what_was_learned(dance: Path, tmp_path: Path, at_every_step: None) -> None:
    screen = Seen(lambda: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        train_picture(dance, tmp_path / "me", options(1000), [screen])
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(screen.shown) == 1
    assert sorted(each.name for each in (tmp_path / "me").iterdir()) == FILES


def test_a_view_where_stop_was_asked_ends_it_and_keeps_what_was_learned(
    dance: Path, tmp_path: Path, at_every_step: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sensorium")
    other, screen = Seen(), Seen()
    screen.act = lambda: setattr(screen, "stop_asked", len(screen.shown) == 2)
    train_picture(dance, tmp_path / "me", options(1000), [other, screen])
    assert [progress.steps for progress, _ in other.shown] == [1, 2]
    assert sorted(each.name for each in (tmp_path / "me").iterdir()) == FILES
    assert "stopped early; what was learned so far is kept" in caplog.messages


def test_nothing_is_written_over_and_nothing_is_left_of_what_cannot_begin(
    dance: Path, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "text").write_text("mine")
    for name, words in {
        "there": "something of that name is there",
        "text": "something of that name is there",
        "no/folder": "there is no folder",
    }.items():
        with pytest.raises(TrainingError, match=words):
            train_picture(dance, tmp_path / name, options(1), [Seen()])
    with pytest.raises(TrainingError, match="gave no pictures"):
        train_picture(dance, tmp_path / "me", TrainingOptions(frame="zebra"), [Seen()])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["text", "there"]
    assert (tmp_path / "text").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of that kind")
def test_a_full_disk_keeps_what_it_was_and_is_told_once(
    dance: Path, tmp_path: Path, at_every_step: None, caplog: pytest.LogCaptureFixture
) -> None:
    kept: list[bytes] = []

    def fill() -> None:
        if (tmp_path / "me/model.onnx").exists() and not kept:
            kept.append((tmp_path / "me/model.onnx").read_bytes())
            resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))

    with (
        no_file_larger_than(1 << 30),
        pytest.raises(UnwritableFile, match=r"me cannot be written: .*; what it was .* is kept"),
    ):
        train_picture(dance, tmp_path / "me", options(5), [Seen(fill)])
    told = [each for each in caplog.messages if "cannot be written" in each]
    assert len(told) == 1
    assert told[0].endswith("training goes on")
    assert (tmp_path / "me/model.onnx").read_bytes() == kept[0]
    open_sessions(str(tmp_path / "me"))


def test_a_disk_that_is_nearly_full_is_told_before(
    dance: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "_ROOM", 1 << 62)
    with pytest.raises(TrainingError, match=r"MB left, and .* MB are needed"):
        train_picture(dance, tmp_path / "me", options(1), [Seen()])
    assert not (tmp_path / "me").exists()
