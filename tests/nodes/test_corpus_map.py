"""The box corpus_map: what is nearest is played once, from its beginning."""

from __future__ import annotations

import logging
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.core.context import Context
from engine.core.errors import DeviceError
from engine.core.messages import Trigger
from engine.corpus.build import build_corpus
from engine.corpus.file import Corpus, read_corpus, write_corpus
from engine.nodes.corpus_map import CorpusMap, FoundItem
from engine.testing import play

MEDIA = Path(__file__).parents[1] / "media"
TONES = MEDIA / "tones.corpus"
LOW, HIGH = (tuple(map(float, read_corpus(TONES).places[n])) for n in (3, 1))


def opened(file: Path = TONES, **parameters: Any) -> CorpusMap:
    box = CorpusMap(file=str(file), **parameters)
    box.open(Context(name="map"))
    return box


def at(box: CorpusMap, place: tuple[float, float]) -> FoundItem | None:
    box.x, box.y = place
    return box.process(None)


def test_the_nearest_is_played_once_and_again_after_another() -> None:
    box = opened()
    first = at(box, LOW)
    assert first is not None and first.sound is not None
    assert (first.file, first.number, first.on) == ("low.wav", 4, True)
    assert first.distance == pytest.approx(0, abs=1e-6)
    assert (len(first.sound.samples), first.sound.rate) == (1600, 8000)
    assert np.abs(first.sound.samples).max() > 0.4
    assert [at(box, LOW) for _ in range(5)] == [None] * 5
    other, back = at(box, HIGH), at(box, LOW)
    assert other is not None and back is not None
    assert (other.file, back.file) == ("high.wav", "low.wav")
    assert back.sound is not None
    assert back.sound.start != first.sound.start + 2 * 1600  # it takes the place of what sounds


def test_play_plays_it_again_from_its_beginning() -> None:
    box = opened()
    box.x, box.y = 0.7, 0.9
    away = box.on_play(Trigger())
    assert away is None or away.file is None
    first = at(box, HIGH)
    again = box.on_play(Trigger())
    assert first is not None and again is not None
    assert first.sound is not None and again.sound is not None
    assert again.file == "high.wav"
    assert np.array_equal(first.sound.samples, again.sound.samples)
    assert again.sound.start > first.sound.start + len(first.sound.samples)


def test_a_finger_plays_what_it_comes_down_on_and_what_it_comes_to() -> None:
    box = opened(reach=0.2)
    assert at(box, LOW) is not None
    down = box.on_touch(f"{HIGH[0]} {HIGH[1]}")
    assert down is not None
    assert down.file == "high.wav"
    assert [box.process(None) for _ in range(3)] == [None] * 3, "x and y do not count"
    assert box.place == pytest.approx(HIGH)
    moved = box.on_touch(f"{LOW[0]} {LOW[1]}")
    assert moved is not None
    assert moved.file == "low.wav"
    assert box.on_touch("") is None
    assert box.process(None) is None, "where it was lifted it stays until x or y move"
    again = box.on_touch(f"{LOW[0]} {LOW[1]}")
    assert again is not None
    assert again.file == "low.wav", "it comes down once more"
    box.on_touch("")
    hand = at(box, HIGH)
    assert hand is not None
    assert hand.file == "high.wav"
    assert box.place == pytest.approx(HIGH)


def test_a_finger_needs_no_clock_and_out_of_reach_plays_nothing() -> None:
    box = opened(reach=0.1)
    away = box.on_touch("0.7 0.9")
    assert away is None or away.file is None
    found = box.on_touch(f"{LOW[0]} {LOW[1]}")
    assert found is not None
    assert found.sound is not None
    gone = box.on_touch("0.7 0.9")
    assert gone is not None
    assert gone.on is False


def test_out_of_reach_nothing_is_played_and_that_is_told_once() -> None:
    box = opened(reach=0.1)
    assert at(box, LOW) is not None
    away, still = at(box, (0.7, 0.9)), at(box, (0.7, 0.9))
    assert away is not None and still is None
    assert (away.on, away.file, away.sound) == (False, None, None)
    back = at(box, LOW)
    assert back is not None and back.file == "low.wav"


def test_between_two_nothing_flutters() -> None:
    box = opened(reach=2.0, stick=0.05)
    middle = (LOW[0] + HIGH[0]) / 2, (LOW[1] + HIGH[1]) / 2
    rng = np.random.default_rng(1)
    told = [at(box, (middle[0] + a, middle[1] + b)) for a, b in rng.normal(0, 0.005, (50, 2))]
    assert sum(each is not None and each.file is not None for each in told) == 1
    box.stick = 0.0
    told = [at(box, (middle[0] + a, middle[1] + b)) for a, b in rng.normal(0, 0.005, (50, 2))]
    assert sum(each is not None and each.file is not None for each in told) > 3


def test_a_long_sound_is_cut_and_fades_out() -> None:
    found = at(opened(longest=0.1), HIGH)
    assert found is not None and found.sound is not None
    assert len(found.sound.samples) == 800
    assert abs(found.sound.samples[-1]) < 0.01
    assert np.abs(found.sound.samples[:400]).max() > 0.4


