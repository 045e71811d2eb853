"""Where boxes play: what a patch may say of machines, and the part that is cut out for each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import PatchError
from engine.patch.compile import compile_patch
from engine.patch.load import Texts, load_texts, parse
from engine.patch.parts import ALL, Crossings, compile_part, cut, project
from engine.patch.placement import placement
from engine.patch.plan import Into, Plan
from engine.registry import Registry
from engine.testing import play

FIND = Registry().find
DANCER = """
[dancer]
use = "stand_in"
sings = false
machine = "left"
"""
REACH = """
[reach]
use = "joint"
from = "dancer.joints"
joint = "right_wrist"
axis = "height"
machine = "left"
"""
OUT = """
[out]
use = "collector"
send = { reach = "reach" }
"""


def whole(text: str) -> Plan:
    return compile_patch(parse(text), FIND)


def part(text: str, machine: str, here: frozenset[str] = frozenset()) -> Plan:
    document = parse(text)
    found = cut(Crossings(compile_patch(document, FIND), here), document, machine)
    return compile_part(found, replace(document, tables=found.tables), FIND)


def cables(plan: Plan) -> list[str]:
    return [f"{wire.source} -> {wire.box} {wire.name}" for wire in plan.wires]


def problems(text: str) -> list[str]:
    with pytest.raises(PatchError) as caught:
        whole(text)
    return [problem.message for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (DANCER.replace('"left"', "3") + OUT, 'the name of a machine, such as "left", got 3'),
        ('[machines]\nlft = "auto"\n' + DANCER, 'no machine "left" in [machines]. Did you mean'),
        ('[machines]\nhome = "auto"\n', '"home" is the machine that plays this patch'),
        ("[machines]\nleft = 3\n", 'expected an address, such as "192.168.1.20"'),
        ('[machines]\nleft = { picture = "raw" }\n', 'no "picture". Did you mean "pictures"?'),
        ('[machines]\nleft = { fallback = "there" }\n', 'expected "here", got "there"'),
        ('[machines]\nleft = { pictures = "png" }\n', 'expected "jpeg", "raw" or "none"'),
        ('[machines]\n"a b" = "c"\n', "expected a name of"),
        ('[machines]\nleft = "a b"\n', '"a b" is no address'),
        ('[machines]\nleft = "10.0.0.2:0"\n', '"10.0.0.2:0" is no address'),
        ("[machines]\nleft = { at = 3 }\n", "expected an address, got 3"),
        (
            '[machines]\nleft = "10.0.0.2"\nright = "10.0.0.2:9790"\n',
            '"left" is at 10.0.0.2:9790 too; an address has one machine',
        ),
        (
            '[machines]\nleft = "10.0.0.2"\nleft = "10.0.0.3"\n',
            "left",
        ),
        ('[machines]\nuse = "pose"\n', "give the box another name"),
        ("machines = 3\n", "expected a table of machines"),
        (
            DANCER + REACH + 'then = [{ use = "smooth", machine = "left" }]\n' + OUT,
            "a link of a chain plays where its box does",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    assert any(said in message for message in problems(text)), problems(text)


def test_a_box_of_any_other_kind_may_say_machine_and_home_is_no_machine() -> None:
    plan = whole(DANCER + REACH + OUT + 'machine = "home"\n')
    assert {name: box.machine for name, box in plan.boxes.items()} == {
        "dancer": "left",
        "reach": "left",
        "out": "",
    }
    assert list(plan.machines) == ["left"]


def test_a_rig_says_where_boxes_play_and_where_machines_are() -> None:
    patch = (DANCER + REACH + OUT).replace('machine = "left"\n', "")
    rig = '[machines]\nleft = "10.0.0.2"\n[dancer]\nmachine = "left"\n'
    plan = compile_patch(load_texts(Texts(Path("a.toml"), patch, rig)), FIND)
    assert plan.boxes["dancer"].machine == "left" and plan.boxes["reach"].machine == ""
    assert plan.machines["left"].at == "10.0.0.2"


def test_boxes_of_one_machine_stay_together_and_only_what_must_crosses() -> None:
    text = DANCER + REACH + OUT + '[shown]\nuse = "collector"\nmachine = "left"\nfrom = "dancer"\n'
    assert cables(part(text, "")) == ["from left.reach -> out reach"]
    assert cables(part(text, "left")) == [
        "dancer.joints -> reach pose",
        "dancer.frame -> shown in",
        "reach -> to home reach",
    ]


def test_an_outlet_crosses_once_however_many_cables_take_it() -> None:
    text = DANCER + OUT.replace(
        'reach = "reach"',
        'a = "dancer.joints", b = "dancer.joints.count", c = { from = "dancer.joints.count",'
        " to = [0, 5], every = '20 ms' }",
    )
    home, left = part(text, ""), part(text, "left")
    assert cables(left) == ["dancer.joints -> to home dancer.joints"]
    assert {str(wire.source) for wire in home.wires if not home.boxes[wire.source.box].hidden} == {
        "from left.dancer.joints"
    }


def test_stages_of_a_cable_belong_to_its_end_and_a_chain_to_its_box() -> None:
    text = (
        DANCER
        + REACH
        + 'then = ["smooth"]\n'
        + OUT.replace('"reach" }', '{ from = "reach", to = [0, 9] } }')
    )
    assert "reach/smooth -> to home reach" in cables(part(text, "left"))
    home = part(text, "")
    assert [name for name in home.boxes if home.boxes[name].hidden] == ["out.reach/scale"]


@pytest.mark.parametrize("key", ['on_loss = "hold"', 'empty = { to = 0, after = "1 s" }'])
def test_what_to_do_about_a_loss_is_done_where_the_value_is_used(key: str) -> None:
    text = DANCER + REACH + key + '\nthen = ["smooth"]\n' + OUT
    home = part(text, "")
    assert f"from left.reach -> reach/{key.split(maxsplit=1)[0]} value" in cables(home)
    assert "reach/smooth -> out reach" in cables(home)
    assert "reach -> to home reach" in cables(part(text, "left"))


def test_what_is_read_crosses_before_what_calls() -> None:
    text = (
        DANCER
        + """
