"""A folder becomes a corpus: what is taken, what is left out, and what is not asked again."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from engine.core.errors import DeviceError, UnwritableFile
from engine.corpus import build
from engine.corpus.build import PART, build_corpus
from engine.corpus.file import WIDTHS, read_corpus
from engine.corpus.items import embed_sound_file, find_items
from tests.corpus.folders import RATE, fill, hiss, tone


def silent(done: int, of: int, told: str) -> None:
    """Show nothing."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "all")
    return tmp_path / "all"


def test_a_folder_becomes_a_map_on_which_alike_is_near(folder: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    built = build_corpus(folder, tmp_path / "c", None, lambda *each: told.append(each))
    assert [each[:2] for each in told] == [(n, 10) for n in range(1, 11)]
    corpus = read_corpus(tmp_path / "c")
    assert corpus.names == tuple(sorted(corpus.names))
    assert corpus.names[0] == "more/hiss0.flac"
    assert corpus.path(0).samefile(folder / "more" / "hiss0.flac")
    assert corpus.kind == "sounds"
    assert corpus.features.shape == (10, WIDTHS["sounds"])
    assert built.known == 0
    assert built.left_out == ()
    assert not (tmp_path / f"c{PART}").exists()
    is_hiss = np.array(["hiss" in name for name in corpus.names])
    apart = np.linalg.norm(corpus.places[:, None] - corpus.places[None], axis=2)
    np.fill_diagonal(apart, 9)
    assert np.array_equal(is_hiss[apart.argmin(1)], is_hiss)


def test_broken_silent_huge_and_odd_files_are_left_out_and_told(
    folder: Path, tmp_path: Path
) -> None:
    (folder / "broken.wav").write_bytes(b"RIFF\x00\x00\x00\x00WAVEnothing of it")
    (folder / "empty.wav").write_bytes(b"")
    soundfile.write(folder / "none.wav", np.zeros(0), RATE)
    soundfile.write(folder / "click.wav", np.ones(1), 48_000)
    soundfile.write(folder / "loud.wav", 1e30 * tone(500, 1.0), RATE, subtype="DOUBLE")
    soundfile.write(folder / "eight.wav", np.tile(tone(500, 1.0)[:, None], 8), RATE)
    soundfile.write(folder / "silent.wav", np.zeros(RATE), RATE)
    soundfile.write(folder / "long.flac", np.tile(tone(500, 1.0), 12), RATE)
    (folder / "notes.txt").write_text("no sound")
    (folder / ".hidden.wav").write_bytes(b"")
    (folder / "away.wav").symlink_to(folder / "nowhere.wav")
    built = build_corpus(folder, tmp_path / "c", None, silent)
    left = {text.split(" is left out: ")[0].strip('"'): text for text in built.left_out}
    assert {*left} == {
        *("broken.wav", "empty.wav", "silent.wav", "away.wav", "none.wav", "click.wav"),
    }
    assert "is silent" in left["silent.wav"]
    assert "too short: it holds 1 samples" in left["click.wav"]
    corpus = read_corpus(tmp_path / "c")
    assert len(corpus.names) == 13
    one, other = (corpus.features[corpus.names.index(f"{name}.wav")] for name in ("loud", "eight"))
    assert np.allclose(one, other, atol=0.05), "however loud, and by however many channels"
    assert "long.flac" in built.corpus.names


def test_only_what_is_new_or_changed_is_asked_again(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_corpus(folder, tmp_path / "c", None, silent)
    asked: list[str] = []

    def embed(file: Path) -> np.ndarray:
        asked.append(file.name)
        return embed_sound_file(file)

    monkeypatch.setattr(build, "open_embedder", lambda kind: embed)
    assert build_corpus(folder, tmp_path / "c", None, silent).known == 10
    assert asked == []
    soundfile.write(folder / "new.wav", tone(900), RATE)
    soundfile.write(folder / "tone0.wav", hiss(9, 0.5), RATE)
    (folder / "tone1.wav").unlink()
    built = build_corpus(folder, tmp_path / "c", None, silent)
    assert sorted(asked) == ["new.wav", "tone0.wav"]
    assert (built.known, len(built.corpus.names)) == (8, 10)


def test_who_is_interrupted_goes_on_and_the_old_map_stays(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_corpus(folder, tmp_path / "c", None, silent)
    before = (tmp_path / "c").read_bytes()
    for number in range(6):
        soundfile.write(folder / f"z{number}.wav", tone(700 + 9 * number), RATE)
    monkeypatch.setattr(build, "_EVERY", 2)

    def stop(done: int, of: int, told: str) -> None:
        if done == 15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_corpus(folder, tmp_path / "c", None, stop)
    assert (tmp_path / "c").read_bytes() == before
    (tmp_path / "c").unlink()
    built = build_corpus(folder, tmp_path / "c", None, silent)
    assert built.known == 14  # 10 of before, and four of the six, written in twos
    assert len(built.corpus.names) == 16
    assert not (tmp_path / f"c{PART}").exists()


def test_pictures_are_taken_where_there_are_more_or_they_are_asked_for(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    soundfile.write(folder / "one.wav", tone(300), RATE)
    for number in range(3):
        picture = np.full((40, 60, 3), 60 * number, np.uint8)
        cv2.circle(picture, (30, 20), 5 * number + 3, (0, 200, 255), -1)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    assert {kind: len(names) for kind, names in find_items(folder).items()} == {
        "sounds": 1,
        "pictures": 3,
    }
    pictures = build_corpus(folder, tmp_path / "p", None, silent).corpus
    assert pictures.kind == "pictures"
    assert pictures.features.shape == (3, WIDTHS["pictures"])
    assert build_corpus(folder, tmp_path / "s", "sounds", silent).corpus.names == ("one.wav",)


def test_nothing_to_take_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DeviceError, match="is not there"):
        build_corpus(tmp_path / "none", tmp_path / "c", None, silent)
    with pytest.raises(DeviceError, match="no sound and no picture in the folder"):
        build_corpus(tmp_path / "empty", tmp_path / "c", None, silent)
    (tmp_path / "empty" / "a.wav").write_bytes(b"no sound")
    with pytest.raises(DeviceError, match=r"none of 1 sounds .*a\.wav"):
        build_corpus(tmp_path / "empty", tmp_path / "c", None, silent)
    with pytest.raises(DeviceError, match="is a file, not a folder"):
        build_corpus(tmp_path / "empty" / "a.wav", tmp_path / "c", None, silent)
    assert [each.name for each in tmp_path.iterdir()] == ["empty"]


def test_a_place_that_cannot_be_written_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UnwritableFile, match="cannot be written"):
        build_corpus(folder, tmp_path / "no" / "c", None, silent)


@pytest.mark.parametrize("seconds", [0.0001, 0.1, 9.0])
def test_a_sound_of_any_length_is_embedded(seconds: float, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.full((max(1, int(RATE * seconds)), 2), 0.1), RATE)
    found = embed_sound_file(tmp_path / "a.wav")
    assert found.shape == (WIDTHS["sounds"],)
    assert np.isfinite(found).all()
