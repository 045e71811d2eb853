"""Warnings that need files: a rig's tables that no patch has, and what a network cannot do."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from engine.core.files import installed_folder
from engine.runtime.opening import check_patch, open_patch
from engine.runtime.performance import Performance
from tests.inference.tiny_models import write_model
from tests.limits import LIMIT

from .editing import Editor, edited

PATCH = """[camera]
use = "camera"
[pose]
use = "pose"
from = "camera"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/people" = "pose.count"
"""
NO_SUCH = "no patch beside it has this box, and a rig adds none."
SHIPPED = sorted(installed_folder("patches").glob("*.toml"))


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    file = tmp_path / "my.toml"
    file.write_text(PATCH)
    return file


def warned(file: Path) -> list[str]:
    return [str(each).replace(f"{file.parent}/", "") for each in check_patch(file).warnings]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_nobody_is_warned_of_what_is_shipped(file: Path) -> None:
    """But of a network that is no part of the installation, with the line that builds it."""
    built_once = "is to be built once: uv run --extra"
    assert [each for each in warned(file) if built_once not in each] == []


# -- The rig -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rig", "said"),
    [
        ('[camera]\ndevice = "0"\n[out]\nto = "max"\n', []),
        (
            '# hall\n[camra]\ndevice = "0"\n',
            [f'rig.toml:2: [camra]: {NO_SUCH} Did you mean "camera"?'],
        ),
        (
            "[zzz]\na = 1\n[yyy]\nb = 1\n",
            [f"rig.toml:{n}: [{b}]: {NO_SUCH}" for n, b in ((1, "zzz"), (3, "yyy"))],
        ),
        ('[more]\nuse = "camera"\n', [f"rig.toml:1: [more]: {NO_SUCH}"]),
        ('[Out.send]\n"/a" = "pose"\n', [f'rig.toml:1: [Out]: {NO_SUCH} Did you mean "out"?']),
        (
            "privcy = true\n",
            [
                'rig.toml:1: privcy: changes nothing: before its tables a rig says only "privacy".'
                ' Did you mean "privacy"?'
            ],
        ),
        (
            'title = "Hall"\n[[camera]]\ndevice = "0"\n',
            [
                'rig.toml:1: title: changes nothing: before its tables a rig says only "privacy".',
                'rig.toml:2: camera: changes nothing: before its tables a rig says only "privacy".',
            ],
        ),
        ("privacy = true\n", []),
        ("", []),
    ],
)
def test_what_no_patch_has_use_for_is_told(patch: Path, rig: str, said: list[str]) -> None:
    (patch.parent / "rig.toml").write_text(rig)
    assert warned(patch) == said


@pytest.mark.parametrize(
    "other",
    [
        '[door]\nuse = "camera"\n',
        '[door]\nuse = "no such box"\n',
        '[door]\nuse = "camera"\n[half\n',
        '"door" = {}\n',
    ],
)
def test_a_table_of_another_patch_in_the_room_is_none_of_these(patch: Path, other: str) -> None:
    (patch.parent / "rig.toml").write_text('[door]\ndevice = "1"\n')
    assert len(warned(patch)) == 1
    (patch.parent / "other.toml").write_text(other)
    assert warned(patch) == []


def test_what_a_rig_says_of_the_control_port_holds_where_no_patch_has_one(patch: Path) -> None:
    rig = patch.parent / "rig.toml"
    rig.write_text("[control]\nport = 9001\nreplies = 9002\n")
    assert warned(patch) == []
    for plan in (check_patch(patch), open_patch(patch)):
        assert plan.boxes["control"].values == {"port": 9001, "replies": 9002}
    offline = open_patch(patch, live=False)
    assert "control" not in offline.boxes
    assert offline.warnings == ()
    rig.write_text('[control]\nuse = "osc_control"\nport = 9001\n')
    assert open_patch(patch).boxes["control"].values == {"port": 9001}


@pytest.mark.parametrize(
    ("rig", "said"),
    [
        ("[control]\nprot = 9001\n", 'rig.toml:2: [control] prot: osc_control has no "prot". Did'),
        ("[control]\nport = 99999\n", "rig.toml:2: [control] port: expected a whole number from 1"),
    ],
)
def test_what_is_wrong_with_it_is_an_error_of_the_rig(patch: Path, rig: str, said: str) -> None:
    (patch.parent / "rig.toml").write_text(rig)
    with pytest.raises(Exception, match="control") as caught:
        check_patch(patch)
    assert str(caught.value).startswith(f"{patch.parent}/{said}")


def test_a_patch_with_a_control_of_another_name_is_not_meant(patch: Path) -> None:
    patch.write_text(PATCH + '[steer]\nuse = "osc_control"\n')
    (patch.parent / "rig.toml").write_text("[control]\nport = 9001\n")
    assert warned(patch) == [f'rig.toml:1: [control]: {NO_SUCH} Did you mean "steer"?']
    patch.write_text(PATCH)
    (patch.parent / "rig.toml").write_text('[control]\nuse = "camera"\n')
    assert warned(patch) == [f"rig.toml:1: [control]: {NO_SUCH}"]


# -- What a network can do -----------------------------------------------------------------------

PEOPLE = 'my.toml:{line}: [{box}] people: the network "movenet_multipose" can do 6 at most, not {n}'
MANY = 'from = "camera"\nmodel = "movenet_multipose"'


@pytest.mark.parametrize("people", [7, 10, 16])
def test_more_people_than_a_network_can_follow(patch: Path, people: int) -> None:
    patch.write_text(PATCH.replace('from = "camera"', f"{MANY}\npeople = {people}"))
    assert warned(patch) == [PEOPLE.format(line=7, box="pose", n=people)]
    patch.write_text(PATCH.replace('from = "camera"', f'from = "camera"\npeople = {people}'))
    assert warned(patch) == []


def test_it_is_told_where_it_is_said(patch: Path) -> None:
    patch.write_text(PATCH.replace('from = "camera"', MANY))
    (patch.parent / "rig.toml").write_text("[pose]\n# a school class\npeople = 9\n")
    assert warned(patch) == [PEOPLE.format(line=3, box="pose", n=9).replace("my.", "rig.")]
    (patch.parent / "rig.toml").unlink()
    (found,) = open_patch(patch, sets=["pose.people=8"]).warnings
    assert str(found).startswith("--set pose.people=8: [pose] people: the network")


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("multistyle26", 'it cannot open: the model "multistyle26" is for style, not for pose'),
        ("movenet_lightnin", 'Did you mean "movenet_lightning"?'),
    ],
)
def test_a_model_that_cannot_open_is_told_before_the_show(
    patch: Path, model: str, said: str
) -> None:
    patch.write_text(PATCH.replace('use = "pose"', f'use = "pose"\nmodel = "{model}"'))
    (found,) = warned(patch)
    assert found.startswith("my.toml:5: [pose] model: it cannot open: ")
    assert found.endswith(said)


def test_a_provider_that_no_library_has_is_told_before_the_show(patch: Path) -> None:
    patch.write_text(PATCH.replace('use = "pose"', 'use = "pose"\nprovider = "cdua"'))
    (found,) = warned(patch)
    said = 'my.toml:5: [pose] provider: there is no provider "cdua". Did you mean "cuda"?'
    assert found.startswith(said)


OWN = """
from __future__ import annotations