[mean]
use = "smooth"
from = "dancer.joints.count"
smooth = { from = "second", to = [0, 1] }
[second]
use = "smooth"
from = "dancer.joints.count"
machine = "left"
"""
        + OUT.replace('"reach"', '"mean"')
    )
    left = part(text, "left")
    ports = [wire.name for wire in left.wires if wire.into is Into.PORT]
    assert ports.index("second") < ports.index("dancer.joints")


def test_a_picture_goes_as_the_machines_say() -> None:
    text = DANCER + OUT.replace('"reach"', '"dancer.frame"')

    def how(spec: str) -> list[Any]:
        plan = part(f"[machines]\nleft = {{ {spec} }}\n{text}", "left")
        return [box.values["pictures"] for box in plan.boxes.values() if "pictures" in box.values]

    assert how("") == ["jpeg"]
    assert how('pictures = "raw"') == ["raw"]
    assert how('pictures = "none"') == []


def test_grid_and_beat_may_be_on_two_machines() -> None:
    text = """
[tempo]
use = "tempo"
[clock]
use = "every"
time = "300 ms"
[scene]
use = "count_up"
from = "clock"
on_beat = "bar"
machine = "left"
[out]
use = "collector"
send = { scene = "scene" }
"""
    text = text.replace('use = "count_up"', 'use = "counter"')
    left = part(text, "left")
    assert "from home.tempo.downbeat -> scene/on_beat line" in cables(left)


def test_everything_plays_at_home_where_that_is_wanted() -> None:
    document = parse(DANCER + REACH + OUT)
    plan = compile_patch(document, FIND)
    assert set(project(plan, document, FIND, frozenset({ALL})).boxes) == set(plan.boxes)
    alone = project(plan, document, FIND, frozenset({"left"}))
    assert set(alone.boxes) == set(plan.boxes)
    assert set(alone.parts) == {"left"}


def test_offline_a_patch_sends_the_same_with_machines_and_without(tmp_path: Path) -> None:
    text = DANCER + REACH + 'then = ["smooth"]\nempty = { to = 0, after = "1 s" }\n' + OUT
    sent = []
    for name, each in (("a", text), ("b", text.replace('machine = "left"\n', ""))):
        file = tmp_path / f"{name}.toml"
        file.write_text(each)
        sent.append(play(file, seconds=2).sent("out"))
    assert len(sent[0]) > 20
    assert [one.what for one in sent[0]] == [one.what for one in sent[1]]


def test_check_says_who_plays_what_and_what_crosses() -> None:
    text = '[machines]\nleft = "10.0.0.2"\n' + DANCER + REACH + OUT
    assert list(placement(whole(text))) == [
        "home: out",
        "left (10.0.0.2): dancer, reach",
        "left -> home: reach, about 0.024 Mbit/s",
    ]
