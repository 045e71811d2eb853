"""Patches as large as they may be, and larger: checked in time that grows with them, or refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.core.errors import PatchError
from engine.patch.compile import compile_patch
from engine.patch.load import parse
from engine.patch.parse import MOST_BOXES, MOST_CABLES
from engine.patch.plan import Plan
from engine.registry import Registry
from engine.testing import play

OUT = '[o]\nuse = "collector"\n[o.send]\n'
BEGIN = '[cam]\nuse = "stand_in"\nwidth = 64\nheight = 64\n'
BEGIN += '[r]\nuse = "joint"\nfrom = "cam.joints"\njoint = "nose"\n'
FEW = 300
"""Far more than a recursion of ours could follow, a few calls each."""


def box(name: str, use: str, origin: str) -> str:
    return f'[{name}]\nuse = "{use}"\nfrom = "{origin}"\n'


def chain(count: int, use: str = "smooth", *, backwards: bool = False) -> str:
    links = [box(f"b{n}", use, f"b{n - 1}" if n else "r") for n in range(count)]
    return BEGIN + "".join(links[::-1] if backwards else links) + f'{OUT}x = "b{count - 1}"\n'


def typed(count: int) -> str:
    """A chain of boxes that give what they take, each before the one that feeds it."""
    return chain(count, "only_changes", backwards=True)


def links(count: int) -> str:
    then = ", ".join(['"smooth"'] * count)
    return f'{BEGIN}{box("c", "smooth", "r")}then = [{then}]\n{OUT}x = "c"\n'


def fan(count: int) -> str:
    boxes = "".join(box(f"b{n}", "smooth", "r") for n in range(count))
    return BEGIN + boxes + OUT + "".join(f'x{n} = "b{n}"\n' for n in range(count))


def cables(count: int) -> str:
    return BEGIN + OUT + "".join(f'x{n} = "r"\n' for n in range(count))


def one_port(count: int) -> str:
    origins = ", ".join(['"r"'] * count)
    return f"{BEGIN}{OUT}x = [{origins}]\n"


def scaled(count: int) -> str:
    ports = (f'x{n} = {{ from = "r", to = [0, 9] }}\n' for n in range(count))
    return BEGIN + OUT + "".join(ports)


def compiled(text: str) -> Plan:
    return compile_patch(parse(text), Registry().find)


LARGE: list[Callable[[int], str]] = [chain, typed, links, fan, cables, one_port, scaled]


@pytest.mark.parametrize("make", LARGE)
def test_a_large_patch_is_compiled(make: Callable[[int], str]) -> None:
    plan = compiled(make(1500))
    assert len(plan.wires) >= 1500


@pytest.mark.parametrize("make", LARGE)
def test_a_long_one_plays(make: Callable[[int], str]) -> None:
    played = play(make(FEW), seconds=0.1)
    assert played.engine.metrics.faults == []
    assert played.engine.states["o"].box.messages  # type: ignore[attr-defined]


@pytest.mark.parametrize("make", LARGE)
def test_one_that_is_too_large_is_refused(make: Callable[[int], str]) -> None:
    with pytest.raises(PatchError) as raised:
        compiled(make(8_000))
    (problem,) = raised.value.problems
    assert problem.message in (
        f"a patch has {MOST_BOXES} boxes, the links of chains too, at most",
        f"a patch has {MOST_CABLES} cables, at most",
    )
    assert problem.line is not None


def test_a_long_cycle_is_told() -> None:
    text = chain(1500).replace(
        '[b0]\nuse = "smooth"\nfrom = "r"', '[b0]\nuse = "smooth"\nfrom = "b1499"'
    )
    with pytest.raises(PatchError, match="nothing ever reaches it"):
        compiled(text)


def unknown_origins(count: int) -> str:
    return BEGIN + "".join(box(f"b{n}", "smooth", f"bb{n}") for n in range(count))


def unknown_kinds(count: int) -> str:
    return BEGIN + "".join(box(f"b{n}", f"smoot{n}", "r") for n in range(count))


def unknown_keys(count: int) -> str:
    return BEGIN + box("b", "smooth", "r") + "".join(f"span{n} = 1\n" for n in range(count))


@pytest.mark.parametrize("make", [unknown_origins, unknown_kinds, unknown_keys])
def test_a_large_patch_that_is_all_wrong_has_all_told(make: Callable[[int], str]) -> None:
    with pytest.raises(PatchError) as raised:
        compiled(make(1500))
    assert len(raised.value.problems) >= 1500
    assert "Did you mean" in str(raised.value)
