"""Puts in what plays in place of a source here: a camera given a file becomes a video file."""

from __future__ import annotations

from engine.core.errors import ParameterError, PatchError, Problem
from engine.core.parameter import read_parameters
from engine.core.source import Source
from engine.patch.build import Find
from engine.patch.plan import Plan
from engine.runtime.metrics import LOG


def use_fallbacks(plan: Plan, find: Find, *, live: bool) -> None:
    """Ask every source whether another plays in its place, and exchange those that say so.

    Raises PatchError where one can play neither itself nor by another.
    """
    for planned in plan.boxes.values():
        if not isinstance(planned.box, Source):
            continue
        try:
            instead = planned.box.instead(live)
        except ParameterError as error:
            raise PatchError([Problem(str(error), *planned.place, box=planned.name)]) from None
        if instead is None:
            continue
        use, values = instead
        cls = find(use)
        fields = {p.field for p in read_parameters(cls).values()}
        planned.exchange(cls(**{key: value for key, value in values.items() if key in fields}))
        planned.instead = use


def report_fallbacks(plan: Plan, before: Plan | None = None) -> None:
    """Say what plays here in place of what the patch says, where that is news."""
    for name, planned in plan.boxes.items():
        known = before.boxes.get(name) if before else None
        if planned.instead and (known is None or known.instead != planned.instead):
            LOG.info("%s: the box %s plays here instead of %s", name, planned.instead, planned.use)
