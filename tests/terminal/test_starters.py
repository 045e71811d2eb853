"""``sensorium new``: a copy of a patch to change, and what is said where there can be none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli import app
from engine.core.errors import PatchError
from engine.runtime.opening import check_patch, find_patch, shipped_patches
from engine.terminal.starters import copy_starter


def new(*words: str) -> Result:
    return CliRunner().invoke(app, ["new", *words])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("starter", shipped_patches(), ids=lambda file: file.stem)
def test_a_copy_says_and_plays_the_same_under_its_own_name(folder: Path, starter: Path) -> None:
    made = copy_starter(starter, "my show.toml")
    text = made.read_text(encoding="utf-8")
    assert tomllib.loads(text) == tomllib.loads(starter.read_text(encoding="utf-8"))
    assert 'sensorium play "my show.toml"' in text
    assert "patches/" not in text
    assert "#:schema" not in text
    assert list(check_patch(made).boxes) == list(check_patch(starter).boxes)


def test_without_a_name_those_that_there_are_are_listed(folder: Path) -> None:
    listed = new().output
    assert all(file.stem in listed for file in shipped_patches())
    assert "sing, and a synth plays what you sing." in listed
    assert list(folder.iterdir()) == []


def test_the_ending_may_be_left_out_here_and_afterwards(folder: Path) -> None:
    assert "sensorium play mine.toml" in new("mine").output
    assert find_patch("mine") == Path("mine.toml")
    assert new("yours.toml", "--from", "mine").exit_code == 0
    assert (folder / "yours.toml").read_text() == (folder / "mine.toml").read_text()


def test_what_is_there_stays(folder: Path) -> None:
    (folder / "mine.toml").write_text("title = 'a night of work'\n")
    with pytest.raises(PatchError, match=r"mine\.toml: is there already, and stays as it is"):
        copy_starter(shipped_patches()[0], "mine")
    assert (folder / "mine.toml").read_text() == "title = 'a night of work'\n"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("mine.txt", r"the name of a patch ends in \.toml: mine\.toml$"),
        ("mine.toml.txt", r"the name of a patch ends in \.toml: mine\.toml$"),
        ("my.show", r"the name of a patch ends in \.toml: my\.toml$"),
        ("rig.toml", "is laid over the patches beside it: give another name"),
        ("sets/mine.toml", "there is no folder sets"),
        ("", "is no name that a file can have"),
        ("..", "is no name that a file can have"),
        ("a\0b", "is no name that a file can have"),
        ("n" * 300, "cannot be written: its name is too long"),
    ],
)
def test_a_name_that_no_patch_can_have_is_told(folder: Path, name: str, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        copy_starter(shipped_patches()[0], name)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("there", ["mine.toml.txt", "mine.txt", "mine.toml.rtf", "mine.rtf"])
@pytest.mark.parametrize("typed", ["mine.toml", "mine"])
def test_an_ending_that_an_editor_added_is_told(folder: Path, there: str, typed: str) -> None:
    (folder / there).write_text("")
    with pytest.raises(PatchError, match=rf'but "{there}": your editor added .* it mine\.toml$'):
        find_patch(typed)


def test_a_patch_beside_it_is_suggested(folder: Path) -> None:
    (folder / "opening.toml").write_text("")
    with pytest.raises(PatchError, match='Did you mean "opening"'):
        find_patch("openning.toml")


@pytest.mark.parametrize("there", ["rig.toml.txt", "rig.toml.rtf"])
def test_a_rig_that_is_not_read_for_its_ending_is_told(folder: Path, there: str) -> None:
    made = copy_starter(shipped_patches()[0], "mine")
    assert check_patch(made).warnings == ()
    (folder / there).write_text("[camera]\ndevice = 1\n")
    (warning,) = check_patch(made).warnings
    assert str(warning) == f"{there}: is not read: your editor added the ending; name it rig.toml"
