"""The box speech, with networks that write down one sentence: phrases, words, keywords, faults."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.core.errors import ModelError, ParameterError
from engine.core.kinds import named_part
from engine.core.messages import Block, Keyword
from engine.core.parameter import read_parameters
from engine.models.speech import HeardSpeech, SpeechModel
from tests.models.dictating import build
from tests.models.test_voice_activity import NOTHING, blocks, quiet, spoken

RATE = 16000
PHRASE = np.concatenate([quiet(0.5), spoken(), quiet(1.0)])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build(tmp_path_factory.mktemp("speech"))


def ear(model: str, **parameters: object) -> SpeechModel:
    box = SpeechModel(model=model, **parameters)
    box.open()
    return box


def listen(
    box: SpeechModel, samples: np.ndarray, rate: int = RATE, size: int = 512
) -> list[tuple[float, HeardSpeech]]:
    """Return all that is told, with the second at which it was."""
    return [
        ((block.start + len(block.samples)) / rate, said)
        for block in blocks(samples, rate, size)
        for said in box.process(block)
    ]


def texts(told: list[tuple[float, HeardSpeech]]) -> list[str]:
    return [said.text.text for _, said in told if said.text is not None]


def test_a_phrase_is_told_once_it_has_ended_and_so_far_before(model):
    told = listen(ear(model, every=0.3), PHRASE)
    assert texts(told) == ["the sea is calm tonight"]
    assert [said.on for _, said in told if said.on is not None] == [False, True, False]
    interim = [said.interim for _, said in told if said.interim is not None]
    assert [one.text for one in interim] == ["the sea is calm tonight", ""]
    assert not any(one.final for one in interim)
    final = next(said.text for _, said in told if said.text)
    assert (final.final, final.language) == (True, "en")
    (ended,) = [second for second, said in told if said.text]
    assert 1.5 < ended < 1.5 + 0.4 + 0.2


def test_without_interim_texts_it_says_none(model):
    told = listen(ear(model, every=0.0), PHRASE)
    assert not any(said.interim for _, said in told)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_any_rate_and_any_size_of_blocks_will_do(model, rate):
    sound = np.concatenate([quiet(0.5, rate), spoken(0, rate), quiet(1.0, rate)])
    assert texts(listen(ear(model), sound, rate, 333)) == ["the sea is calm tonight"]
    assert texts(listen(ear(model), sound, rate, 2048)) == ["the sea is calm tonight"]


def test_each_word_is_told_with_the_moment_at_which_it_was_spoken(model):
    told = listen(ear(model), PHRASE)
    words = [(second, said.word) for second, said in told if said.word]
    assert [word.text for _, word in words] == ["the", "sea", "is", "calm", "tonight"]
    # The phrase begins 0.3 s before the voice; the network heard "the" after 0.3 s, and then one
    # word every tenth of a second.
    began = [second - word.ago for second, word in words]
    assert began == pytest.approx([0.5 + 0.1 * number for number in range(5)], abs=0.05)
    assert [word.length for _, word in words[:-1]] == pytest.approx([0.1] * 4, abs=0.03)
    assert all(0.9 < word.confidence <= 1 for _, word in words)


def test_words_to_watch_for_are_told_once_a_phrase(model):
    twice = np.concatenate([PHRASE, PHRASE])
    told = listen(ear(model, words=["sea", "fire", "is calm"], every=0.3), twice)
    found = [said.keyword for _, said in told if said.keyword]
    assert [one.word for one in found] == ["sea", "", "is calm", ""] * 2
    assert [(one.sea, one.fire, one.is_calm) for one in found[:3]] == [
        (True, False, False),
        (False, False, False),
        (False, False, True),
    ]
    assert named_part(Keyword, "sea") is bool
    first = next(second for second, said in told if said.keyword)
    assert first < next(second for second, said in told if said.text), "while it was being said"
    with pytest.raises(AttributeError, match='"see" is none of the words'):
        _ = found[0].see


def test_what_is_hinted_changes_nothing_where_it_is_not_heard(model):
    told = listen(ear(model, hint="calm 🌊 " * 2000, words=["is"]), PHRASE)
    assert texts(told) == ["the sea is calm tonight"]


def test_a_keyword_at_the_end_waits_for_the_phrase_to_end(model):
    told = listen(ear(model, words=["tonight"], every=0.3), PHRASE)
    moments = [second for second, said in told if said.keyword and said.keyword.word]
    assert moments == [second for second, said in told if said.text]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ([""], '"" is no word'),
        (["🌊"], "is no word"),
        (["sea", "Sea"], "are the same"),
        (["word"], "has another meaning"),
        (["x"] * 1001, "too many"),
    ],
)
def test_words_that_cannot_be_watched_for_are_refused(words, fault):
    with pytest.raises(ParameterError, match=fault):
        read_parameters(SpeechModel)["words"].from_patch(words)


@pytest.mark.parametrize("name", NOTHING)
def test_what_is_no_voice_writes_nothing(model, name):
    told = listen(ear(model), NOTHING[name])
    assert texts(told) == []


def test_what_it_is_not_sure_of_it_leaves_out(tmp_path):
    unsure = build(tmp_path, sharpness=0.3)
    told = listen(ear(unsure, every=0.3, words=["sea"]), PHRASE)
    assert [said for _, said in told if said.text or said.word or said.keyword] == []
    assert not any(said.interim and said.interim.text for _, said in told)
    assert texts(listen(ear(unsure, confidence=0.01), PHRASE)) == ["the sea is calm tonight"]


def test_a_network_that_goes_round_is_stopped_and_what_has_no_sound_left_out(tmp_path):
    round_and_round = build(tmp_path, "row your boat", loops=True)
    assert texts(listen(ear(round_and_round), PHRASE)) == ["row your boat"]


def test_a_long_phrase_is_cut_and_nothing_of_it_is_lost(model):
    long = np.concatenate([quiet(0.5), *[spoken(number % 2) for number in range(6)], quiet(1.0)])
    box = ear(model, longest=2.0, every=0.0)
    told = listen(box, long)
    assert 3 <= len(texts(told)) <= 6


def test_the_longest_phrase_fits_into_what_the_network_hears_at_once(model):
    long = np.concatenate([*[spoken(number % 2) for number in range(27)], quiet(1.0)])
    told = listen(ear(model, longest=25.0, every=0.0), long, size=2048)
    assert texts(told) == ["the sea is calm tonight"] * 2


def test_after_a_gap_what_was_said_until_then_is_told(model):
    box = ear(model, every=0.0)
    listen(box, PHRASE[: round(1.4 * RATE)])
    late = Block(np.zeros(2048, np.float32), RATE, 10 * RATE)
    told = [(10.0, said) for said in box.process(late)]
    assert texts(told) == ["the sea is calm tonight"]
    later = [
        said
        for block in blocks(PHRASE, RATE)
        for said in box.process(Block(block.samples, RATE, 10 * RATE + 2048 + block.start))
    ]
    assert texts([(0.0, said) for said in later]) == ["the sea is calm tonight"]


def test_after_a_reset_nothing_is_told_of_what_was_said(model):
    box = ear(model, every=0.0)
    listen(box, PHRASE[: round(1.4 * RATE)])
    box.reset()
    assert texts(listen(box, quiet(2.0))) == []


def test_two_and_the_same_sound_say_the_same(model):
    one, other = (listen(ear(model, every=0.3), PHRASE) for _ in range(2))
    assert one == other


def broken(model: str, folder: Path, name: str, data: bytes | None) -> str:
    """Copy a model with one file of it changed, the card agreeing; None leaves it away."""
    import hashlib
    import shutil

    copy = Path(shutil.copytree(model, folder / "copy"))
    before = hashlib.sha256((copy / name).read_bytes()).hexdigest()
    if data is None:
        (copy / name).unlink()
        return str(copy)
    (copy / name).write_bytes(data)
    card = (copy / "card.toml").read_text()
    (copy / "card.toml").write_text(card.replace(before, hashlib.sha256(data).hexdigest()))
    return str(copy)


@pytest.mark.parametrize(
    ("name", "data", "fault"),
    [
        ("decoder.onnx", None, "decoder.onnx is not there"),
        ("vocabulary.json", None, "vocabulary.json is not there"),
        ("vocabulary.json", b"", "it is no vocabulary"),
        ("vocabulary.json", b"[]", "it is no vocabulary"),
        ("vocabulary.json", b'{"tokens": []}', "it has no 'ends'"),
        (
            "vocabulary.json",
            json.dumps(
                {
                    "tokens": ["a"],
                    "ends": 1,
                    "begins": [2],
                    "before": 2,
                    "nobody": 9999,
                    "never": [1],
                    "never_first": [1],
                }
            ).encode(),
            "has 10000 tokens, the network",
        ),
        ("encoder.onnx", b"half", "is no ONNX file, or a damaged one"),
    ],
)
def test_a_build_that_is_broken_is_told(model, tmp_path, name, data, fault):
    with pytest.raises(ModelError, match=fault):
        ear(broken(model, tmp_path, name, data))


def test_half_a_file_is_told(model, tmp_path):
    import shutil

    copy = Path(shutil.copytree(model, tmp_path / "copy"))
    file = copy / "decoder.onnx"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(ModelError, match="is not the file its card describes"):
        ear(str(copy))


def test_a_network_for_something_else_is_refused():
    with pytest.raises(ModelError, match="is for pose, not for speech"):
        ear("movenet_lightning")
