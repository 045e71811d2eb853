"""Sound files: every sample at its time, looped without a seam, and what is no sound."""

from __future__ import annotations

import itertools
import subprocess

import numpy as np
import pytest
import soundfile

from engine.core.commands import Notice
from engine.core.errors import DeviceError
from engine.core.messages import Block
from engine.sources.audio_file import AudioFile
from tests.by_night import few

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
    assert np.allclose(mixed, SOUND * 3 / 4)  # one of them runs against the other


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


RATE = 8000
TONE = (0.5 * np.sin(np.arange(RATE * 3 // 2) * 0.2)).astype(np.float32)
UNCOMPRESSED = [
    ("wav", None, "PCM_16"),
    ("wav", None, "PCM_24"),
    ("wav", None, "FLOAT"),
    ("wav", None, "PCM_U8"),
    ("wav", None, "ULAW"),
    ("wav", None, "IMA_ADPCM"),
    ("wav", "WAVEX", "PCM_16"),
    ("wav", "RF64", "PCM_16"),
    ("w64", "W64", "PCM_16"),
    ("aiff", None, "PCM_16"),
    ("au", "AU", "PCM_16"),
]


@pytest.mark.parametrize(("ending", "form", "subtype"), UNCOMPRESSED)
def test_a_file_that_was_cut_off_is_told_by_its_header(tmp_path, ending, form, subtype):
    path = tmp_path / f"song.{ending}"
    soundfile.write(path, np.stack([TONE, TONE], 1), RATE, format=form, subtype=subtype)
    events, told = played(AudioFile(file=str(path)))
    assert told == []
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    events, (notice,) = played(AudioFile(file=str(path)))
    seconds = len(samples(events)) / RATE
    assert seconds == pytest.approx(0.75, abs=0.05)
    assert notice.text == f'"{path}" is damaged: it ends after {seconds:.1f} s of 1.5 s'


def sized(data: bytes, size: int, riff: int | None = None) -> bytes:
    """Write another size into the data chunk of a WAV, and into its head."""
    spot = data.index(b"data") + 4
    data = data[:spot] + size.to_bytes(4, "little") + data[spot + 4 :]
    return data if riff is None else data[:4] + riff.to_bytes(4, "little") + data[8:]


def with_chunk(data: bytes, chunk: bytes) -> bytes:
    """Put a chunk before all others."""
    return data[:12] + chunk + data[12:]


SOUND_ALL_THE_SAME = {
    "ffmpeg into a pipe": lambda data: sized(data, 0xFFFFFFFF, 0xFFFFFFFF),
    "sox into a pipe": lambda data: sized(data, 0x7FFFF000, 0x7FFFF024),
    "arecord": lambda data: sized(data, 0x80000000, 0x80000024),
    "a recorder without power": lambda data: sized(data, 0, 8),
    "a wrong size of all": lambda data: sized(data, len(TONE) * 2, 12345),
    "an odd chunk": lambda data: with_chunk(data, b"LIST\x05\0\0\0abcde\0"),
    "a chunk behind": lambda data: data + b"LIST\x04\0\0\0abcd",
    "one sample less": lambda data: data[:-2],
}


@pytest.mark.parametrize("kind", SOUND_ALL_THE_SAME)
def test_a_header_that_does_not_know_is_no_damage(tmp_path, kind):
    path = tmp_path / "song.wav"
    soundfile.write(path, TONE, RATE)
    path.write_bytes(SOUND_ALL_THE_SAME[kind](path.read_bytes()))
    events, told = played(AudioFile(file=str(path)))
    assert len(samples(events)) == pytest.approx(len(TONE), abs=1)
    assert np.allclose(samples(events), TONE[: len(samples(events))], atol=1e-3)
    assert told == []


def test_a_rate_and_channels_of_a_studio(tmp_path):
    path = tmp_path / "song.wav"
    soundfile.write(path, np.stack([TONE] * 6, 1), 192000, subtype="PCM_24")
    events, told = played(AudioFile(file=str(path)))
    assert {block.rate for _, _, block in events} == {192000}
    assert np.allclose(samples(events), TONE, atol=1e-3)
    assert told == []


def test_what_is_no_number_in_a_file_of_floats_is_silence(tmp_path):
    path = tmp_path / "song.wav"
    wrong = TONE.copy()
    wrong[100:110], wrong[200] = np.nan, np.inf
    soundfile.write(path, np.stack([wrong, wrong], 1), RATE, subtype="FLOAT")
    events, _ = played(AudioFile(file=str(path)))
    assert np.isfinite(samples(events)).all()
    assert np.allclose(samples(events)[300:], TONE[300:])


CONVERTED = ["m4a", "wma", "mka", "mp4", "aac", "wv", "ac3", "webm"]


@pytest.mark.peer("ffmpeg", "ffmpeg")
@pytest.mark.parametrize("ending", few(CONVERTED, 3))
def test_other_kinds_play_through_ffmpeg(tmp_path, ending):
    song, path = tmp_path / "song.wav", tmp_path / f"-i song %d.{ending}"
    soundfile.write(song, np.repeat(TONE, 4), 4 * RATE)
    subprocess.run(["ffmpeg", "-v", "error", "-i", song, f"file:{path}"], check=True)
    events, told = played(AudioFile(file=str(path)))
    rate = events[0][2].rate
    assert len(samples(events)) / rate == pytest.approx(1.5, abs=0.15)
    assert np.std(samples(events)) == pytest.approx(np.std(TONE), rel=0.15)
    assert told == []
    box = AudioFile(file=str(path), loop=True)
    assert len(played(box, 400)[0]) == 400


@pytest.mark.peer("ffmpeg", "ffmpeg")
def test_a_recorder_that_lost_its_power_leaves_sound_behind_a_size_of_nothing(tmp_path):
    path = tmp_path / "song.wav"
    soundfile.write(path, TONE, RATE)
    path.write_bytes(sized(path.read_bytes(), 0))
    events, told = played(AudioFile(file=str(path)))
    assert np.allclose(samples(events), TONE, atol=1e-3)
    assert told == []


@pytest.mark.peer("ffmpeg", "ffmpeg")
def test_a_list_of_other_files_is_no_sound(tmp_path, wav):
    for name, text in {
        "a.m3u8": f"#EXTM3U\n#EXTINF:1,\n{wav}\n",
        "b.txt": f"ffconcat version 1.0\nfile {wav}\n",
    }.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(DeviceError, match="is not a sound that can be read"):
            AudioFile(file=str(tmp_path / name)).open(print)


def test_without_ffmpeg_it_is_said_what_is_read_and_what_converts(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "memo.m4a"
    path.write_bytes(b"\0\0\0\x1cftypM4A \0\0\0\0" + bytes(100))
    with pytest.raises(DeviceError) as told:
        AudioFile(file=str(path)).open(print)
    assert str(told.value) == (
        f'"{path}" is not a sound that can be read: wav, flac, ogg, opus, mp3, aiff, au, caf and'
        ' w64 can be, others where the program ffmpeg is installed; elsewhere, ffmpeg -i "memo.m4a"'
        " new.wav converts them"
    )


@pytest.mark.parametrize("times", [1, 4])
def test_a_channel_of_zeros_is_told_while_another_sounds(tmp_path, times):
    path = tmp_path / "song.wav"
    long = np.tile(TONE, times)
    soundfile.write(path, np.stack([0 * long, long], 1), RATE)
    events, (notice,) = played(AudioFile(file=str(path), channel=1))
    assert not samples(events).any()
    assert notice.text == (
        f'"{path}": channel 1 holds only zeros, and channel 2 sounds: write channel = 2'
    )
    assert played(AudioFile(file=str(path), channel=2))[1] == []
    events, told = played(AudioFile(file=str(path)))
    assert np.allclose(samples(events), long, atol=1e-3)
    assert told == []


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
