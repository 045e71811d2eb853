"""docs/recipes.md: each recipe is good, plays, and keeps what its title promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.core.describe import describe_box
from engine.registry import Registry
from engine.runtime.opening import check_patch
from engine.terminal.recipes import Recipe
from engine.testing import play
from tests.conftest import need
from tests.docs.promises import (
    PROMISES,
    write_chords,
    write_drum,
    write_groove,
    write_likeness,
    write_voice_and_claps,
    write_words,
)
from tests.docs.recipe_book import CONTENTS, DRAWER, HEADINGS, LINES, RECIPES, TEXT

SMALL_BOXES = {
    *("envelope", "lfo", "line", "counter", "step", "toggle", "logic", "math", "slew"),
    *("normalise", "random", "noise", "sample_hold", "merge", "quantise", "hue_to_rgb", "lookup"),
    *("angle", "speed", "distance", "group", "body_gestures", "hand_gestures"),
    *("zone", "nobody", "crossed", "visitors", "floor"),
}
LONGEST = 300
"""Characters in which a wish is told; a recipe is no manual."""

each_recipe = pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda each: each.title)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recipes")
    write_drum(folder)
    write_chords(folder)
    write_groove(folder)
    write_voice_and_claps(folder)
    write_words(folder)
    write_likeness(folder)
    return folder


def written(recipe: Recipe, folder: Path) -> Path:
    file = folder / f"{recipe.name}.toml"
    file.write_text(recipe.patch, encoding="utf-8")
    return file


@each_recipe
def test_it_is_a_good_patch_of_its_name_without_a_warning(recipe: Recipe, folder: Path) -> None:
    plan = check_patch(written(recipe, folder))
    assert plan.title == recipe.title
    assert plan.warnings == ()


@each_recipe
def test_what_it_promises_leaves(recipe: Recipe, folder: Path) -> None:
    if '"say"' in recipe.patch:
        need("espeak-ng", "espeak-ng")
    promise = PROMISES[recipe.title]
    file = written(recipe, folder)
    sets = [re.sub(r"=(\w+\.(?:wav|png|corpus))$", rf"={folder}/\1", text) for text in promise.sets]
    played = play(file, promise.script, seconds=promise.seconds, sets=sets)
    assert played.errors == []
    promise.check(played)


@each_recipe
def test_it_is_told_in_a_sentence_or_two(recipe: Recipe) -> None:
    assert 0 < len(recipe.words) <= LONGEST


def test_every_section_is_one_recipe_and_in_the_contents() -> None:
    names = [recipe.name for recipe in RECIPES.values()]
    assert [*RECIPES, DRAWER] == HEADINGS
    assert TEXT.count("```toml") == len(RECIPES)
    assert list(CONTENTS.values()) == [*names, "the-drawer-of-small-boxes"]
    assert {*CONTENTS} >= {*RECIPES}


def test_nothing_is_promised_of_a_recipe_that_is_not_there() -> None:
    assert {*PROMISES} == {*RECIPES}


def test_every_small_box_has_its_line_and_a_recipe_that_uses_it() -> None:
    registry = Registry()
    assert all(describe_box(name, registry.find(name)) for name in LINES)
    assert {*LINES} >= SMALL_BOXES
    everything = "\n".join(recipe.patch for recipe in RECIPES.values())
    used = {line.split('"')[1] for line in everything.splitlines() if line.startswith("use ")}
    assert {*LINES} - used == set()
