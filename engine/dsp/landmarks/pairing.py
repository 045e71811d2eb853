"""What it costs to take a detection for somebody who is followed: how unlikely that is, in nats.

Likely is what OKS says of where a track should be by now (``similarity``), whose middle is where it
was expected, who goes on as they went (the consistency of direction of OC-SORT: Cao et al. 2023,
"Observation-Centric SORT"), and who looks the same (``appearance``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.dsp.landmarks.assignment import cheapest
from engine.dsp.landmarks.sighting import Sighting
from engine.dsp.landmarks.similarity import Floats, Spread, similarity
from engine.dsp.landmarks.track import Track, centres_at

GATE: Final = 0.15
"""What lies less alike than this does not belong together, whatever else there is."""
NEAR: Final = 0.6
"""Sizes between a track's last place and what is still taken for it, before time adds to it."""
DRIFTS: Final = 1.5
"""Seconds after which a place that was seen says no less than before."""
STRANGER: Final = 1.0
"""By how many nats a track that is not told must be likelier than one that is."""
MIDDLE: Final = 0.15
"""Sizes by which the middle of a detection is off from where it was expected a moment ago."""
BOUNCE: Final = 3.0
"""Nats against one who was hidden, and seems to have stopped or turned there: people pass each
other more often than not."""
GOES_ON: Final = 0.8
"""The part of their speed at which they are still taken to go on."""
WALK: Final = 0.4
"""Sizes a second; who is slower is going nowhere."""
BLINK: Final = 0.1
"""Seconds: nobody is hidden for less."""
MERGED: Final = 0.7
"""Seconds for which one who was lost beside another may be the one who is seen."""
LEFT: Final = 16.0
"""Nats; what costs as much is rather left alone."""
NOBODY: Final = 12.0
"""Nats of place and looks together, of what is rather nobody: a ghost of one picture."""
TURNED: Final = 8.0
"""Nats at most against the place of one who looks the same, and may have turned while hidden."""
AWAY: Final = 1.0
"""Nats against who was not in the last picture."""
FAMILIAR: Final = 1.5
"""Nats: a newcomer who looks no less like one who is away is taken to be them."""
TURN: Final = 0.4
"""By how much more alike a detection must lie with its sides exchanged, to be taken so."""
CLEAR: Final = 2.0
"""Nats: a sight that is less like the likeliest than this says less of all of them."""
PLAIN: Final = 0.4
"""A point that is surer than this is seen."""
WHOLE: Final = 0.7
"""The share of the points that must be seen for looks to say all they can: what is worn by who is
mostly hidden is that of whoever hides them."""
_NEVER: Final = 1e3


class Instant(NamedTuple):
    """One picture: when it was seen, in seconds, its number, and its width over its height."""

    now: float
    picture: int
    aspect: float


