"""The voice Kokoro is put together of packages that are not here, and told where they are not."""

from __future__ import annotations

import pytest

from engine.commands.build import MissingExtra, build_model
from engine.core.context import Context
from engine.core.errors import ModelError
from engine.inference.kokoro import CHARACTERS
from engine.nodes.say import Say
from engine.training.kokoro import PACKAGE, PARTS, build_kokoro


@pytest.fixture(autouse=True)
def _state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """Lay out packages of these names that hold something else."""
    for name in (PACKAGE, *PARTS):
        (tmp_path / name / "data").mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        (tmp_path / name / "part.bin").write_bytes(b"part")
        for file in ("voices_ja.npz", "vocab.json"):
            (tmp_path / name / "data" / file).write_bytes(b"{}")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_without_the_extra_the_line_that_installs_it_is_told():
    with pytest.raises(MissingExtra, match="uv run --extra kokoro sensorium models build kokoro"):
        build_model("build", "kokoro")


def test_packages_that_hold_something_else_are_refused(packages):
    with pytest.raises(ModelError, match=r"model\.onnx is not that of version"):
        build_kokoro()


@pytest.mark.peer("espeak-ng", "espeak-ng")
def test_before_it_is_built_the_box_says_how():
    with pytest.raises(ModelError, match="sensorium models build kokoro"):
        Say(voice="kokoro").open(Context())
    (finding,) = Say(voice="kokoro").examine()
    assert (finding.state, "--extra kokoro" in finding.mend) == ("missing", True)


def test_each_voice_can_be_chosen():
    assert {Say(character=name).character for name in CHARACTERS} == {*CHARACTERS}
