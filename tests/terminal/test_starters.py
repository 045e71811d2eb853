"""``sensorium new``: a copy of a patch to change, and what is said where there can be none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.cli import app
from engine.core.errors import PatchError
from engine.patch.find import find_patch, shipped_patches
from engine.runtime.opening import check_patch
from engine.terminal.recipes import Recipe, read_recipes
from engine.terminal.starters import Starter, copy_starter, find_starter

ANY = find_starter("first_light")


def new(*words: str) -> Result:
    return CliRunner().invoke(app, ["new", *words])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("starter", shipped_patches(), ids=lambda file: file.stem)
def test_a_copy_says_and_plays_the_same_under_its_own_name(folder: Path, starter: Path) -> None:
    made = copy_starter(find_starter(starter.stem), "my show.toml")
    text = made.read_text(encoding="utf-8")
    assert tomllib.loads(text) == tomllib.loads(starter.read_text(encoding="utf-8"))
    assert 'sensorium play "my show.toml"' in text
    assert "patches/" not in text
    assert "#:schema" not in text
    assert list(check_patch(made).boxes) == list(check_patch(starter).boxes)


def test_without_a_name_those_that_there_are_are_listed(folder: Path) -> None:
    listed = new().output
    assert all(file.stem in listed for file in shipped_patches())
    assert all(recipe.name in listed for recipe in read_recipes())
    assert "sing, and a synth plays what you sing." in listed
    assert list(folder.iterdir()) == []


def test_the_ending_may_be_left_out_here_and_afterwards(folder: Path) -> None:
    assert "sensorium play mine.toml" in new("mine").output
    assert find_patch("mine") == Path("mine.toml")
    assert new("yours.toml", "--from", "mine").exit_code == 0
    assert (folder / "yours.toml").read_text() == (folder / "mine.toml").read_text()


@pytest.mark.parametrize("recipe", read_recipes(), ids=lambda each: each.name)
def test_a_recipe_is_copied_with_its_words(folder: Path, recipe: Recipe) -> None:
    text = copy_starter(find_starter(recipe.title), "mine").read_text(encoding="utf-8")
    words = " ".join(line.removeprefix("# ") for line in text.splitlines() if line[:2] == "# ")
    assert words == f"{recipe.words} Play it: sensorium play mine.toml"
    assert text.endswith(recipe.patch)


@pytest.mark.parametrize("name", ["Flash on the kick", "flash-on-the-kick", "FLASH ON THE KICK"])
def test_a_recipe_is_found_by_its_title_or_name(name: str) -> None:
    assert find_starter(name).name == "flash-on-the-kick"


def test_a_patch_of_ones_own_goes_before_a_recipe(folder: Path) -> None:
    (folder / "canon.toml").write_text("title = 'mine'\n")
    assert find_starter("canon") == Starter("canon", "title = 'mine'\n", "patches/canon.toml")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("theramin", r'there is no such patch or recipe\. Did you mean "theremin"\?'),
        ("canons", r'there is no such patch or recipe\. Did you mean "canon"\?'),
        ("voice_to_mini", r'there is no such patch\. Did you mean "voice_to_midi"\?'),
        ("nothing like it", r"there is no such patch\.$"),
    ],
)
def test_what_is_neither_is_told_with_the_nearest(name: str, said: str) -> None:
    with pytest.raises(PatchError, match=said):
        find_starter(name)


def test_what_is_there_stays(folder: Path) -> None:
    (folder / "mine.toml").write_text("title = 'a night of work'\n")
    with pytest.raises(PatchError, match=r"mine\.toml: is there already, and stays as it is"):
        copy_starter(ANY, "mine")
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
        copy_starter(ANY, name)
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
    made = copy_starter(ANY, "mine")
    assert check_patch(made).warnings == ()
    (folder / there).write_text("[camera]\ndevice = 1\n")
    (warning,) = check_patch(made).warnings
    assert str(warning) == f"{there}: is not read: your editor added the ending; name it rig.toml"