class Pairing:
    """Some detections beside some tracks that the picture did not show yet; of each one or more.

    ``fits`` (tracks, detections) is how alike each pair lies, 0 to 1, ``turned`` whether only with
    its sides exchanged. ``costs`` is how unlikely it is in nats, and LEFT where it is rather left
    alone.
    """

    def __init__(
        self, found: Sequence[Sighting], tracks: Sequence[Track], instant: Instant, spread: Spread
    ) -> None:
        self._found, self._tracks = found, tracks
        self._instant, self._spread = instant, spread
        self._unseen = np.array([min(instant.now - track.at, DRIFTS) for track in tracks])
        self._expected = centres_at(tracks, instant.now, instant.aspect, spread)
        self._centres = np.stack([track.centre for track in tracks])
        worn = np.stack([one.looks for one in found])
        # NaN where nothing is known
        self._looks = np.stack([track.appearance.unlike(worn) for track in tracks])
        self._known = ~np.isnan(self._looks)
        self.fits, choices, self.turned = self._likely()
        places = -np.log(np.maximum(choices, 1e-12)) + [[_bias(track)] for track in tracks]
        places += self._astray()
        familiar = self._familiar()
        places = np.where(familiar, np.minimum(places, TURNED), places)
        somebody = places + np.where(self._known, self._looks, 0.0) < NOBODY
        somebody &= (self.fits >= GATE) | familiar
        self.costs: Floats = np.where(somebody, np.minimum(places + self._unlike(), LEFT), LEFT)

    def likeliest(self) -> list[tuple[int, int]]:
        """Return the pairs (track, detection) that are likeliest together, and not left alone."""
        return cheapest(self.costs, LEFT)

    def _likely(self) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Return both similarities of where tracks should be to detections, each (tracks, n).

        And which lie so only with their sides exchanged.
        """
        straight, choices = self._similarity(None)
        sides = self._spread.sides
        if sides is None:
            return straight, choices, np.zeros(straight.shape, np.bool_)
        turned, others = self._similarity(sides)
        only = turned - straight > TURN
        return np.maximum(straight, turned), np.maximum(choices, others), only

    def _similarity(self, order: NDArray[np.intp] | None) -> tuple[Floats, Floats]:
        """Return both similarities, each (tracks, n), with points of detections in an order."""
        moved = (self._expected - self._centres)[:, None]
        places = np.stack([track.points for track in self._tracks]) + moved
        known = np.stack([track.weights for track in self._tracks])
        seen = np.stack([one.points for one in self._found])
        sure = np.stack([one.weights for one in self._found])
        if order is not None:
            seen, sure = seen[:, order], sure[:, order]
        weights = known[:, None] * sure
        apart = ((places[:, None] - seen) ** 2).sum(axis=-1)
        shape = weights.shape[:2]
        sizes = np.broadcast_to([[track.size] for track in self._tracks], shape)
        drift = np.broadcast_to(self._spread.drift * self._unseen[:, None], shape)
        return similarity(apart, weights, sizes, self._spread.k, drift)

    def _astray(self) -> Floats:
        """Return how unlikely the middle of each detection is for each track, in nats.

        Why beside the points: of who is half hidden few are known, and those are the worse ones.
        """
        now = self._instant.now
        places = np.stack([one.centre for one in self._found])
        away = np.linalg.norm(self._expected[:, None] - places, axis=2)
        away /= np.array([[track.size] for track in self._tracks])
        usual = (MIDDLE + self._spread.drift * self._unseen)[:, None]
        nats: Floats = 0.5 * (away / usual) ** 2
        for row, track in enumerate(self._tracks):
            speed = float(np.hypot(*track.velocity))
            if BLINK < now - track.at <= MERGED and speed > WALK * track.size:
                moved = (places - track.centre) @ track.velocity / speed / (now - track.at)
                nats[row] += BOUNCE * np.clip(GOES_ON - moved / speed, 0.0, 1.0)
        return nats

    def _unlike(self) -> Floats:
        """Return how unlike each detection looks for each track, in nats.

        Looks decide between those who are known: whoever is too new for that looks as likely as the
        likeliest of them, or a double of one picture would be more like everybody than they are.
        Who is half hidden looks like nobody: what is unlike all of them says less, of all of them.
        Whom the last picture did not show is less likely in this one: of two who are one detection
        for a while, one has it all the time.
        """
        likeliest = np.where(self._known, self._looks, np.inf).min(axis=0)
        likeliest = np.where(np.isfinite(likeliest), likeliest, 0.0)
        shown = np.array([float((one.weights >= PLAIN).mean()) for one in self._found])
        trust = CLEAR / np.maximum(likeliest, CLEAR) * np.minimum(shown / WHOLE, 1.0)
        before = self._instant.picture - 1
        away = [[AWAY if track.picture < before else 0.0] for track in self._tracks]
        return np.where(self._known, self._looks, likeliest) * trust + away

    def _familiar(self) -> NDArray[np.bool_]:
        """Return who looks like one who was hidden not far from there, and may have turned."""
        now = self._instant.now
        table = self._known & (self._looks <= FAMILIAR)
        for row, column in np.argwhere(table):
            track, one = self._tracks[row], self._found[column]
            table[row, column] = now - track.at > BLINK and _within(track, one, now, self._spread)
        return table


def found_again(
    found: Sequence[Sighting], tracks: Sequence[Track], now: float, spread: Spread
) -> list[tuple[int, int]]:
    """Return the pairs (track, detection) of those who are found nearest to their last places.

    One or more of each; whoever is further away than they may be is in no pair, nor is what does
    not look like them: a ghost of one picture would lead them astray.
    """
    costs = np.full((len(tracks), len(found)), _NEVER)
    for row, track in enumerate(tracks):
        for column, one in enumerate(found):
            unlike = float(track.appearance.unlike(one.looks))
            if math.isnan(unlike):
                if track.appearance.known:
                    continue
                unlike = 0.0
            if _within(track, one, now, spread) and unlike <= AWAY + FAMILIAR:
                away = float(np.linalg.norm(one.centre - track.centre)) / track.size
                costs[row, column] = away + unlike
    return cheapest(costs, _NEVER)


def _within(track: Track, one: Sighting, now: float, spread: Spread) -> bool:
    """Whether a detection lies no further than somebody may be from where they were seen."""
    reach = NEAR + 2 * spread.drift * min(now - track.at, DRIFTS)
    return float(np.linalg.norm(one.centre - track.centre)) <= reach * track.size


def _bias(track: Track) -> float:
    """Return what it costs a track to be chosen, whatever it fits."""
    return 0.0 if track.slot else STRANGER
