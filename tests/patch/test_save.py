"""What hands hold is written into the texts of a patch, and nothing else of them changes."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from runtime.test_desk import BOXES, Painter

from engine.core.addresses import overlaps
from engine.core.commands import SetParameter
from engine.core.parameter import ON, read_parameters
from engine.patch.edit import Edit, changed_lines, edit_text, rewritten, toml_text, with_endings
from engine.patch.load import Texts
from engine.patch.save import SavedTexts, Turned, save_in_texts
from engine.runtime.opening import open_texts
from engine.testing import play

PATCH = """\
# A show, with care.
title = "Small"      # its name

[a]
use = "numbers"
values = [1.0, 2.0,  # two
          3.0]
step = "100 ms"

# The hand.
[b]
use   = "gate"    # lets pass
from  = "a"
above = 0.50      # how high
then  = [
    "smooth",     # the first
    { use = "smooth", smooth = 0.25 },
]
empty = { to = 0, after = "2 s" }
on_loss = "rest"

# What leaves.
[c]
use = "collector"
[c.send]
b = "b"
"""


def held(text: str, *hands: tuple[str, str, Any], rig: str | None = None, **more: Any) -> Any:
    """Play a text while hands turn it; return its plan and what is turned."""
    script = [(0.05, SetParameter(*hand)) for hand in hands]
    boxes = {**BOXES, "painter": Painter}
    played = play(text, script, boxes=boxes, **more)
    turned = []
    for name, state in played.engine.states.items():
        for hand in sorted(state.overrides):
            parameter = state.parameter(hand)
            assert parameter is not None
            whole = (
                state.value(state.parameters[parameter.name.partition(".")[0]])
                if parameter.key
                else None
            )
            cabled = any(overlaps(hand, cable) for cable in state.cabled)
            turned.append(Turned(name, parameter, state.value(parameter), whole, cabled))
    assert played.errors == []
    return played.engine.plan, turned


def saved(text: str, *hands: tuple[str, str, Any], now: str = "", **more: Any) -> SavedTexts:
    plan, turned = held(text, *hands, **more)
    return save_in_texts(plan, turned, Texts(None, now or text), {})


def lines(before: str, after: str) -> list[str]:
    """Return the lines of the new text that the old one has not."""
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


@pytest.mark.parametrize(
    ("hand", "line"),
    [
        (("b", "above", 0.75), "above = 0.75      # how high"),
        (("b", "above", 64 / 127), "above = 0.503937      # how high"),
        (("b", "on", False), "on = false"),
        (("b/smooth", "smooth", 0.9), '    { use = "smooth", smooth = 0.9 },     # the first'),
        (("b/smooth_2", "smooth", 0.5), '    { use = "smooth", smooth = 0.5 },'),
        (("b/smooth_2", "on", False), '    { use = "smooth", smooth = 0.25, on = false},'),
        (("b/empty", "to", 2), 'empty = { to = 2, after = "2 s" }'),
        (("b/empty", "after", 0.25), 'empty = { to = 0, after = "0.25 s" }'),
        (("b/on_loss", "to", 0.25), "on_loss = { to = 0.25 }"),
        (("b/on_loss", "fade", 0.25), 'on_loss = { to = "rest", fade = "250 ms" }'),
    ],
)
def test_one_line_changes_and_comments_stay(hand: tuple[str, str, Any], line: str) -> None:
    result = saved(PATCH, hand)
    assert result.left == ()
    assert lines(PATCH, result.texts.patch) == [line]
    assert len(result.texts.patch.splitlines()) - len(PATCH.splitlines()) in (0, 1)
    assert "# What leaves.\n[c]" in result.texts.patch
    assert "2.0,  # two" in result.texts.patch
    plan, turned = held(result.texts.patch)
    assert turned == []
    assert plan.boxes.keys() == held(PATCH)[0].boxes.keys()


def test_what_is_saved_is_what_played() -> None:
    hands = ("b", "above", 0.125), ("b", "on", False), ("b/smooth", "smooth", 1 / 3)
    result = saved(PATCH, *hands)
    plan = held(result.texts.patch)[0]
    assert plan.boxes["b"].initial["above"] == 0.125
    assert plan.boxes["b"].on is False
    assert plan.boxes["b/smooth"].initial["smooth"] == pytest.approx(1 / 3, rel=1e-6)
    assert result.names == ("b/above", "b/on", "b/smooth/smooth")


CORNERS = """\
[a]
use = "numbers"
values = [1.0]
[b]
use = "lookup"
from = "a"
points = [
  [0, 0.25],   # low
  [0.5, 0.5],
  [1, 1.0],    # high
]   # end
[c]
use = "collector"
[c.send]
b = "b"
"""


@pytest.mark.parametrize(
    ("points", "gone", "come"),
    [
        ([[0, 0.25], [0.5, 0.75], [1, 1]], ["  [0.5, 0.5],"], ["  [0.5, 0.75],"]),
        ([[0, 0], [0.5, 0.5], [1, 1]], ["  [0, 0.25],   # low"], ["  [0, 0.0],   # low"]),
        ([[0, 0.25], [0.5, 0.5], [1, 1], [2, 0]], [], ["  [2.0, 0.0],"]),
        ([[0, 0.25], [0.5, 0.5]], ["  [1, 1.0],    # high"], []),
    ],
)
def test_of_corners_only_the_lines_change_that_have_moved(
    points: list[list[float]], gone: list[str], come: list[str]
) -> None:
    result = saved(CORNERS, ("b", "points", points))
    assert result.left == ()
    assert lines(result.texts.patch, CORNERS) == gone
    assert lines(CORNERS, result.texts.patch) == come
    assert tomllib.loads(result.texts.patch)["b"]["points"] == points
    assert result.written[False, ("b", "points")] == points
    assert held(result.texts.patch)[1] == []


LOOKS = """\
[a]
use = "numbers"
values = [0, 1]
[p]
use = "painter"
from = "a"
{}
[c]
use = "collector"
[c.send]
p = "p"
"""


@pytest.mark.parametrize(
    ("written", "hands", "there"),
    [
        ("", [("look", "wave")], {"look": "wave"}),
        ('look="ink"', [("look", "wave")], {"look": "wave"}),
        ('look="ink"', [("look.wave", 0.5)], {"look": {"ink": 1.0, "wave": 0.5}}),
        ("look={ink=1}", [("look.wave", 0.5)], {"look": {"ink": 1, "wave": 0.5}}),
        ("look={ink=1}", [("look.ink", 0.25)], {"look": {"ink": 0.25}}),
        ("look={ink=1, wave=1}", [("look", {"starry": 1})], {"look": {"starry": 1}}),
        ("look={ink=1, wave=1}", [("look", "starry")], {"look": {"starry": 1}}),
        ("look.ink=1", [("look.wave", 0.5)], {"look": {"ink": 1, "wave": 0.5}}),
        ("[p.look]\nink=1", [("look.wave", 0.5)], {"look": {"ink": 1, "wave": 0.5}}),
        ("[p.look]\nink=1", [("look", "wave")], {"look": {"wave": 1}}),
        (
            "strength=1",
            [("strength", 0.25), ("look.wave", 0)],
            {"strength": 0.25, "look": {"ink": 1.0}},
        ),
    ],
)
def test_a_table_is_written_as_it_was(
    written: str, hands: list[tuple[str, Any]], there: dict[str, Any]
) -> None:
    text = LOOKS.format(written)
    result = saved(text, *[("p", *hand) for hand in hands])
    assert result.left == ()
    table = tomllib.loads(result.texts.patch)["p"]
    assert {key: table[key] for key in there} == there
    held(result.texts.patch)


def test_what_would_change_more_is_left_out_and_the_rest_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As where a library writes something else than it was told to."""
    import tomlkit

    wrong = tomlkit.value

    def value(text: str) -> Any:
        return wrong("7" if text == "0.75" else text)

    monkeypatch.setattr(tomlkit, "value", value)
    result = saved(PATCH, ("b", "above", 0.75), ("b/empty", "to", 1))
    assert [name for name, _ in result.left] == ["b/above"]
    assert "nothing else in the file" in result.left[0][1]
    assert (result.names, lines(PATCH, result.texts.patch)) == (
        ("b/empty/to",),
        ['empty = { to = 1, after = "2 s" }'],
    )


