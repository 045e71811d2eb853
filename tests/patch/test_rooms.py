"""What is laid over a patch: the rig of a room, and the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import PatchError
from engine.patch.compile import compile_patch
from engine.patch.find import find_patch
from engine.patch.load import load
from engine.registry import Registry
from engine.runtime.opening import check_patch, open_patch
from tests.patch.texts import BODY, OUT, compiled, problems

PATCH = BODY + OUT + '"/reach" = "reach"\n"/people" = "pose.count"\n'


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "my.toml"
    file.write_text(PATCH)
    return file


def said(call: Any, *args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(PatchError) as caught:
        call(*args, **kwargs)
    return [str(problem) for problem in caught.value.problems]


def test_a_rig_overrides_tables_of_the_same_name(tmp_path: Path) -> None:
    plan = compiled(tmp_path, PATCH, '[camera]\ndevice = "door"\n[elsewhere]\nport = 3\n')
    assert plan.boxes["camera"].values == {"device": "door"}
    assert "elsewhere" not in plan.boxes


def test_a_rig_adds_to_what_is_sent_and_replaces_single_addresses(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text(PATCH)
    (tmp_path / "rig.toml").write_text('[out.send]\n"/reach" = "pose"\n"/more" = "reach"\n')
    send = load(file).tables["out"]["send"]
    assert send == {"/reach": "pose", "/people": "pose.count", "/more": "reach"}


def test_a_mistake_in_a_rig_names_the_rig_and_its_line(tmp_path: Path) -> None:
    rig = '# the room\n[camera]\ndevise = "door"\n[out.send]\n"/reach" = "raech"\n'
    assert problems(tmp_path, PATCH, rig) == [
        'rig.toml:3: [camera] devise: camera has no "devise". Did you mean "device"?',
        'rig.toml:5: [out] send /reach: there is no box "raech". Did you mean "reach"?',
    ]


def test_a_mistake_in_the_patch_keeps_its_line_beside_a_rig(tmp_path: Path) -> None:
    text = PATCH + '"/x" = { from = "raech" }\n'
    found = problems(tmp_path, text, '[out]\nto = "max"\n')
    assert found == ['my.toml:17: [out] send /x: there is no box "raech". Did you mean "reach"?']


def test_a_rig_that_is_no_toml_is_told(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, PATCH, "[camera]\ndevice = door\n")
    assert found.startswith("rig.toml:2: a text stands in quotes")


def test_to_sends_every_osc_output_there(patch: Path) -> None:
    plan = open_patch(patch, to="max")
    assert plan.boxes["out"].values["to"] == "max"


def test_a_wrong_to_says_that_it_came_from_the_command_line(patch: Path) -> None:
    (found,) = said(open_patch, patch, to="touchdesinger")
    assert found.startswith("--to touchdesinger: [out] to: expected host:port or a tool")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("reach.joint=nose", "nose"),
        ('reach.joint = "nose"', "nose"),
    ],
)
def test_set_reads_a_value_as_a_patch_would_or_as_a_bare_word(
    patch: Path, text: str, value: str
) -> None:
    assert open_patch(patch, sets=[text]).boxes["reach"].values == {"joint": value}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("reach", '--set: expected BOX.PARAMETER=VALUE, got "reach"'),
        ("reach=3", '--set: expected BOX.PARAMETER=VALUE, got "reach=3"'),
        ("reach.=3", '--set: expected BOX.PARAMETER=VALUE, got "reach.=3"'),
        (
            "reach.confidence=2",
            "--set reach.confidence=2: [reach] confidence: expected a number from 0 to 1, got 2",
        ),
        (
            "reach.confidense=1",
            "--set reach.confidense=1: [reach] confidense:"
            ' joint has no "confidense". Did you mean "confidence"?',
        ),
    ],
)
def test_a_wrong_set_is_told(patch: Path, text: str, problem: str) -> None:
    assert said(open_patch, patch, sets=[text]) == [problem]


def test_a_set_for_no_box_suggests_the_nearest(patch: Path) -> None:
    (found,) = said(open_patch, patch, sets=["raech.joint=nose"])
    assert found.endswith('my.toml: --set: there is no box "raech". Did you mean "reach"?')


def test_a_live_patch_can_be_controlled_without_saying_so(patch: Path) -> None:
    assert open_patch(patch).boxes["control"].use == "osc_control"
    assert "control" not in open_patch(patch, live=False).boxes


def test_a_patch_that_is_not_there_suggests_one_that_is(tmp_path: Path) -> None:
    (found,) = said(find_patch, "first_lihgt")
    assert found == 'first_lihgt: there is no such patch. Did you mean "first_light"?'


def test_a_shipped_patch_is_found_by_its_name() -> None:
    assert find_patch("first_light").name == "first_light.toml"


SHIPPED = ["first_light", "body_to_osc", "hands_on_knobs", "desk_plays_the_room"]


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_patches_are_good(name: str) -> None:
    assert check_patch(find_patch(name)).boxes


@pytest.mark.parametrize(
    ("use", "key"),
    [
        ("audio_file", "file"),
        ("video_file", "file"),
        ("picture_file", "file"),
        ("microphone", "device"),
        ("camera", "device"),
    ],
)
def test_a_file_that_a_source_plays_may_lie_beside_the_patch(
    use: str, key: str, tmp_path: Path
) -> None:
    (tmp_path / "song.wav").touch()
    patch = tmp_path / "mine.toml"
    beside, no_name = str(tmp_path / "song.wav"), "x" * 300
    # What is not there yet may be the name of a device, where it may name one.
    later = str(tmp_path / "else.wav") if key == "file" else "else.wav"
    names = {"song.wav": beside, beside: beside, "else.wav": later, no_name: no_name}
    for name, found in names.items():
        patch.write_text(f'[a]\nuse = "{use}"\n{key} = "{name}"\n', encoding="utf-8")
        plan = compile_patch(load(patch), Registry().find)
        assert plan.boxes["a"].values[key] == found
