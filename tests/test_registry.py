"""Boxes are found by the name of their file; a file that holds none says why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.core.errors import UnknownName
from engine.core.node import Model, Node
from engine.core.sink import Sink
from engine.core.source import Source
from engine.registry import FOLDERS, OWN, BrokenBox, Registry
from engine.testing import play
from tests.patch.texts import BODY, compiled, problems

LOUDER = '''
from typing import Annotated
from engine.core.node import Node
from engine.core.parameter import Param

class Louder(Node):
    """Make a number larger."""
    by: Annotated[float, Param("how many times", 0, 100)] = 2.0

    def process(self, value: float) -> float:
        return value * self.by
'''
TYPE = 'by: Annotated[float, Param("how many times", 0, 100)] = 2.0'
HANGS_ON_REACH = '[mine]\nuse = "mine"\nfrom = "reach"\n'


def write(folder: Path, name: str, text: str) -> None:
    (folder / "nodes").mkdir(exist_ok=True)
    (folder / "nodes" / f"{name}.py").write_text(text)


def test_every_shipped_box_loads_and_lies_in_the_right_folder() -> None:
    registry = Registry()
    kinds = dict(zip(FOLDERS, (Source, Model, Node, Sink), strict=True))
    wrong = [
        name
        for folder, names in registry.by_folder().items()
        for name in names
        if folder in kinds and not issubclass(registry.find(name), kinds[folder])
    ]
    assert wrong == []


def test_names_are_unique_across_folders() -> None:
    names = [name for names in Registry().by_folder().values() for name in names]
    assert sorted(names) == sorted(set(names))


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r'no kind of box "smoth"\. Did you mean "smooth"'):
        Registry().find("smoth")


@pytest.mark.parametrize(
    ("name", "gives"),
    [
        ("jump", "body_gestures"),
        ("pinch", "hand_gestures"),
        ("dwell", "zone"),
        ("joints", "stand_in"),
    ],
)
def test_what_is_an_output_is_led_to_the_box_that_gives_it(name: str, gives: str) -> None:
    with pytest.raises(UnknownName, match=f'box "{name}". It is an output of "{gives}": .*{name}'):
        Registry().find(name)


def test_an_output_of_many_boxes_says_nothing() -> None:
    with pytest.raises(UnknownName, match=r'no kind of box "value"\. "sensorium nodes" lists all'):
        Registry().find("value")


def test_a_performers_own_box_is_found_and_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "louder", LOUDER)
    write(tmp_path, "smooth", LOUDER)
    registry = Registry(tmp_path)
    assert registry.by_folder()[OWN] == ["louder", "smooth"]
    assert registry.find("louder").__name__ == "Louder"
    assert registry.find("smooth").__name__ == "Louder"
    assert registry.names().count("smooth") == 1


def test_a_box_of_ones_own_plays_in_a_patch(tmp_path: Path) -> None:
    write(tmp_path, "mine", LOUDER)
    plan = compiled(tmp_path, BODY + HANGS_ON_REACH + "by = 3\n")
    assert plan.boxes["mine"].values == {"by": 3.0}


BROKEN = [
    (
        "from engine import Sink\nclass Half(Sink):\n    def accepts(self, port): ...\n",
        "mine.py: Half lacks what it must have: send",
    ),
    ("import nowhere_to_be_found", "does not load: it needs the package"),
    ("x =", "does not load: line 1: invalid syntax"),
    ("raise RuntimeError", "does not load: RuntimeError"),
    ("", "must hold exactly one box, found none"),
    (LOUDER + LOUDER.replace("Louder", "Other"), "must hold exactly one box, found Louder, Other"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=[said for _, said in BROKEN])
def test_a_file_that_holds_no_box_says_why(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, "mine", text)
    with pytest.raises(BrokenBox, match=said):
        Registry(tmp_path).find("mine")
    (problem,) = problems(tmp_path, BODY + HANGS_ON_REACH)
    assert problem.startswith('my.toml:11: [mine] use: "mine" cannot be used: ')
    assert said in problem


MISTAKEN = [
    (
        LOUDER.replace("value: float", "value"),
        "TypeError: Louder.process does not say what type its inlet value takes",
    ),
    (LOUDER.replace(" -> float", ""), "TypeError: Louder.process does not say what it returns"),
    (LOUDER.replace("def process", "def work"), "TypeError: Louder has no process method"),
    (LOUDER.replace("self, value: float", "self"), "process takes nothing: a node needs an inlet"),
    (
        LOUDER.replace("value: float", "value: set"),
        "nothing on a cable is of type set; register it",
    ),
    (
        LOUDER.replace("-> float", "-> tuple"),
        "register it with kind(): or, for several outlets, return a NamedTuple",
    ),
    (
        LOUDER.replace("value: float", 'value: "Flaot"'),
        "NameError: name 'Flaot' is not defined",
    ),
]


@pytest.mark.parametrize(("text", "said"), MISTAKEN, ids=[said for _, said in MISTAKEN])
def test_a_box_that_says_too_little_is_told_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    write(tmp_path, "mine", text)
    (problem,) = problems(tmp_path, BODY + HANGS_ON_REACH)
    assert problem.startswith('my.toml:11: [mine] use: "mine" cannot be used: ')
    assert said in problem


def test_a_parameter_without_a_type_is_told_with_what_to_write(tmp_path: Path) -> None:
    write(tmp_path, "mine", LOUDER.replace(TYPE, "by = 2.0"))
    (problem,) = problems(tmp_path, BODY + HANGS_ON_REACH + "by = 3\n")
    assert problem.endswith('Its class gives no type for it: write "by: float = 2.0".')


def test_what_a_box_of_ones_own_raises_while_it_plays_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, "mine", LOUDER.replace("value * self.by", "value / 0"))
    patch = tmp_path / "my.toml"
    patch.write_text('[every]\nuse = "every"\n[mine]\nuse = "mine"\nfrom = "every.value"\n')
    line = LOUDER[: LOUDER.index("value * self.by")].count("\n") + 1
    assert play(patch, seconds=0.5).errors == [
        f"mine: ZeroDivisionError: float division by zero (nodes/mine.py, line {line})"
    ]


def test_a_box_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    text = LOUDER + "    def __post_init__(self) -> None:\n        raise KeyError('strings')\n"
    write(tmp_path, "mine", text)
    assert problems(tmp_path, BODY + HANGS_ON_REACH) == ["my.toml:10: [mine]: KeyError: 'strings'"]


@pytest.mark.parametrize("use", ["../evil", "sub/evil", "{folder}/evil", "..", "", "nodes/../evil"])
def test_code_loads_from_nowhere_but_the_folder_beside_the_patch(tmp_path: Path, use: str) -> None:
    folder = tmp_path / "set"
    (folder / "nodes" / "sub").mkdir(parents=True)
    for place in (tmp_path, folder, folder / "nodes" / "sub"):
        (place / "evil.py").write_text("raise SystemExit('evil was loaded')")
    with pytest.raises(UnknownName):
        Registry(folder).find(use.format(folder=tmp_path))


def test_nodes_where_one_happens_to_be_are_not_loaded(tmp_path: Path, monkeypatch) -> None:
    write(tmp_path, "louder", LOUDER)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(UnknownName):
        Registry(tmp_path / "elsewhere").find("louder")


@pytest.mark.skipif(os.name == "nt", reason="modes are another thing there")
def test_code_that_everybody_could_have_written_is_told(tmp_path: Path, caplog) -> None:
    write(tmp_path, "louder", LOUDER)
    Registry(tmp_path).find("louder")
    assert caplog.messages == []
    (tmp_path / "nodes").chmod(0o777)
    Registry(tmp_path).find("louder")
    assert caplog.messages == [
        f"everybody on this machine can change {tmp_path / 'nodes'}: chmod o-w mends it"
    ]


def test_boxes_of_the_engine_may_lie_in_sub_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "more" / "nodes" / "by_subject"
    folder.mkdir(parents=True)
    (folder / "quieter.py").write_text(LOUDER)
    monkeypatch.setattr("engine.registry._ENGINE", tmp_path / "more")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert Registry().by_folder()["nodes"] == ["quieter"]
    assert Registry().find("quieter").__module__ == "more.nodes.by_subject.quieter"
