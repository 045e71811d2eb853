"""Replace sources that cannot play here: a camera given a file becomes a video file."""

from __future__ import annotations

from engine.core.box_errors import anything_raised
from engine.core.errors import PatchError, Problem, tell_error
from engine.core.parameter import read_parameters
from engine.core.source import Source
from engine.patch.build import Find, beside_patch
from engine.patch.plan import Plan
from engine.runtime.metrics import LOG


def use_fallbacks(plan: Plan, find: Find, *, live: bool) -> None:
    """Replace every source that names a fallback.

    Raise PatchError when one can neither play nor be replaced.
    """
    file = plan.texts.file if plan.texts else None
    for planned in plan.boxes.values():
        if not isinstance(planned.box, Source):
            continue
        try:
            found = planned.box.fallback(live)
        except anything_raised() as error:
            problem = Problem(tell_error(error), *planned.place, box=planned.name)
            raise PatchError([problem]) from None
        if found is None:
            continue
        use, values = found
        cls = find(use)
        fields = {p.field: p for p in read_parameters(cls).values()}
        taken = {
            key: beside_patch(file, fields[key], value)
            for key, value in values.items()
            if key in fields
        }
        planned.replace(cls(**taken))
        planned.fallback = use


def report_fallbacks(plan: Plan, before: Plan | None = None) -> None:
    """Log the fallbacks that play, except those already playing in plan ``before``."""
    for name, planned in plan.boxes.items():
        known = before.boxes.get(name) if before else None
        if planned.fallback and (known is None or known.fallback != planned.fallback):
            LOG.info("%s: the box %s plays here instead of %s", name, planned.fallback, planned.use)
