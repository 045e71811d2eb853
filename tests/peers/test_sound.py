"""Sound that no one here made: FluidSynth through a real JACK server, and phrases it renders."""

from __future__ import annotations

import contextlib
import itertools
import queue
import subprocess

import mido
import mir_eval
import numpy as np
import pytest
import soundfile

from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError
from engine.core.messages import Block, Note
from engine.lab.bench.rig.jack import begin_server
from engine.nodes.notes import Notes
from engine.nodes.pitch import PitchNode
from engine.sources.audio_file import AudioFile
from engine.sources.microphone import Microphone, list_microphones
from tests.limits import LIMIT
from tests.models.singing import GLIDE_AGE, spans

FONT = "/usr/share/sounds/sf2/FluidR3_GM.sf2"
SERVER = "sensorium-sound"
RATE = 48000
FLUTE = 73

pytestmark = [
    pytest.mark.peer("jackd", "jackd2"),
    pytest.mark.peer("fluidsynth", "fluidsynth fluid-soundfont-gm libportaudio2"),
]


@contextlib.contextmanager
def running(*command):
    """Run another program until the end of the test."""
    quiet = subprocess.DEVNULL
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=quiet, stderr=quiet, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextlib.contextmanager
def jack():
    """Run a JACK server without a sound card; it answers once it is there."""
    process = begin_server(SERVER)  # also where one of that name was just killed
    try:
        there("system")
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def singer():
    """Run FluidSynth as a client "singer" of JACK; it takes commands as lines."""
    jack_options = ("-o", "audio.jack.autoconnect=0", "-o", "audio.jack.id=singer")
    server = ("-o", f"audio.jack.server={SERVER}")
    with running(
        "fluidsynth", "-a", "jack", "-n", *jack_options, *server, "-r", str(RATE), FONT
    ) as it:
        there("singer")
        yield it


def there(name):
    """Wait until a client of JACK can be heard."""
    for _ in range(200):
        with contextlib.suppress(DeviceError):
            if any(each.startswith(name) for each in list_microphones()):
                return
    pytest.fail(f"no {name} in JACK")


@pytest.fixture(autouse=True)
def _server_name(monkeypatch):
    monkeypatch.setenv("JACK_DEFAULT_SERVER", SERVER)
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")


class Heard(queue.Queue):
    """What a source handed over, in order; ``notices`` are what it said of itself."""

    def __init__(self):
        super().__init__()
        self.notices = []

    def __call__(self, outlet, message, at, cost=0):
        if isinstance(message, Notice):
            self.notices.append(message.text)
        self.put((message, at))

    def until(self, kind):
        while True:
            message, at = self.get(timeout=LIMIT)
            if isinstance(message, kind):
                return message, at


def test_the_microphone_hears_what_another_program_plays():
    ear, heard = PitchNode(), Heard()
    with (
        jack(),
        singer() as fluidsynth,
        contextlib.closing(Microphone(device="singer", block=128)) as mic,
    ):
        mic.open(heard)
        fluidsynth.stdin.write(f"prog 0 {FLUTE}\nnoteon 0 69 100\n")
        fluidsynth.stdin.flush()
        told, blocks, moments = [], [], []
        while len(blocks) < LIMIT * RATE // 128 and sum(pitch.on for pitch in told) < 40:
            block, at = heard.until(Block)
            blocks.append(block)
            moments.append(at)
            told += ear.process(block)
        starts = [block.start for block in blocks]
        # A machine that is too busy loses sound, and says so: a gap is never silent.
        while starts != list(range(0, 128 * len(blocks), 128)):
            if any("missing" in text for text in heard.notices):
                break
            heard.get(timeout=LIMIT)
    assert {(block.rate, len(block.samples)) for block in blocks} == {(RATE, 128)}
    assert all(start % 128 == 0 for start in starts)
    assert all(a < b for a, b in itertools.pairwise(moments))
    sung = [pitch.note for pitch in told if pitch.on]
    assert len(sung) >= 40
    assert np.mean(np.abs(np.array(sung[10:]) - 69) < 0.5) > 0.95


