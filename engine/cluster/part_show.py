"""A part of a show that is to be played on this machine, or plays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.cluster.exchange import Exchange
from engine.cluster.lamps import Lamps
from engine.cluster.messages import PartOffer
from engine.cluster.part_text import OfferedBoxes, plan_part
from engine.patch.load import Texts
from engine.patch.plan import Plan
from engine.runtime.live import Live
from engine.runtime.reload.reloader import Reloader


@dataclass
class PartShow:
    """Whose part it is, what it is made of, and what plays it.

    ``folder`` is where the files that it names lie.
    """

    home: str
    offer: PartOffer
    boxes: OfferedBoxes
    folder: Path
    live: Live | None = None
    reloader: Reloader | None = None
    lamps: Lamps | None = None

    def texts(self) -> Texts:
        """Return the text of the part as it was offered last, as of a file in the folder."""
        title = "".join(each if each.isalnum() else "_" for each in self.offer.title)
        return Texts(self.folder / f"{title or 'show'}.toml", self.offer.text)

    def open(self, texts: Texts, exchange: Exchange) -> Plan:
        """Return the plan of the part, its crossings connected. Raise PatchError; on any thread."""
        plan = plan_part(texts, self.boxes.find)
        exchange.connect(plan)
        return plan

    def replace(self, home: str, offer: PartOffer, boxes: OfferedBoxes) -> None:
        """Have another part take over from the one that plays, as after an edit."""
        self.home, self.offer, self.boxes = home, offer, boxes
        if self.reloader is not None:
            self.reloader.look_again(set())
