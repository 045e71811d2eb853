"""Training from a text to a folder that a patch plays, and what may come between."""

from __future__ import annotations

import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from engine.commands.train import train as app
from engine.core.clock import SystemClock
from engine.core.errors import DeviceError, UnwritableFile
from engine.inference.backend import CPU, Stored
from engine.inference.backends import BACKENDS
from engine.inference.card import read_card
from engine.inference.session import open_sessions
from engine.inference.vector import hold_to_vector
from engine.terminal.text_training import TextTrainingScreen, curve
from engine.testing import play
from engine.training import command, text
from engine.training.command import Preview
from engine.training.errors import TrainingError
from engine.training.folder import PREVIEW
from engine.training.letters_network import writing_network
from engine.training.picture import TrainingProgress
from engine.training.recurrent import Floats, first_letters, learn_stretch, read_letter, surprise_at
from engine.training.text import TextTraining, read_lines
from engine.training.text_command import Sampled, TextOptions, train_text
from tests.full_disk import no_file_larger_than

FILES = ["card.toml", "letters.json", "model.onnx", PREVIEW, "vector.npz"]
SEA = "the sea is calm and the wind is cold\nthe wind is calm and the sea is old\n" * 60


class Seen:
    """A screen that keeps what it is shown, and may do something then."""

    stop_asked = False

    def __init__(self, act: Callable[[], None] = lambda: None) -> None:
        self.shown: list[TrainingProgress] = []
        self.act = act

    def show(self, progress: TrainingProgress, preview: Preview) -> None:
        self.shown.append(progress)
        self.act()


@pytest.fixture
def sea(tmp_path: Path) -> Path:
    file = tmp_path / "sea.txt"
    file.write_text(SEA)
    return file


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train networks that learn little, and at once."""
    monkeypatch.setattr(text, "_UNITS", 48)
    monkeypatch.setattr(text, "_BATCH", 16)


@pytest.fixture
def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show and save after each step, and not by the clock."""
    monkeypatch.setattr(command, "SHOWN_EVERY", 0.0)
    monkeypatch.setattr(command, "SAVED_EVERY", 0.0)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_it_learns_and_a_patch_writes_what_it_learned(sea: Path, tmp_path: Path) -> None:
    found = train_text(sea, tmp_path / "gran", TextOptions(steps=120), [Seen()])
    assert found.surprise.network < 0.6 * found.surprise.frequencies
    assert names(tmp_path / "gran") == FILES
    card = read_card(tmp_path / "gran")
    assert card.name == "gran"
    hold_to_vector(card, open_sessions(str(tmp_path / "gran")).values())
    patch = tmp_path / "patch.toml"
    patch.write_text(
        """
        [clock]
        use = "every"
        time = "1 s"
        [poet]
        use = "write"
        from = "clock"
        author = "gran"
        length = 30
        [c]
        use = "collector"
        from = "poet"
        """
    )
    played = play(patch, seconds=2.5)
    assert played.errors == []
    said = {word for one in played.box("c").of("in") for word in one.text.split()}
    assert said & {"the", "sea", "is", "calm", "and", "wind", "old", "cold"}


def test_the_gradients_are_those_of_the_loss() -> None:
    rng = np.random.default_rng(0)
    weights = {name: each.astype(np.float64) for name, each in first_letters(7, 1, 5, 0).items()}
    seen, state = rng.integers(0, 7, (3, 6)), rng.normal(0, 0.3, (3, 5))
    _, gradients, _ = learn_stretch(weights, seen, state)  # type: ignore[arg-type]
    for name, values in weights.items():
        place = tuple(int(rng.integers(0, size)) for size in values.shape)
        place = (place[0], int(seen[0, 0])) if name == "read" else place
        losses = []
        for step in (1e-5, -1e-5):
            moved = {each: array.copy() for each, array in weights.items()}
            moved[name][place] += step
            losses.append(learn_stretch(moved, seen, state)[0])  # type: ignore[arg-type]
        wanted = (losses[0] - losses[1]) / 2e-5
        assert gradients[name][place] == pytest.approx(wanted, rel=0.1, abs=2e-4)


def test_the_network_answers_as_what_was_trained() -> None:
    weights = first_letters(9, 1, 12, 3)
    runner = BACKENDS["onnxruntime"].start(Stored(writing_network(weights)), CPU, 1)
    state: Floats | None = None
    remembered = np.zeros((1, 1, 12), np.float32)
    for place in (0, 3, 8, 3):
        mine, state = read_letter(weights, place, state)
        seen = np.zeros((1, 1, 10), np.float32)
        seen[0, 0, [place, 9]] = 1
        theirs, remembered = runner.run(["scores", "next"], {"seen": seen, "state": remembered})
        assert np.allclose(theirs[0], mine, atol=0.02)  # weights of eight bits


def test_what_it_did_best_is_kept_and_not_what_it_did_last(sea: Path) -> None:
    training = TextTraining(read_lines(SEA, "sea"), SystemClock(), seconds=0, steps=50)
    for _ in range(20):
        training.step()
    training.keep_best()
    best = training.network()
    for name in training._weights:
        training._weights[name] += np.float32(1)
    training.keep_best()
    assert training.losses[-1] > training.losses[-2]
    assert training.network() == best