def test_what_cannot_be_written_is_said_and_the_rest_is_written() -> None:
    cabled = PATCH.replace("above = 0.50 ", 'above = { from = "a", to = [0, 1] } ')
    result = saved(
        cabled,
        ("b", "above", 0.75),
        ("b/empty", "to", 1),
        ("b/empty", "on", False),
    )
    assert dict(result.left)["b/above"].startswith("a cable writes it")
    assert "to = 1" in result.texts.patch
    said = saved(PATCH, ("b", "above", 0.75), sets=["b.above=0.3"])
    assert "was said by --set b.above=0.3" in dict(said.left)["b/above"]
    assert said.texts.patch == PATCH


ON_CABLE = {
    ("in", (-1.0, 2.0)): '{ from = "b", to = [0, 2], in = [-1.0, 2.0] }',
    ("to", (0.0, 3.0)): '{ from = "b", to = [0, 3] }',
    ("curve", "exp"): '{ from = "b", to = [0, 2], curve = "exp" }',
    ("on", False): "",
}


@pytest.mark.parametrize("hand", ON_CABLE, ids=str)
@pytest.mark.parametrize("where", ["port", "list", "rig"])
def test_a_box_on_a_cable_is_written_on_the_cable(hand: tuple[str, Any], where: str) -> None:
    """So is a range that the page has found, and a performer uses."""
    cable = '{ from = "b", to = [0, 2] }   # up'
    if where == "list":
        text = PATCH.replace('b = "b"', f'b = ["a", {cable.partition("   ")[0]}]')
    else:
        text = PATCH.replace('b = "b"', f"b = {cable}")
    rig = '[c]\nsend.b = { from = "b", to = [0, 2] }\n' if where == "rig" else None
    plan, _ = held(text)
    hidden = next(box for box in plan.boxes.values() if box.hidden)
    parameter = ON if hand[0] == "on" else read_parameters(hidden.cls)[hand[0]]
    texts = Texts(None, text, rig)
    turned = [Turned(hidden.name, parameter, hand[1])]
    if rig:
        assert save_in_texts(plan, turned, texts, {}).names == ()  # a rig that it does not know
    result = save_in_texts(replace(plan, texts=texts), turned, texts, {})
    if not ON_CABLE[hand]:
        assert "stands on a cable" in dict(result.left)[f"{hidden.name}/on"]
        return
    assert result.left == ()
    said = tomllib.loads(result.texts.rig if rig else result.texts.patch)["c"]["send"]["b"]
    there = tomllib.loads(f"b = {ON_CABLE[hand]}")["b"]
    assert said == (["a", there] if where == "list" else there)
    if rig:
        assert result.texts.patch == text
        return
    assert len(lines(text, result.texts.patch)) == 1