from typing import Annotated

from engine import Frame, NetworkModel, Param
from engine.inference.network import ModelName


class Warm(NetworkModel[float]):
    TASK = "double"

    model: ModelName = "warm"
    most: Annotated[int, Param("how many")] = 3
    lowest: Annotated[float, Param("from")] = 5.0

    def process(self, frame: Frame) -> float:
        return 0.0
"""


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("most = 3\nlowest = [1, 9]", []),
        ("most = 2", ['[warm] most: the network "warm" can do 2 at most, not 3']),
        ("lowest = [6, 9.5]", ['[warm] lowest: the network "warm" can do from 6 to 9.5, not 5']),
        ("other = 1", []),
        ("", []),
        (
            'most = "x"',
            [
                "[warm] model: it cannot open: warm/card.toml: [limits]: most: expected a number, "
                '0 or more, or two such as [60, 1500], got "x"'
            ],
        ),
    ],
)
def test_any_parameter_of_any_network_is_held_to_its_card(
    patch: Path, limits: str, said: list[str]
) -> None:
    folder = write_model(patch.parent / "warm", {"network": "double.onnx"})
    card = folder / "card.toml"
    card.write_text(f"{card.read_text()}\n[limits]\n{limits}\n")
    (patch.parent / "nodes").mkdir()
    (patch.parent / "nodes" / "warm.py").write_text(OWN)
    more = '[warm]\nuse = "warm"\nfrom = "camera"\n[out.send]\n"/warm" = "warm"\n'
    patch.write_text(PATCH.replace("[out.send]\n", more))
    found = [each.partition(": ")[2] for each in warned(patch)]
    assert found == said


# -- The commands --------------------------------------------------------------------------------

FAULTY = PATCH.replace('from = "camera"', f"{MANY}\npeople = 9") + (
    '[gate]\nuse = "gate"\nfrom = "pose.count"\n'
)


def test_check_prints_warnings_and_is_content(patch: Path) -> None:
    patch.write_text(FAULTY)
    (patch.parent / "rig.toml").write_text("[camra]\n")
    (patch.parent / "two.toml").write_text(PATCH)
    done = subprocess.run(
        [
            *(sys.executable, "-c", "from engine.cli import main; main()", "check"),
            *(str(patch), str(patch.parent / "two.toml"), "first_light"),
        ],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [
        "good, 4 boxes",
        "good, 3 boxes",
        "good, 13 boxes",
    ]
    assert done.stderr.replace(f"{patch.parent}/", "").splitlines() == [
        "warning: " + PEOPLE.format(line=7, box="pose", n=9),
        "warning: my.toml:13: [gate]: goes nowhere: no cable takes what it gives",
        f'warning: rig.toml:1: [camra]: {NO_SUCH} Did you mean "camera"?',
    ]


def test_a_set_tells_each_once_at_the_start_and_what_an_edit_brings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    beat = '[beat]\nuse = "every"\ntime = "5 ms"\n[c]\nuse = "collector"\nsend = { n = "beat" }\n'
    nowhere = '[tick]\nuse = "every"\n'

    async def edit(editor: Editor) -> None:
        await editor.save("rig.toml", '[baet]\ntime = "9 ms"\n')
        await editor.until(lambda: "[baet]" in caplog.text)  # though nothing that plays differs
        await editor.swapped("\n\n" + beat + nowhere + 'label = "moved"\n', "one.toml")

    caplog.set_level(logging.WARNING, "sensorium")
    files = {"one.toml": beat + nowhere, "two.toml": beat + nowhere}
    edited(tmp_path, files, edit)
    said = [r.getMessage() for r in caplog.records if r.getMessage().startswith("warning")]
    assert [each.replace(f"{tmp_path}/", "") for each in said] == [
        "warning: one.toml:7: [tick]: goes nowhere: no cable takes what it gives",
        "warning: two.toml:7: [tick]: goes nowhere: no cable takes what it gives",
        f'warning: rig.toml:1: [baet]: {NO_SUCH} Did you mean "beat"?',
    ]


def test_offline_they_are_told_too(patch: Path, caplog: pytest.LogCaptureFixture) -> None:
    patch.write_text(FAULTY)
    caplog.set_level(logging.WARNING, "sensorium")
    Performance([patch], lambda texts: open_patch(patch, live=False))
    assert sum(r.getMessage().startswith("warning: ") for r in caplog.records) == 2