def test_a_sound_server_that_dies_is_lost_and_comes_back():
    heard = Heard()
    with contextlib.closing(Microphone(device="system", block=256)) as mic:
        for _ in range(2):
            with jack() as server:
                mic.open(heard)
                first, _ = heard.until(Block)
                assert (first.start, first.rate) == (0, RATE)
                server.kill()
                lost, _ = heard.until(Lost)
                assert lost.reason.startswith('"system" ')
            mic.close()
            with pytest.raises(DeviceError):
                mic.open(heard)


def tune(seed):
    """Write a melody nobody tuned on: (start, end, note) in seconds, with some rests."""
    rng = np.random.default_rng(seed)
    notes, time, note = [], 0.5, 67
    for _ in range(14):
        length = float(rng.choice([0.25, 0.35, 0.5, 0.8]))
        note = int(np.clip(note + rng.integers(-5, 6), 58, 79))
        notes.append((time, time + 0.9 * length, note))
        time += length + (0.4 if rng.random() < 0.2 else 0.0)
    return notes


def rendered(folder, notes, program):
    """Have FluidSynth play a melody from a MIDI file into a sound file."""
    song = mido.MidiFile(ticks_per_beat=1000)  # a tick is 0.5 ms
    track = mido.MidiTrack([mido.Message("program_change", program=program)])
    ends = [(end, 0, "note_off", note) for _, end, note in notes]
    begins = [(start, 1, "note_on", note) for start, _, note in notes]
    now = 0
    for at, _, kind, note in sorted(ends + begins):
        tick = round(at * 2000)
        track.append(mido.Message(kind, note=note, velocity=90, time=tick - now))
        now = tick
    song.tracks.append(track)
    song.save(folder / "song.mid")
    file = folder / "song.wav"
    quiet = ("-R", "0", "-C", "0", "-g", "0.6")
    subprocess.run(
        [
            "fluidsynth",
            "-n",
            "-i",
            "-q",
            *quiet,
            "-F",
            str(file),
            "-r",
            str(RATE),
            FONT,
            str(folder / "song.mid"),
        ],
        check=True,
        capture_output=True,
    )
    return file


PROGRAMS = {"clarinet": 71, "trumpet": 56, "saxophone": 65, "oboe": 68}
"""Instruments that speak at once: where a note swells for long, its MIDI file does not say when it
begins to be heard."""


def within_50_cents(told, notes):
    """Tell for each reading in a note, 60 ms after it began, whether it is right."""
    return [
        abs(pitch.note - note) <= 0.5
        for at, pitch in told
        for start, end, note in notes
        if start + 0.06 <= at <= end
    ]


def test_phrases_that_fluidsynth_plays_are_written_down(tmp_path):
    scores, right = [], []
    for seed, (name, program) in enumerate(PROGRAMS.items(), start=500):
        notes = tune(seed)
        (folder := tmp_path / name).mkdir()
        sound = AudioFile(file=str(rendered(folder, notes, program)))
        assert soundfile.info(sound.file).samplerate == RATE
        ear, box, told, played = PitchNode(), Notes(), [], []
        for at, _, block in sound.events():
            for pitch in ear.process(block):
                told.append((at / 1e9 - GLIDE_AGE, pitch))
                said = box.process(pitch, at=at)
                played += [(at / 1e9, each.notes) for each in said if each.notes]
        right += within_50_cents(told, notes)
        begins = [(start, Note(note, 90)) for start, _, note in notes]
        ends = [(end, Note(note, 0)) for _, end, note in notes]
        true = spans(sorted(begins + ends, key=lambda each: each[0]))
        guess = spans(played)
        at = np.maximum(guess[0] - ear.lag - box.lag, 0.0)
        scores.append(
            mir_eval.transcription.precision_recall_f1_overlap(
                *true, at, guess[1], offset_ratio=None
            )[2]
        )
    assert np.mean(right) >= 0.97, scores
    assert np.mean(scores) >= 0.9, scores
