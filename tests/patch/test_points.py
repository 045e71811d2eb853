"""What boxes ask of landmarks is checked before a show, where it is known whose points they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.skeletons import FACE_468

from .texts import problems

SIDES = 'Did you mean "left_wrist" or "right_wrist"?'
ASKING = {
    "joint": "joint",
    "angle": "one",
    "distance": "other",
    "speed": "part",
    "apart": "one",
    "zone": "point",
    "crossed": "point",
    "group": "point",
    "floor": "point",
}
BODY = '[pose]\nuse = "pose"\nfrom = "camera"\n'
DEEP = '[pose]\nuse = "pose"\nfrom = "camera"\nmodel = "blazepose_lite"\n'


def patch(box: str, giver: str = BODY) -> str:
    """Return a patch in which a box stands after what gives it landmarks."""
    return f'[camera]\nuse = "camera"\n{giver}[box]\nfrom = "pose"\n{box}'


@pytest.mark.parametrize(("giver", "kind"), [(BODY, "coco_17"), (DEEP, "blazepose_33")])
def test_a_name_that_needs_a_side_is_told_with_both_by_every_box_that_takes_one(
    tmp_path: Path, giver: str, kind: str
) -> None:
    text = patch("", giver).partition("[box]")[0]
    said = []
    for use, key in ASKING.items():
        text += f'[my_{use}]\nuse = "{use}"\nfrom = "pose"\n{key} = "wrist"\n'
        lack = f'"pose" gives "{kind}", which has no "wrist". {SIDES}'
        said.append(f"my.toml:{len(text.splitlines())}: [my_{use}] {key}: {lack}")
    assert problems(tmp_path, text) == said


def test_what_is_known_of_hands_faces_and_floors_is_told_too(tmp_path: Path) -> None:
    hands = patch('use = "joint"\njoint = "left_wrist"', '[pose]\nuse = "hands"\nfrom = "camera"\n')
    assert problems(tmp_path, hands) == [
        'my.toml:9: [box] joint: "pose" gives "hand_21", which has no "left_wrist". '
        'Did you mean "wrist"?'
    ]
    face = patch('use = "joint"\njoint = "hips"', '[pose]\nuse = "face"\nfrom = "camera"\n')
    (said,) = problems(tmp_path, face)
    assert 'which has no "hips"' in said
    assert '"face_468"' in said
    floor = '[p]\nuse = "pose"\nfrom = "camera"\n[pose]\nuse = "floor"\nfrom = "p"\n'
    assert problems(tmp_path, patch('use = "group"', floor)) == [
        'my.toml:9: [box] point: "pose" gives "floor", which has no "hips". There is: feet.'
    ], "what nobody wrote is told at the box"
    assert problems(tmp_path, patch('use = "group"\npoint = "feet"', floor)) == []


def test_a_depth_and_bones_that_there_are_not_are_told(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, patch('use = "joint"\naxis = "z"'))
    assert said.startswith('my.toml:9: [box] axis: "pose" gives "coco_17", which has no "z"')
    assert problems(tmp_path, patch('use = "joint"\naxis = "z"', DEEP)) == []
    (said,) = problems(tmp_path, patch('use = "angle"\njoint = "index_finger_pip"'))
    assert 'which has no "index_finger_pip"' in said
    (said,) = problems(tmp_path, patch('use = "angle"\njoint = "left_wrist"'))
    assert 'joint: "pose" gives "coco_17", which has no two bones at "left_wrist"' in said


def test_it_is_found_behind_what_only_passes_landmarks_on(tmp_path: Path) -> None:
    text = patch(
        'use = "joint"\njoint = "wrist"',
        '[p]\nuse = "pose"\nfrom = "camera"\nthen = ["smooth"]\n[pose]\nuse = "pick"\nfrom = "p"\n',
    )
    assert problems(tmp_path, text) == [
        f'my.toml:13: [box] joint: "p" gives "coco_17", which has no "wrist". {SIDES}'
    ]
    chain = '[camera]\nuse = "camera"\n[h]\nuse = "hands"\nfrom = "camera"\nthen = ["joint"]\n'
    (said,) = problems(tmp_path, chain)
    assert said.startswith('my.toml:6: [h] then joint: "h" gives "hand_21", which has no')


def test_of_two_givers_one_that_has_it_is_enough(tmp_path: Path) -> None:
    both = (
        '[p]\nuse = "pose"\nfrom = "camera"\n[h]\nuse = "hands"\nfrom = "camera"\n'
        '[pose]\nuse = "merge"\nfrom = ["p", "h"]\n'
    )
    assert problems(tmp_path, patch('use = "joint"\njoint = "wrist"', both)) == []
    (said,) = problems(tmp_path, patch('use = "joint"\njoint = "mouth"', both))
    assert 'which has no "mouth"' in said


def test_nothing_is_said_where_it_is_not_known(tmp_path: Path) -> None:
    own = '[pose]\nuse = "pose"\nfrom = "camera"\nmodel = "./mine"\n'
    assert not [
        each
        for each in problems(tmp_path, patch('use = "joint"\njoint = "wrist"', own))
        if "wrist" in each
    ]
    led = patch(
        'use = "joint"\njoint = { from = "which" }\naxis = "x"\n'
        '[which]\nuse = "choose"\nfrom = "pose.count"\nchoices = ["left_wrist", "nose"]\n',
        '[pose]\nuse = "hands"\nfrom = "camera"\n',
    )
    assert problems(tmp_path, led) == [], "a cable says which, so what it is by itself is no matter"


def test_a_face_s_numbered_points_are_no_names_to_list() -> None:
    lack = FACE_468.lack("belly")
    assert "forehead" in lack
    assert "point_" not in lack
    assert not FACE_468.lack("point_0")
