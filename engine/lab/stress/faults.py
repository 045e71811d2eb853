"""The kinds of fault, how long each lasts, and their schedule in a storm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final


@dataclass(frozen=True)
class InjectedFault:
    """A kind of fault; it lasts from ``least`` to ``most`` seconds."""

    name: str
    about: str
    least: float = 0.0
    most: float = 0.0


@dataclass(frozen=True)
class Injection:
    """A fault at a time: its name, its target ("" for the whole show), start and duration in s."""

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
SOUND_GONE: Final = InjectedFault("sound gone", "kill -9 of the program that sounds", 1.0, 4.0)
CAPTURE_KILLED: Final = InjectedFault(
    "listening process killed", "kill -9 of what hears the device"
)
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

Choice = tuple[InjectedFault, str]
"""A fault, and its target."""

FIRST: Final = 6.0
"""Seconds of calm before the first injection."""
SETTLE: Final = 6.0
"""Seconds that a show has to recover once a fault is over."""
CALM: Final = 8.0
"""Seconds of calm after that, before the next injection."""


def storm(
    seed: int, seconds: float, possible_faults: Iterable[Choice], calm: float = CALM
) -> list[Injection]:
    """Return the schedule of a storm; the same seed gives the same storm.

    Every possible fault is injected once before any is repeated.
    """
    dice = Random(seed)
    injections: list[Injection] = []
    at = FIRST
    for fault, target in _turns(dice, list(possible_faults)):
        lasts = round(dice.uniform(fault.least, fault.most), 1)
        if at + lasts + SETTLE > seconds:
            break
        injections.append(Injection(fault.name, target, round(at, 1), lasts))
        at += lasts + SETTLE + calm
    return injections


def _turns(dice: Random, possible_faults: list[Choice]) -> Iterator[Choice]:
    while possible_faults:
        dice.shuffle(possible_faults)
        yield from possible_faults
