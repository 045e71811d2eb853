"""Home's offers: each machine that is here is given its part, and again when that has changed."""

from __future__ import annotations

import os

from engine.cluster.known_machines import KnownMachines
from engine.cluster.messages import PartOffer, ShowOver
from engine.cluster.messenger import Messenger
from engine.cluster.part_text import make_offer
from engine.cluster.passing import held_of, pass_command
from engine.runtime.engine import Engine


class Offering:
    """The offers of one show; used on the loop. ``show`` is the number by which they know it."""

    def __init__(self, messenger: Messenger, known: KnownMachines, program: str) -> None:
        """``program`` is the version of Sensorium that home runs."""
        self.show = int.from_bytes(os.urandom(6), "big") + 1
        self._messenger = messenger
        self._known = known
        self._program = program
        self._version = 0

    def offer_all(self, engine: Engine) -> None:
        """Offer all machines their part of a plan that has taken over; end those without one."""
        plan = engine.plan
        self._version += 1
        for name in plan.parts:
            if self._known.plays(name):
                # A box may have come from here, with what hands hold of it.
                for command in held_of(engine, name):
                    self._messenger.tell(name, pass_command("home", command))
        for name in self._messenger.here():
            if name in plan.parts:
                self.offer(name, engine)
            elif self._known[name].offered is not None:
                self._known[name].offered = None
                self.over(name)

    def offer(self, name: str, engine: Engine) -> None:
        """Offer a machine its part, unless it has it already."""
        plan, machine = engine.plan, self._known[name]
        part = plan.parts.get(name)
        if part is None or plan.whole is None:
            return
        offer = make_offer(
            part, plan.whole, show=self.show, version=self._version, program=self._program
        )
        if machine.offered is None or differs(machine.offered, offer):
            machine.offered = offer
            self._messenger.tell(name, offer)

    def over(self, name: str) -> None:
        """End what a machine plays of the show."""
        self._messenger.tell(name, ShowOver(self.show))


def differs(one: PartOffer, other: PartOffer) -> bool:
    """Whether two offers are not of the same part: boxes of the performer's own are part of it."""
    return (one.text, one.boxes) != (other.text, other.boxes)
