"""What home knows of each machine of the room: how its part stands, and what it said last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engine.cluster.link import Machine, MachineLink
from engine.cluster.messages import PLAYS, PartOffer, PartStatus
from engine.core.clock import MILLISECOND
from engine.core.machine_status import MachineStatus
from engine.patch.plan import Plan

AWAY: Final = "away"
JOINED: Final = "joined"


@dataclass
class JoinedMachine:
    """What home knows of a machine: how its part stands, and what it said last.

    ``standing`` is AWAY, JOINED, or what it said of its part last; ``problems`` say why.
    ``offered`` is what it was offered since it came.
    """

    name: str
    standing: str = AWAY
    problems: tuple[str, ...] = ()
    status: PartStatus | None = None
    offered: PartOffer | None = None


@dataclass(frozen=True)
class MachineView:
    """A machine as it is shown: what is known of it, and the boxes of the patch that play there."""

    known: JoinedMachine
    link: Machine
    boxes: tuple[str, ...] = ()
    here: bool = False


class KnownMachines:
    """The machines by name, whether they ever came or not."""

    def __init__(self, link: MachineLink) -> None:
        self._link = link
        self._known: dict[str, JoinedMachine] = {}

    def __getitem__(self, name: str) -> JoinedMachine:
        return self._known.setdefault(name, JoinedMachine(name))

    def plays(self, name: str) -> bool:
        """Whether a machine plays its part; on any thread."""
        known = self._known.get(name)
        return known is not None and known.standing == PLAYS

    def views(self, plan: Plan) -> list[MachineView]:
        """Return the machines of a patch and of the room, as they are now; on any thread."""
        boxes: dict[str, list[str]] = {name: [] for name in plan.parts}
        for name, planned in (plan.whole or plan).boxes.items():
            if planned.machine and not planned.hidden and "/" not in name:
                boxes.setdefault(planned.machine, []).append(name)
        links = self._link.machines()
        return [
            MachineView(
                self._known.get(name) or JoinedMachine(name),
                links.get(name) or Machine(name),
                tuple(boxes.get(name, ())),
                name in plan.here,
            )
            for name in dict.fromkeys([*boxes, *links])
        ]


def status_of(view: MachineView) -> MachineStatus:
    """Return a machine as it is shown: those that play no part of the patch too."""
    link, told = view.link, view.known.status
    cores = link.has.get("cores", 0)
    return MachineStatus(
        link.name,
        view.known.standing,
        view.boxes,
        view.here,
        round(link.delay / MILLISECOND, 2),
        round(link.offset / MILLISECOND, 2),
        round(link.uncertainty / MILLISECOND, 2),
        round(told.delay_ms, 1) if told else 0.0,
        told.dropped if told else 0,
        told.errors if told else 0,
        cores if isinstance(cores, int) else 0,
        view.known.problems,
    )
