"""The words ``label`` and ``keep``, and the order of what leaves."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from engine.core.label import LONGEST_LABEL
from engine.patch.plan import Into
from engine.registry import OWN_FOLDER
from engine.runtime.reload.diff import differs, is_rebuilt
from engine.web.drawing import draw
from tests.patch.texts import BODY, OUT, compiled, problems

LABELS = [
    '"Left hand"',
    "'Großer Fächer'",
    '"手"',
    '"👩‍🎤 sings"',
    '"<b>&\\"quoted\\""',
    f'"{"x" * LONGEST_LABEL}"',
]


@pytest.mark.parametrize("label", LABELS)
def test_boxes_and_cables_are_called_as_the_patch_says(tmp_path: Path, label: str) -> None:
    said = f"label = {label}"
    text = f'{BODY}{said}\n[out]\nuse = "osc_out"\nto = "max"\n{said}\n[out.send]\n'
    plan = compiled(tmp_path, text + f'"/a" = {{ from = "reach", {said} }}\n"/b" = "reach"\n')
    called = plan.boxes["reach"].label
    assert label in (f'"{called}"', f"'{called}'", '"<b>&\\"quoted\\""')
    assert plan.boxes["out"].label == called
    assert {w.name: w.label for w in plan.wires if w.into is Into.PORT} == {"/a": called, "/b": ""}
    drawing = draw(plan)
    assert {b.name: b.label for b in drawing.boxes}["reach"] == called
    assert {b.name: b.label for b in drawing.boxes}["camera"] == "camera"
    ends = {(c.name, c.label) for c in drawing.cables if c.route}
    assert ends == {("/a", called), ("/b", "/b")}


def test_any_box_and_any_cable_takes_a_label(tmp_path: Path) -> None:
    text = """
    [mic]
    use = "microphone"
    label = "The singer"
    [level]
    use = "loudness"
    from = { from = "mic", label = "Her voice" }
    label = "How loud"
    then = [{ use = "smooth", smooth = { from = "knob.y", label = "Ease" }, label = "Softened" }]
    [knob]
    use = "osc_in"
    listen = { x = "/x", y = "/y" }
    label = "A phone"
    [notes]
    use = "midi_out"
    label = "The piano"
    [notes.send]
    cc1 = [{ from = "level", label = "Wheel" }, { from = "knob.x", label = "By hand" }]
    """
    plan = compiled(tmp_path, text)
    assert {name: box.label for name, box in plan.boxes.items() if box.label} == {
        "mic": "The singer",
        "level": "How loud",
        "level/smooth": "Softened",
        "knob": "A phone",
        "notes": "The piano",
    }
    assert {wire.label for wire in plan.wires if wire.label} == {
        "Her voice",
        "Ease",
        "Wheel",
        "By hand",
    }


@pytest.mark.parametrize(
    ("written", "called"),
    [
        ('{ args = ["{x}", "{y}"], label = "Spot" }', ["Spot x", "Spot y"]),
        ('{ args = ["{c.red}", "{c.blue}"], label = "Wash" }', ["Wash c.red", "Wash c.blue"]),
        ('{ from = "c", args = ["{red}", "{blue}"], label = "Wash" }', ["Wash red", "Wash blue"]),
        ('{ args = ["{x}", "{c.red}"] }', ["/a x", "/a c.red"]),
    ],
)
def test_the_parts_of_a_message_are_called_by_what_they_tell(
    tmp_path: Path, written: str, called: list[str]
) -> None:
    boxes = "".join(
        f'[{name}]\nuse = "{use}"\nfrom = "pose.count"\n'
        for name, use in (("x", "smooth"), ("y", "smooth"), ("c", "hue_to_rgb"))
    )
    plan = compiled(
        tmp_path, f'{BODY}{boxes}[o]\nuse = "osc_out"\nto = "max"\nsend."/a" = {written}'
    )
    assert [cable.label for cable in draw(plan).cables if cable.route] == called


def test_a_label_of_blanks_is_none(tmp_path: Path) -> None:
    assert compiled(tmp_path, BODY + 'label = "  "\n').boxes["reach"].label == ""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("label = 3", "label: expected a text, got 3"),
        ("label = ['a']", 'label: expected a text, got ["a"]'),
        ('label = "a\\nb"', "label: expected one line of text, without control characters"),
        ('label = "\\u001b[31m"', "label: expected one line of text, without control characters"),
        (f'label = "{"x" * 81}"', "label: expected 80 characters at most, got 81"),
        ("keep = 1", "keep: expected true or false, got 1"),
        ('keep = "yes"', 'keep: expected true or false, got "yes"'),
        ('lable = "x"', 'lable: joint has no "lable". Did you mean "label"?'),
        (
            'keep = { from = "pose.count", above = 1 }',
            "keep: cannot be changed while playing, so takes no cable",
        ),
        (
            'label = { from = "pose.count" }',
            "label: cannot be changed while playing, so takes no cable",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    assert problems(tmp_path, f"{BODY}{line}\n") == [f"my.toml:10: [reach] {said}"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("label = 3", "label: expected a text, got 3"),
        ('lable = "x"', 'lable: a cable has no "lable" here. Did you mean "label"?'),
        ("keep = true", 'keep: a cable has no "keep" here.'),
    ],
)
def test_what_is_wrong_on_a_cable_is_told(tmp_path: Path, more: str, said: str) -> None:
    text = f'{BODY}{OUT}"/a" = {{ from = "reach", {more} }}\n'
    (found,) = problems(tmp_path, text)
    assert found.startswith(f"my.toml:15: [out] send /a {said}")


def test_a_box_keeps_with_the_links_of_its_chain_and_what_is_on_its_cables(tmp_path: Path) -> None:
    text = (
        BODY
        + """then = ["smooth", "hold_on_loss"]
    keep = true
    confidence = { from = "pose.count", in = [0, 5] }
    [other]
    use = "joint"
    from = "pose"
    then = [{ use = "smooth", keep = true }]
    """
    )
    plan = compiled(tmp_path, "\n".join(line.strip() for line in text.splitlines()))
    assert [name for name, box in plan.boxes.items() if box.keep] == [
        "reach",
        "reach/smooth",
        "reach/hold_on_loss",
        "other/smooth",
        "reach.confidence/scale",
    ]


def test_a_box_that_has_such_a_parameter_of_its_own_keeps_it(tmp_path: Path) -> None:
    (tmp_path / OWN_FOLDER).mkdir()
    (tmp_path / OWN_FOLDER / "sieve.py").write_text(
        dedent(
            """
            from engine import Node

            class Sieve(Node):
                keep: int = 3
                label: float = 0.5

                def process(self, value: float) -> float:
                    return value
            """
        )
    )
    text = '[sieve]\nuse = "sieve"\nfrom = "reach"\nkeep = 7\nlabel = 0.25\n'
    sieve = compiled(tmp_path, BODY + text).boxes["sieve"]
    assert sieve.values == {"keep": 7, "label": 0.25}
    assert (sieve.keep, sieve.label) == (False, "")


def test_a_rig_may_say_both(tmp_path: Path) -> None:
    rig = '[camera]\nlabel = "Door"\nkeep = true\n'
    camera = compiled(tmp_path, BODY, rig).boxes["camera"]
    assert (camera.label, camera.keep) == ("Door", True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('label = "One"', 'label = "Two"'),
        ("", "keep = true"),
        ('from = { from = "pose", label = "a" }', 'from = { from = "pose", label = "b" }'),
    ],
)
def test_a_saved_word_is_a_change_that_builds_nothing_anew(
    tmp_path: Path, before: str, after: str
) -> None:
    body = BODY.replace('from = "pose"', "") if "from" in before else BODY
    old, new = (compiled(tmp_path, f"{body}{line}\n") for line in (before, after))
    assert differs(old, new)
    assert not is_rebuilt(old, new)
    assert not differs(old, compiled(tmp_path, f"{body}{before}\n"))


def test_what_leaves_keeps_the_order_in_which_it_is_written(tmp_path: Path) -> None:
    text = """
    [zeta]
    use = "osc_out"
    to = "max"
    [zeta.send]
    "/z" = "slow"
    "/b" = "pose.count"
    "/a" = ["reach", "slow"]
    "/c" = { from = "reach", to = [0, 9] }
    [camera]
    use = "camera"
    [alpha]
    use = "osc_out"
    to = "touchdesigner"
    [alpha.send]
    "/2" = "reach"
    "/1" = "pose.count"
    [slow]
    use = "smooth"
    from = "reach"
    [reach]
    use = "joint"
    from = "pose"
    [pose]
    use = "pose"
    from = "camera"
    """
    plan = compiled(tmp_path, text)
    written = ["/z", "/b", "/a", "/a#2", "/c", "/2", "/1"]
    assert [wire.name for wire in plan.wires if wire.into is Into.PORT] == written
    assert [cable.name for cable in draw(plan).cables if cable.route] == written