def test_a_network_surprised_by_nothing_more_than_chance_takes_the_log_of_its_letters() -> None:
    weights = {name: 0 * each for name, each in first_letters(8, 1, 4, 0).items()}
    assert surprise_at(weights, np.zeros((2, 9), np.int64)) == pytest.approx(np.log(8))


def test_it_is_shown_and_kept_as_it_goes_and_what_was_before_too(
    sea: Path, tmp_path: Path, at_every_step: None
) -> None:
    there: list[list[str]] = []
    screen = Seen(lambda: there.append(names(tmp_path / "me")))
    train_text(sea, tmp_path / "me", TextOptions(steps=3), [screen])
    assert [progress.steps for progress in screen.shown] == [1, 2, 3]
    assert there == [[], FILES, sorted([*FILES, "before"])]
    open_sessions(str(tmp_path / "me/before"))


def test_ctrl_c_keeps_what_was_learned(sea: Path, tmp_path: Path, at_every_step: None) -> None:
    screen = Seen(lambda: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        train_text(sea, tmp_path / "me", TextOptions(steps=1000), [screen])
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(screen.shown) == 1
    assert names(tmp_path / "me") == FILES


def test_a_view_where_stop_was_asked_ends_it(
    sea: Path, tmp_path: Path, at_every_step: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "sensorium")
    screen = Seen()
    screen.act = lambda: setattr(screen, "stop_asked", len(screen.shown) == 2)
    train_text(sea, tmp_path / "me", TextOptions(steps=1000), [screen])
    assert len(screen.shown) == 2
    assert "stopped early; what was learned so far is kept" in caplog.messages


@pytest.mark.skipif(sys.platform == "win32", reason="no limit of that kind")
def test_a_full_disk_keeps_what_it_was_and_is_told_once(
    sea: Path, tmp_path: Path, at_every_step: None, caplog: pytest.LogCaptureFixture
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
        train_text(sea, tmp_path / "me", TextOptions(steps=5), [Seen(fill)])
    assert len([each for each in caplog.messages if "training goes on" in each]) == 1
    assert (tmp_path / "me/model.onnx").read_bytes() == kept[0]
    open_sessions(str(tmp_path / "me"))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"One line, no more.", "it has 19 letters, and 2,000 are needed"),
        (b"", "is empty"),
        (bytes(range(256)) * 20, "is no text"),
        (b"\n \n\t\n", "is empty"),
        (("\u0007" * 1000).encode(), "is no text"),
    ],
)
def test_what_cannot_be_learned_from_is_told_and_leaves_nothing(
    content: bytes, why: str, tmp_path: Path
) -> None:
    file = tmp_path / "my.txt"
    file.write_bytes(content)
    with pytest.raises((DeviceError, TrainingError), match=why):
        train_text(file, tmp_path / "me", TextOptions(steps=1), [])
    with pytest.raises(DeviceError, match=r"none\.txt"):
        train_text(tmp_path / "none.txt", tmp_path / "me", TextOptions(steps=1), [])
    assert names(tmp_path) == ["my.txt"]


def test_rare_letters_are_left_out_and_any_script_is_learned() -> None:
    many = "".join(chr(0x4E00 + number) for number in range(1000))
    learned = read_lines(("שלום עולם\n" * 400) + many, "me")
    assert len(learned.alphabet.letters) <= 162
    assert set("שלום\n") <= set(learned.alphabet.letters)
    assert len(learned.left_out) > 800
    training = TextTraining(learned, SystemClock(), seconds=0, steps=2)
    training.step()
    training.step()
    assert training.done


def test_the_curve_of_the_loss_is_a_line_of_bars() -> None:
    assert curve([]) == ""
    assert curve([3.0, 2.0, 1.0]).startswith("█▅▁ 1.00")
    assert len(curve([float(number) for number in range(500)]).split()[0]) <= 60
    assert curve([2.0]).startswith("▁ 2.00")


def test_a_terminal_shows_the_curve_and_a_line_in_place_of_the_last() -> None:
    training = TextTraining(read_lines(SEA, "sea"), SystemClock(), seconds=0, steps=3)
    screen = TextTrainingScreen(Console(force_terminal=True, width=80, record=True))
    for _ in range(2):
        training.step()
        training.keep_best()
        screen.show(training.progress, Sampled(training))
    shown = screen._console.export_text()
    assert shown.count("nats a letter") == 2
    assert "Ctrl-C keeps what is learned" in shown


def test_the_command_says_what_a_patch_writes(sea: Path, tmp_path: Path) -> None:
    made = tmp_path / "voice"
    asked = ["text", str(sea), str(made), "--steps", "2", "--no-page"]
    answer = CliRunner().invoke(app, asked)
    assert answer.exit_code == 0, answer.output
    assert 'use    = "write"\nauthor = "voice"' in answer.output
    shutil.rmtree(made)
