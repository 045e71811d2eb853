"""The shipped patch that turns knobs, on the stand-in's true joints."""

from engine.core.files import installed_folder
from engine.testing import play
from tests.golden.traces import on_true_joints


def test_hands_on_knobs_moves_all_six_and_ends_every_note():
    text = (installed_folder("patches") / "hands_on_knobs.toml").read_text("utf-8")
    played = play(on_true_joints(text).replace("fps = 3", "fps = 15"), seconds=12.0)
    sent = [each.what["midi"] for each in played.sent("live")]
    assert played.errors == []
    values = {number: {m[2] for m in sent if m[:2] == [0xB0, number]} for number in range(20, 26)}
    assert all(len(each) > 10 for each in values.values()), values
    struck = [m for m in sent if m[0] == 0x99]
    assert struck
    assert len(struck) == len([m for m in sent if m[0] == 0x89])
