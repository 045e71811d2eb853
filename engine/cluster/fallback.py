"""Whose boxes play at home meanwhile: of machines with ``fallback = "here"``, those that are away.

The patch is read again with them, as after an edit, and once more when such a machine plays.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.patch.machines import MachineSpec
from engine.patch.plan import Plan

Plays = Callable[[str], bool]
"""Whether a machine plays its part."""


def machines_of(whole: Plan) -> list[MachineSpec]:
    """Return the machines on which boxes of a patch play."""
    names = dict.fromkeys(box.machine for box in whole.boxes.values() if box.machine)
    return [whole.machines[name] for name in names]


def fallen_back(whole: Plan, plays: Plays) -> frozenset[str]:
    """Return the machines whose boxes are to play at home now."""
    return frozenset(
        spec.name for spec in machines_of(whole) if spec.falls_back and not plays(spec.name)
    )


def falls_back(plan: Plan, name: str) -> bool:
    """Whether the boxes of a machine play at home while it is away."""
    return name in plan.machines and plan.machines[name].falls_back


def is_due(plan: Plan, plays: Plays) -> bool:
    """Whether the plan that plays at home is not the one that should, as machines are now."""
    return plan.whole is not None and plan.here != fallen_back(plan.whole, plays)
