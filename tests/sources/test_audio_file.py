"""Sound files: every sample at its time, looped without a seam, and what is no sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import soundfile

from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Block
from engine.sources.audio_file import AudioFile

SOUND = np.linspace(-0.9, 0.9, 2000).astype(np.float32)


@pytest.fixture
def wav(tmp_path):
    path = tmp_path / "song.wav"
    soundfile.write(path, np.stack([SOUND, -SOUND / 2], axis=1), 8000, subtype="FLOAT")
    return str(path)


def played(box, most=None):
    told = []
    box.open(lambda outlet, message, at, cost=0: told.append(message))
    events = list(itertools.islice(box.events(), most))
    box.close()
    box.close()
    return events, told


def samples(events):
    return np.concatenate([block.samples for _, _, block in events])


def test_every_sample_comes_at_its_time(wav):
    events, told = played(AudioFile(file=wav, channel=1, block=512))
    assert np.array_equal(samples(events), SOUND)
    assert [(at, block.start) for at, _, block in events] == [
        (64_000_000, 0),
        (128_000_000, 512),
        (192_000_000, 1024),
        (250_000_000, 1536),
    ]
    for _, outlet, block in events:
        assert outlet == "sound"
        assert (type(block), block.rate, block.samples.dtype) == (Block, 8000, np.float32)
        assert not block.samples.flags.writeable
    assert told == []


def test_one_channel_or_all_of_them(wav):
    assert np.array_equal(samples(played(AudioFile(file=wav, channel=2))[0]), -SOUND / 2)
    mixed = samples(played(AudioFile(file=wav))[0])
    assert np.allclose(mixed, SOUND / 4)


def test_looped_it_goes_on_as_if_nothing_had_happened(wav):
    box = AudioFile(file=wav, channel=1, loop=True)
    assert box.endless
    events, _ = played(box, 9)
    starts = [block.start for _, _, block in events]
    lengths = [len(block.samples) for _, _, block in events]
    assert starts == [sum(lengths[:number]) for number in range(9)]
    assert np.array_equal(samples(events)[2000:4000], SOUND)
    assert not AudioFile(file=wav).endless


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3", "aiff"])
def test_other_kinds_of_file_play_too(tmp_path, kind):
    tone = 0.5 * np.sin(np.arange(44100) * 0.1)
    path = tmp_path / f"song.{kind}"
    soundfile.write(path, tone, 44100)
    events, told = played(AudioFile(file=str(path)))
    assert len(samples(events)) == pytest.approx(44100, abs=3000)
    assert np.std(samples(events)) == pytest.approx(np.std(tone), rel=0.1)
    assert told == []


def test_a_file_that_breaks_off_plays_as_far_as_it_goes(tmp_path):
    path = tmp_path / "song.flac"
    soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 40_000), 8000)
    path.write_bytes(path.read_bytes()[:30_000])
    events, (notice,) = played(AudioFile(file=str(path)))
    assert 0 < len(samples(events)) < 40_000
    assert isinstance(notice, Notice)
    assert "is damaged: it ends after" in notice.text
    assert notice.text.endswith("of 5.0 s")


def test_what_is_no_sound_is_told(tmp_path, wav):
    empty = tmp_path / "empty.wav"
    soundfile.write(empty, np.zeros(0), 8000)
    words = tmp_path / "words.wav"
    words.write_text("no sound at all")
    said = {
        "sung.wav": 'there is no file ".*sung.wav". Did you mean "song.wav"',
        "": "is a folder, not a sound file",
        "words.wav": 'words.wav" is not a sound that can be read',
        "empty.wav": "is empty: there is not one sample in it",
    }
    for name, text in said.items():
        with pytest.raises(DeviceError, match=text):
            AudioFile(file=str(tmp_path / name)).open(print)
    with pytest.raises(DeviceError, match="has 2 channels, so there is no 3"):
        AudioFile(file=wav, channel=3).open(print)