def test_the_map_is_drawn_where_something_moved() -> None:
    box = opened(size=200)
    first = at(box, LOW)
    assert first is not None and first.map is not None
    assert first.map.image.shape == (200, 200, 3)
    x, y = round(LOW[0] * 199), round((1 - LOW[1]) * 199)
    red = first.map.image[:, :, 2].astype(int) - first.map.image[:, :, 0]
    assert red[max(0, y - 6) : y + 7, max(0, x - 6) : x + 7].max() > 100
    moved = at(box, (LOW[0] + 0.02, LOW[1]))
    assert moved is not None and moved.map is not None and moved.file is None
    assert at(box, (LOW[0] + 0.02, LOW[1])) is None


def test_pictures_are_shown(tmp_path: Path) -> None:
    folder = tmp_path / "all"
    folder.mkdir()
    for number in range(3):
        picture = np.full((30, 50, 3), 40 + 80 * number, np.uint8)
        cv2.imwrite(str(folder / f"{number}.png"), picture)
    build_corpus(folder, tmp_path / "all.corpus", None, lambda *_: None)
    corpus = read_corpus(tmp_path / "all.corpus")
    box = opened(tmp_path / "all.corpus", reach=2.0, stick=0.0)
    found = at(box, tuple(map(float, corpus.places[2])))  # type: ignore[arg-type]
    assert found is not None and found.picture is not None
    assert found.sound is None
    assert found.picture.image.shape == (30, 50, 3)
    assert found.file == "2.png"
    assert found.picture.image.mean() == pytest.approx(200, abs=1)


def test_what_went_away_is_told_once_and_the_rest_plays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(MEDIA / "tones", tmp_path / "tones")
    shutil.copy(TONES, tmp_path)
    (tmp_path / "tones" / "low.wav").unlink()
    file = tmp_path / "tones.corpus"
    assert "1 of its 4 files are gone" in CorpusMap(file=str(file)).doubts(None)["file"]
    box = opened(file)
    with caplog.at_level(logging.WARNING, "sensorium"):
        found = [at(box, place) for place in (LOW, HIGH, LOW, HIGH)]
    assert [each.sound is not None for each in found if each] == [False, True, False, True]
    assert len(caplog.records) == 1
    assert "low.wav" in caplog.text


def test_places_that_are_no_numbers_change_nothing() -> None:
    box = opened()
    assert at(box, (float("nan"), 0.5)) is None
    assert at(box, (0.5, float("inf"))) is None
    assert at(box, LOW) is not None


def test_one_that_is_not_there_or_not_finished_is_told(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="is not there"):
        opened(tmp_path / "none.corpus")
    made = read_corpus(TONES)
    half = Corpus(made.kind, made.folder, made.names, made.seen, made.features, made.places)
    write_corpus(tmp_path / "half.corpus", half)
    with pytest.raises(DeviceError, match='is not finished: run "sensorium corpus" again'):
        opened(tmp_path / "half.corpus")


def test_what_is_wrong_with_a_map_is_told_before_the_show(tmp_path: Path) -> None:
    file = tmp_path / "tones.corpus"
    missing = CorpusMap(file=str(file)).doubts(tmp_path)["file"]
    assert missing.endswith('is not there: make it with "sensorium corpus FOLDER"')
    file.write_bytes(TONES.read_bytes()[:1500])
    assert "is damaged: make it again" in CorpusMap(file=str(file)).doubts(tmp_path)["file"]
    shutil.copy(TONES, file)
    assert (
        CorpusMap(file=str(file)).doubts(tmp_path)["file"].startswith("4 of its 4 files are gone")
    )
    shutil.copytree(MEDIA / "tones", tmp_path / "tones")
    assert CorpusMap(file=str(file)).doubts(tmp_path) == {}


def test_a_map_that_comes_back_plays(tmp_path: Path) -> None:
    file = tmp_path / "tones.corpus"
    box = CorpusMap(file=str(file))
    with pytest.raises(DeviceError):
        box.open(Context(name="map"))
    assert box.on_touch("0.5 0.5") is None
    assert box.process(None) is None
    assert box.corpus is None
    shutil.copy(TONES, file)
    shutil.copytree(MEDIA / "tones", tmp_path / "tones")
    box.open(Context(name="map"))
    assert at(box, LOW) is not None


@pytest.mark.parametrize("count", [1, 2, 9])
def test_each_of_one_of_two_and_of_many_copies_can_be_touched(count: int, tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    for number in range(count):
        shutil.copy(MEDIA / "tones" / "low.wav", tmp_path / "all" / f"{number}.wav")
    built = build_corpus(tmp_path / "all", tmp_path / "all.corpus", None, lambda *_: None)
    box = opened(tmp_path / "all.corpus")
    for name, place in zip(built.corpus.names, built.corpus.places, strict=True):
        found = box.on_touch(f"{place[0]} {place[1]}")
        box.on_touch("")
        assert found is not None
        assert found.file == name
        assert found.sound is not None


def test_a_patch_plays_it_by_a_hand_and_by_osc(tmp_path: Path) -> None:
    patch = f"""
        [clock]
        use = "every"
        time = "50 ms"

        [hand]
        use = "lfo"
        rate = 0.5

        [map]
        use = "corpus_map"
        from = "clock"
        file = "{TONES}"
        x = {{ from = "hand" }}
        reach = 2

        [loudspeaker]
        use = "speaker"
        from = "map.sound"

        [out]
        use = "collector"
        send = {{ file = "map", number = "map.number" }}
    """
    played = play(patch, seconds=2.5)
    assert played.errors == []
    files = [str(sent.args[0]) for sent in played.sent("out", "file")]
    assert len({*files}) >= 2
    assert all(a != b for a, b in pairwise(files))
    assert len(played.sent("loudspeaker")) == len(files)