def test_a_throttle_is_written_by_its_word() -> None:
    cables = '{ from = "b", every = "20 ms" }', '{ from = "b", at_most = "20 ms" }'
    for cable in cables:
        text = PATCH.replace('b = "b"', f"b = {cable}")
        plan, _ = held(text)
        hidden = next(box for box in plan.boxes.values() if box.hidden)
        turned = Turned(hidden.name, read_parameters(hidden.cls)["time"], 0.05)
        result = save_in_texts(plan, [turned], Texts(None, text), {})
        assert lines(text, result.texts.patch) == [f"b = {cable.replace('20', '50')}"]
    all_of_them = PATCH.replace("[c.send]", 'every = "20 ms"\n[c.send]')
    plan, _ = held(all_of_them)
    hidden = next(box for box in plan.boxes.values() if box.hidden)
    turned = Turned(hidden.name, read_parameters(hidden.cls)["time"], 0.05)
    result = save_in_texts(plan, [turned], Texts(None, all_of_them), {})
    assert "by hand" in result.left[0][1]


def test_somebody_elses_value_is_not_overwritten() -> None:
    now = PATCH.replace("above = 0.50", "above = 0.60").replace('after = "2 s"', 'after = "3 s"')
    result = saved(PATCH, ("b", "above", 0.75), ("b/empty", "to", 1), now=now)
    assert "somebody else" in dict(result.left)["b/above"]
    assert 'empty = { to = 1, after = "3 s" }' in result.texts.patch
    assert "above = 0.60" in result.texts.patch
    other = PATCH.replace('use   = "gate"', 'use   = "trigger"')
    assert "is another box" in dict(saved(PATCH, ("b", "above", 0.7), now=other).left)["b/above"]
    with pytest.raises(ValueError, match="Invalid"):
        saved(PATCH, ("b", "above", 0.7), now=PATCH + "[")


def test_what_was_saved_before_is_ours() -> None:
    plan, turned = held(PATCH, ("b", "above", 0.75))
    first = save_in_texts(plan, turned, Texts(None, PATCH), {})
    again = held(PATCH, ("b", "above", 0.25))
    second = save_in_texts(plan, again[1], first.texts, first.written)
    assert second.left == ()
    assert "above = 0.25 " in second.texts.patch


RIGGED = """\
[cam]
use = "stand_in"
[b]
use = "gate"
from = "cam.joints.count"
above = 0.1
then = ["smooth"]
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/b" = "b"
"""


def test_what_a_rig_says_is_saved_in_the_rig(tmp_path: Path) -> None:
    rig = "# the hall\n[b]\nabove = 0.3   # here\n\n[other]\nx = 1\n"
    file = tmp_path / "show.toml"
    texts = Texts(file, RIGGED, rig)
    plan = open_texts(texts, live=False)
    gate = plan.boxes["b"].box
    above = read_parameters(type(gate))["above"]
    smooth = read_parameters(type(plan.boxes["b/smooth"].box))["smooth"]
    turned = [Turned("b", above, 0.75), Turned("b/smooth", smooth, 0.5)]
    result = save_in_texts(plan, turned, texts, {})
    assert result.left == ()
    assert result.texts.rig == rig.replace("0.3 ", "0.75 ")
    assert lines(RIGGED, result.texts.patch) == ['then = [{ use = "smooth", smooth = 0.5 }]']


