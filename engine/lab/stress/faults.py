"""The faults that there are: what each does, and how long it lasts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True)
class InjectedFault:
    """One kind of fault; it lasts from ``least`` to ``most`` seconds."""

    name: str
    about: str
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True)
class Injection:
    """One fault at one time: which, whom it hits ("" for the whole show), when, for how long."""

    fault: str
    target: str
    at: float
    lasts: float

    def __str__(self) -> str:
        whom = f" {self.target}" if self.target else ""
        lasting = f", for {self.lasts:.1f} s" if self.lasts else ""
        return f"{self.at:7.1f} s  {self.fault}{whom}{lasting}"


CAMERA_KILLED: Final = InjectedFault("camera killed", "kill -9 of what sends the picture", 1.0, 4.0)
CAMERA_STALLS: Final = InjectedFault(
    "camera stalls", "what sends the picture stands still", 2.5, 4.5
)
SERVER_KILLED: Final = InjectedFault(
    "sound server killed", "kill -9 of jackd, with all its clients", 1, 4
)
SINGER_GONE: Final = InjectedFault("sound gone", "kill -9 of the program that sounds", 1.0, 4.0)
EAR_KILLED: Final = InjectedFault("listening process killed", "kill -9 of what hears the device")
SYNTH_KILLED: Final = InjectedFault(
    "MIDI receiver killed", "kill -9 of what plays the notes", 1.0, 4.0
)
PORT_KILLED: Final = InjectedFault("MIDI process killed", "kill -9 of what owns the MIDI port")
MODEL_KILLED: Final = InjectedFault(
    "network's process killed", "kill -9 of what a network works in"
)
OSC_CLOSED: Final = InjectedFault(
    "OSC receiver closed", "its socket is closed, then opened", 1.0, 4.0
)
TCP_STALLS: Final = InjectedFault("TCP receiver stalls", "it takes nothing any more", 1.5, 4.0)
NETWORK_GONE: Final = InjectedFault("network gone", "what is sent arrives nowhere", 1.0, 4.0)
BURST: Final = InjectedFault("control burst", "10,000 parameter changes as fast as they go")
FUZZ: Final = InjectedFault("malformed packets", "2,000 packets of nonsense to the control port")
NO_NUMBERS: Final = InjectedFault("no numbers", "NaN and infinity to every parameter")
HOGS: Final = InjectedFault(
    "busy machine", "a process for every core that computes and computes", 2.0, 4.0
)
STOPPED: Final = InjectedFault(
    "show stopped", "SIGSTOP of the show, as a lid that is shut", 3.0, 3.0
)
BROKEN_PATCH: Final = InjectedFault(
    "patch broken", "its file is saved broken, then mended", 2.0, 3.0
)

SOURCE_GONE: Final = InjectedFault("source gone", "it says nothing, and is back", 0.5, 8.0)
SOURCE_STALLS: Final = InjectedFault(
    "source stalls", "it holds everything back, then says it", 0.5, 3.0
)
SOURCE_NO_NUMBERS: Final = InjectedFault(
    "source without numbers", "it says NaN and infinity", 0.5, 3.0
)
SOURCE_BURST: Final = InjectedFault("source bursts", "it says everything 50 times", 0.5, 1.0)
CLOCK_JUMPS: Final = InjectedFault("clock jumps", "hours pass in a moment")
BOX_BREAKS: Final = InjectedFault("box raises", "it raises at every message", 0.5, 3.0)
MODEL_SLOW: Final = InjectedFault("slow model", "it takes 400 ms for an answer", 1.0, 5.0)

Choice = tuple[InjectedFault, str]
"""A fault, and whom it may hit."""

FIRST: Final = 6.0
"""Seconds of calm before the first strike."""
SETTLE: Final = 6.0
"""Seconds that a show has to be itself again once a fault is over."""
CALM: Final = 8.0
"""Seconds of calm after that, before the next strike."""


def storm(
    seed: int, seconds: float, choices: Iterable[Choice], calm: float = CALM
) -> list[Injection]:
    """Make the strikes of a storm: the same seed, the same storm.

    Every choice has its turn before any comes again.
    """
    dice = Random(seed)
    strikes: list[Injection] = []
    at = FIRST
    for fault, target in _turns(dice, list(choices)):
        lasts = round(dice.uniform(fault.least, fault.most), 1)
        if at + lasts + SETTLE > seconds:
            break
        strikes.append(Injection(fault.name, target, round(at, 1), lasts))
        at += lasts + SETTLE + calm
    return strikes


def _turns(dice: Random, choices: list[Choice]) -> Iterator[Choice]:
    while choices:
        dice.shuffle(choices)
        yield from choices
