"""Takes in the parts that homes offer: one is handed over once the boxes of home's own are here.

Those are looked for beside the loop, asked for where home is trusted, and else refused by name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from engine.cluster.messages import PLAYS, REFUSED, BoxesWanted, PartOffer
from engine.cluster.messenger import Messenger
from engine.cluster.part_report import state_of
from engine.cluster.part_text import OfferedBoxes, refusal
from engine.core.box_errors import anything_raised
from engine.core.errors import describe_error
from engine.core.os_errors import os_reason
from engine.runtime.metrics import LOG

Accept = Callable[[str, PartOffer, OfferedBoxes], None]
"""Takes a part that can be played, and whose it is."""


class PartIntake:
    """The offers that are looked at; on the loop. Of two the later one counts.

    ``folder`` holds ``nodes/``; ``kept`` is where boxes are kept that home sends, None where home
    is not trusted. ``plays`` is whether a part of a home plays already.
    """

    def __init__(
        self,
        messenger: Messenger,
        folder: Path,
        kept: Path | None,
        accept: Accept,
        plays: Callable[[str], bool],
    ) -> None:
        self._messenger = messenger
        self._folder = folder
        self._kept = kept
        self._accept = accept
        self._plays = plays
        self._newest: tuple[str, PartOffer] | None = None
        self._waiting: tuple[str, PartOffer, OfferedBoxes] | None = None

    def offered(self, home: str, offer: PartOffer) -> None:
        """Look at an offer, and accept or refuse it later."""
        self._look(home, offer, OfferedBoxes(offer, self._folder, self._kept), {})

    def forget(self, home: str) -> None:
        """Look no more at what a home has offered."""
        if self._newest is not None and self._newest[0] == home:
            self._newest = self._waiting = None

    def sent(self, home: str, texts: dict[str, bytes]) -> None:
        """Take the boxes that were asked for."""
        if self._waiting is None or self._waiting[0] != home:
            return
        _, offer, boxes = self._waiting
        self._waiting = None
        missing = [use for use in boxes.wanted if use not in texts]
        if missing:
            self._refuse(home, offer, f"home did not send {', '.join(missing)}")
        else:
            boxes.wanted = []
            self._look(home, offer, boxes, texts)

    def _look(
        self, home: str, offer: PartOffer, boxes: OfferedBoxes, texts: dict[str, bytes]
    ) -> None:
        """See beside the loop whether the boxes of home's own are here."""
        self._newest = home, offer
        if not offer.boxes:
            self._take(home, offer, boxes, [])
            return

        def look() -> None:
            try:
                boxes.take(texts)
            except OSError as error:
                why = f"what home sent cannot be kept in {self._kept}: {os_reason(error)}"
                self._messenger.soon(self._refuse, home, offer, why)
            else:
                self._messenger.soon(self._take, home, offer, boxes, _missing(boxes))

        threading.Thread(target=look, name="own boxes", daemon=True).start()

    def _take(self, home: str, offer: PartOffer, boxes: OfferedBoxes, missing: list[str]) -> None:
        if not self._is_newest(offer):
            return
        self._waiting = (home, offer, boxes) if missing else None
        if not missing:
            self._accept(home, offer, boxes)
        elif self._kept is not None and boxes.wanted != missing:
            boxes.wanted = missing
            self._messenger.tell(home, BoxesWanted(missing))
        else:
            self._refuse(home, offer, refusal(missing))

    def _refuse(self, home: str, offer: PartOffer, why: str) -> None:
        if not self._is_newest(offer):
            return
        LOG.error("%s", why)
        state = PLAYS if self._plays(home) else REFUSED
        self._messenger.tell(home, state_of(offer, state, (why, "", "")))

    def _is_newest(self, offer: PartOffer) -> bool:
        return self._newest is not None and self._newest[1] is offer


def _missing(boxes: OfferedBoxes) -> list[str]:
    """Return which boxes of home's own are not here; on any thread."""
    try:
        return boxes.missing()
    except anything_raised() as error:
        LOG.error("%s", describe_error(error))
        return []  # it is told when the part is read
