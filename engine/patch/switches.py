"""What a cable with ``when`` is where a switch, a number or a text is taken, and no trigger.

``hold = { when = "desk.cc64", above = 0.5 }``: on while it is above, rather than once.
"""

from __future__ import annotations

from typing import Any

from engine.core.kinds import members
from engine.core.messages import Note, Trigger
from engine.core.signature import NUMBERS, fits
from engine.patch.cables import THROTTLE, Cable, CableStage


def is_held(stage: CableStage, cable: Cable, carries: Any, accepts: tuple[Any, ...]) -> bool:
    """Whether a stage is left out, so that the switch or the choice before it comes as it is.

    A switch becomes a trigger unless the cable ends where none is taken. One that comes at most so
    often stays a trigger: a switch would be kept from going off.
    """
    return (
        stage.use == "trigger"
        and (carries is bool or _has(cable, "choose"))
        and fits(carries, accepts)
        and not fits(Trigger, accepts)
        and not _is_seldom(cable)
    )


def instead(cable: Cable, begins: Any, carries: Any, accepts: tuple[Any, ...]) -> str:
    """Return what to write where a trigger or a note comes and a switch or a number is taken.

    ``begins`` is the type that the cable begins with; "" where there is nothing to say.
    """
    if carries not in (Trigger, Note) or not fits(float, accepts):
        return ""
    switch = any(bool in members(kind) for kind in accepts)
    if cable.is_trigger and begins in NUMBERS:
        if begins is bool or _has(cable, "gate"):
            return '; without "at_most" it is on as long as that holds'
        if switch:
            return f'; {{ when = "{cable.origin}", above = 0.5 }} is on while it is above'
        return f'; {{ from = "{cable.origin}" }} follows it'
    kind, made = ("toggle", "switch") if switch else ("envelope", "number")
    return f'; a box with use = "{kind}" makes a {made} of it'


def _has(cable: Cable, use: str) -> bool:
    return any(stage.use == use for stage in cable.stages)


def _is_seldom(cable: Cable) -> bool:
    """Whether it is written with ``at_most``."""
    return any(stage.use == THROTTLE and not stage.values["last"] for stage in cable.stages)
