"""Speech by espeak-ng, which no one here wrote: what it says, and when; and bad questions."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from engine.audio.espeak import PROGRAM, EspeakVoice, check_language, find_espeak
from engine.core.clock import ns
from engine.core.commands import Panic, SetParameter
from engine.core.context import Context
from engine.core.errors import DeviceError, ParameterError
from engine.core.messages import After, Block, Mouth, Ns, Text, Trigger
from engine.core.parameter import read_parameters
from engine.core.source import Tape
from engine.language.words import LONGEST
from engine.nodes.say import Say
from engine.testing import play

pytestmark = pytest.mark.peer("espeak-ng", "espeak-ng")


class Asks(Tape):
    """Hand out what a test asks for, each at its second."""

    OUT = {"text": Text, "stop": Trigger}  # noqa: RUF012

    asked: tuple = ()

    def events(self) -> Iterator[tuple[Ns, str, object]]:
        for second, message in type(self).asked:
            yield ns(second), "stop" if isinstance(message, Trigger) else "text", message


PATCH = """
[ask]
use = "asks"
[say]
use = "say"
from = "ask.text"
stop = {{ from = "ask.stop" }}
when_busy = "{how}"
speed = {speed}
[c]
use = "collector"
[c.send]
sound = "say.sound"
mouth = "say.mouth"
word = "say.word"
on = "say.on"
done = "say.done"
"""


class Spoken:
    """What ``say`` said of some texts, each asked at its second."""

    def __init__(self, *asked, how="newest", speed=250, script=()):
        asks = type("AsksThese", (Asks,), {"asked": asked})
        patch = PATCH.format(how=how, speed=speed)
        self.played = play(patch, script, boxes={"asks": asks}, seconds=60.0)
        self.all = self.played.box("c").messages
        assert self.played.errors == []

    def of(self, port) -> list[tuple[float, object]]:
        return [(at / 1e9, message) for at, name, message in self.all if name == port]

    @property
    def words(self) -> list[str]:
        return [word for _, word in self.of("word")]

    @property
    def blocks(self) -> list[Block]:
        return [block for _, block in self.of("sound")]


def test_a_text_is_said_with_words_and_mouths_in_time_and_its_end_once():
    spoken = Spoken((0.5, Text("Mama, come home.")), speed=165)
    assert spoken.words == ["Mama", "come", "home"]
    assert [on for _, on in spoken.of("on")] == [True, False]
    assert len(spoken.of("done")) == 1
    whole = sum(len(block.samples) / block.rate for block in spoken.blocks)
    assert spoken.of("done")[0][0] == pytest.approx(0.51 + whole, abs=0.01)
    for before, after in itertools.pairwise(spoken.blocks):
        assert after.start == before.start + len(before.samples), "there is no gap"
    mouths = [mouth for _, mouth in spoken.of("mouth")]
    assert mouths[0].viseme == "pp"
    assert mouths[-1] == Mouth(0.0, 0.5, "rest")
    assert {"pp", "aa", "kk"} <= {mouth.viseme for mouth in mouths}
    # An open mouth is louder than lips that are closed, where it is told to be.
    sound = np.concatenate([block.samples for block in spoken.blocks])
    levels: dict[str, list[float]] = {"pp": [], "aa": []}
    for (at, mouth), (end, _) in itertools.pairwise(spoken.of("mouth")):
        first, last = (round((each - 0.51) * 22_050) for each in (at, end))
        if mouth.viseme in levels and last > first:
            levels[mouth.viseme].append(float(np.abs(sound[first:last]).mean()))
    assert np.mean(levels["aa"]) > 1.5 * np.mean(levels["pp"])


def test_each_word_is_told_as_its_stop_opens():
    errors = []
    for text in (
        "Tom can call Penny",
        "bears come to Paul",
        "ten men came by",
        "Bill can tell Pam",
    ):
        sound, rate, words, _ = EspeakVoice(find_espeak(), "en-us", 165, 50).speak(text)
        quiet = np.abs(sound) <= 1e-3
        turns = np.flatnonzero(np.diff(np.concatenate([[0], quiet.astype(np.int8), [0]])))
        closures = turns[1::2][turns[1::2] - turns[::2] > 0.02 * rate] / rate
        stops = [word for word in words[1:] if word.ipa.lstrip("ˈˌ")[0] in "ptkb"]
        errors += [float(np.abs(closures - word.begin).min()) for word in stops]
    largest, half = 1000 * max(errors), 1000 * float(np.median(errors))
    print(f"words begin within {largest:.0f} ms, half of them within {half:.1f}")
    assert len(errors) >= 8
    assert max(errors) < 0.02


def test_fifty_things_at_once_the_newest_is_said():
    asked = [
        (0.001 * number, Text(f"number {49 if number == 49 else number % 3}"))
        for number in range(50)
    ]
    spoken = Spoken(*asked)
    assert spoken.words[-2:] == ["number", "49"]
    assert len(spoken.of("done")) == 1
    assert [on for _, on in spoken.of("on")][-1] is False


def test_or_all_in_turn():
    asked = [(0.001 * number, Text(f"{'abcde'[number % 5]} {number % 5}")) for number in range(50)]
    spoken = Spoken(*asked, how="queue", speed=450)
    assert spoken.words == [word for _, text in asked for word in text.text.split()]
    assert len(spoken.of("done")) == 50
    times = [at for at, _ in spoken.of("done")]
    assert times == sorted(times)
    assert [on for _, on in spoken.of("on")] == [True, False] * 50


LONG = "One two three four five six seven eight nine ten eleven twelve"


@pytest.mark.parametrize("how", ["newest", "queue"])
def test_it_is_called_off_in_mid_sentence(how):
    spoken = Spoken((0.0, Text(LONG)), (1.2, Trigger()), (4.0, Text("again")), how=how)
    assert 3 <= len(spoken.words) < 10
    assert spoken.words[-1] == "again"
    assert not [at for at, _ in spoken.of("sound") if 1.2 < at < 4.0]
    assert [(at, on) for at, on in spoken.of("on") if at < 4.0][-1] == (1.2, False)
    assert len(spoken.of("done")) == 1, "what was called off was not said whole"
    before, cut = [block for at, block in spoken.of("sound") if at <= 1.2][-2:]
    assert cut.start != before.start + len(before.samples), "it takes the place of what waits"
    assert not cut.samples.any()


def test_an_interim_text_and_an_empty_one_leave_what_is_spoken():
    half = Text("One two three", final=False)
    spoken = Spoken((0.0, Text("One two three")), (0.3, half), (0.4, Text(" ... ")))
    assert spoken.words == ["One", "two", "three"]
    assert len(spoken.of("done")) == 1


def test_a_panic_ends_it_and_that_is_told():
    spoken = Spoken((0.0, Text(LONG)), (4.0, Text("again")), script=[(1.0, Panic())])
    assert not [at for at, _ in spoken.of("sound") if 1.0 < at < 4.0]
    assert [(at, on) for at, on in spoken.of("on") if at < 4.0] == [(0.0, True), (1.0, False)]


def test_voice_and_speed_are_another_sound():
    script = [(second, SetParameter("say", "language", name)) for second, name in ((2, "de"),)]
    spoken = Spoken((0.0, Text("Wasser")), (4.0, Text("Wasser")), script=script)
    early, late = (
        [block for at, block in spoken.of("sound") if (at > 3) is second]
        for second in (False, True)
    )
    assert sum(len(each.samples) for each in early) != sum(len(each.samples) for each in late)


@pytest.fixture
def say():
    box = Say()
    box.open(Context())
    return box


def said(box, text):
    return [*box.process(text)]


ODD = {
    "nothing": "",
    "blanks": " \t\n ",
    "marks": "...?!",
    "interim": Text("not yet", final=False),
    "emoji alone": "🎭🎭",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_is_no_text_is_not_said(say, text):
    assert said(say, text) == []


STRANGE = {
    "control characters": "a\x00b\x1b[2Jc\x07",
    "right to left": "שלום",
    "an option": "--version -w /tmp/x",
    "markup": '<speak><audio src="/etc/passwd"/>a & b</speak>',
    "phonemes": "[[D,Is]] and ]]",
    "a surrogate": "a\ud800b",
    "one word of 3000 letters": "a" * 3000,
    "a number": "3.14159e-5",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_text_is_said_as_text(say, text):
    spoken = said(say, text)
    assert any(each.message.sound is not None for each in spoken if isinstance(each, After))
    assert spoken[-1].message.done is not None


def test_what_looks_like_phonemes_is_spelled_and_markup_is_not_followed(tmp_path):
    voice = EspeakVoice(find_espeak(), "en-us", 165, 50)
    assert voice.speak("[[D,Is]]").words != voice.speak("this").words
    file = tmp_path / "x.wav"
    voice.speak(f"-w {file}")
    assert not file.exists()


def test_of_10000_characters_all_is_said_phrase_by_phrase(say):
    words = "calm sea and moon. " * (LONGEST // 19 + 50)
    begun = say.process(words)
    first = next(each for each in begun if each.message.sound is not None)
    assert len(first.message.sound.samples) < 22_050, "it does not wait for the end"
    begun.close()


@pytest.mark.parametrize("value", ["", "en us", "-w", "../x", "en-us+", "é" * 3, "a" * 99])
def test_what_is_no_language_is_refused(value):
    with pytest.raises(ParameterError, match="expected a language such as"):
        read_parameters(Say)["language"].from_patch(value)
    assert check_language("en-gb-x-rp") == check_language("en-us+f3") == ""


@pytest.mark.parametrize("key", ["speed", "pitch", "behind"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300, -1e300])
def test_numbers_that_are_none_are_refused(key, value):
    with pytest.raises(ParameterError):
        read_parameters(Say)[key].from_patch(value)


def test_a_language_that_there_is_not_is_named():
    box = Say(language="qqx")
    box.open(Context())
    with pytest.raises(DeviceError, match=r'no voice "qqx"; espeak-ng --voices lists them'):
        said(box, "a")


def test_without_espeak_the_line_that_installs_it_is_told(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="sudo apt install espeak-ng"):
        Say().open(Context())
    (finding,) = Say().examine()
    assert (finding.state, finding.mend) == ("missing", "sudo apt install espeak-ng")
    with pytest.raises(DeviceError, match="this system brings no voice"):
        Say(voice="system").open(Context())


@pytest.mark.parametrize(
    "answers", ["exit 3", "echo oh >&2; exit 1", "echo RIFFxxxx", "head -c 200 /dev/urandom"]
)
def test_a_program_that_is_broken_is_told_in_words(monkeypatch, tmp_path, answers):
    program = tmp_path / PROGRAM
    program.write_text(f"#!/bin/sh\n{answers}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    box = Say()
    box.open(Context())
    with pytest.raises(DeviceError, match=r"espeak-ng does not speak|gave no sound"):
        said(box, f"hello {answers}")
