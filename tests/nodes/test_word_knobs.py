"""The patch of words that turn knobs, played with a tape for a keyboard."""

from __future__ import annotations

from engine.core.files import installed_folder
from engine.core.messages import Text
from engine.testing import play
from tests.nodes.texts import saying

LINES = (
    Text("the sea", final=False),
    Text("the sea is calm tonight"),
    "flames and smoke, I hate it",
    "qzxv",
    "we are home again with the whole family",
)


def test_what_is_typed_turns_the_knobs() -> None:
    patch = (installed_folder("patches") / "word_knobs.toml").read_text("utf-8")
    played = play(patch, boxes={"typed": saying(*LINES)}, seconds=12)
    assert played.errors == []

    def left(address: str) -> list[object]:
        return [each.args[0] for each in played.sent("out", address)]

    assert left("/nearest") == ["water", "water", "fire", "home"]
    assert max(map(float, left("/knob/water"))) > 0.4  # type: ignore[arg-type]
    assert max(map(float, left("/knob/fire"))) > 0.7  # type: ignore[arg-type]
    assert max(map(float, left("/knob/home"))) > 0.7  # type: ignore[arg-type]
    assert left("/known") == [1, 1, 1, 0, 1]
    assert min(map(float, left("/mood"))) < -0.4  # type: ignore[arg-type]
    assert len(left("/echo")) == 3 * 3  # of three lines that are final and known
    assert left("/rhyme") == [], "no line rhymes with the one before"
    assert left("/knob/water")[-1] < 0.2  # type: ignore[operator]