@pytest.mark.parametrize(
    ("before", "path", "value", "after"),
    [
        ("[a]\nx = 1", ("a", "y"), 2, "[a]\nx = 1\ny = 2\n"),
        ("[a]\n", ("a", "y"), 2, "[a]\ny = 2\n"),
        ("[a]\n\n# b\n[b]\n", ("a", "y"), 2, "[a]\ny = 2\n\n# b\n[b]\n"),
        (
            "[a]\n  x = [\n 1,\n ] # e\n\n\n[b]\n",
            ("a", "y"),
            2,
            "[a]\n  x = [\n 1,\n ] # e\n  y = 2\n\n\n[b]\n",
        ),
        ("[a]\nx = 1\n[a.s]\nq = 1\n", ("a", "y"), "w", '[a]\nx = 1\ny = "w"\n[a.s]\nq = 1\n'),
        ("a = { x = 1 }\n", ("a", "x"), 2, "a = { x = 2 }\n"),
        ("a.x = 1\n", ("a", "x"), 2, "a.x = 2\n"),
        ("[a]\nx = 'it'  # c\n", ("a", "x"), 'é"\\', '[a]\nx = "é\\"\\\\"  # c\n'),
        ("[a]\nx = 1\n[b]\n[a.s]\nq = 1\n", ("a", "x"), 2, "[a]\nx = 2\n[b]\n[a.s]\nq = 1\n"),
        ("[a]\n'x y' = 1\n", ("a", "x y"), [1, 2.5], "[a]\n'x y' = [1, 2.5]\n"),
    ],
)
def test_only_what_is_wanted_changes(before: str, path: Any, value: Any, after: str) -> None:
    assert edit_text(before, [Edit(path, value)]) == after


def test_text_is_written_as_toml() -> None:
    value = {"a b": [1, True, "x\n\x1b"], "c": {"d": 0.5}}
    assert tomllib.loads(f"v = {toml_text(value)}")["v"] == value


@pytest.mark.parametrize(
    "original",
    ["a = 1\r\nb = 2\r\nc = 3\r\n", "a = 1\nb = 2\r\nc = 3", "a = 1\nb = 2\nc = 3\n"],
)
def test_line_ends_stay_what_they_were(original: str) -> None:
    before = original.replace("\r\n", "\n")
    after = before.replace("b = 2", "b = 7")
    assert with_endings(original, before, after).splitlines() == ["a = 1", "b = 7", "c = 3"]
    kept = with_endings(original, before, after).splitlines(keepends=True)
    assert kept[0] == original.splitlines(keepends=True)[0]
    assert kept[2] == original.splitlines(keepends=True)[2]


def test_a_file_keeps_its_mark_and_its_line_ends() -> None:
    assert rewritten(b"\xef\xbb\xbfa = 1\r\n", "a = 1\n", "a = 2\n") == b"\xef\xbb\xbfa = 2\r\n"
    assert rewritten(b"a = 1\n", "a = 1\n", "a = 2\n") == b"a = 2\n"
    assert rewritten(b"", "", "a = 2\n") == b"a = 2\n"


def test_an_empty_file_gets_lines() -> None:
    assert with_endings("", "", "[screen]\ntop_left = [0, 1]\n") == (
        "[screen]\ntop_left = [0, 1]\n"
    )


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (
            "[a]\nx = 1\n\n[b]\nkeep = true\n",
            "[a]\nx = 2\n\n[b]\nkeep = true\ny = 3\n",
            [(2, "[a]", ["x = 1"], ["x = 2"]), (6, "[b]", [], ["y = 3"])],
        ),
        ("[ a.b ] # c\nx = 1\n", "[ a.b ] # c\n", [(2, "[ a.b ] # c", ["x = 1"], [])]),
        ("x = [\n[1],\n[2]]\n", "x = [\n[1],\n[3]]\n", [(3, "", ["[2]]"], ["[3]]"])]),
        ("[a]\nx = 1\n", "[a]\nx = 1\n[b]\ny = 2\n", [(3, "", [], ["[b]", "y = 2"])]),
        ("", "[b]\ny = 2\n", [(1, "", [], ["[b]", "y = 2"])]),
    ],
)
def test_a_line_that_changes_is_told_with_its_table(
    before: str, after: str, changes: list[tuple[int, str, list[str], list[str]]]
) -> None:
    assert [*changed_lines(before, after)] == changes
