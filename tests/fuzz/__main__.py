"""By hand: ``python -m tests.fuzz osc --minutes 10``; exit status 1 where something was found.

Rounds of some hundred cases, each with a seed of its own. A case that fails is made small by
hypothesis and written into ``--keep``; the memory of this process is told after each round.
"""

from __future__ import annotations

import argparse
import gc
import random
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).parents[1]))  # conftest, as pytest finds it

from .targets import TARGETS, Target

ROUND = 500
GROWTH = 64
"""By how many MiB the memory may grow from the second round to the last."""


class Slow(AssertionError):
    """A case that took too long."""


def main() -> int:
    """Fuzz one target for so many minutes; gives the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    wanted = parser.parse_args()
    end = time.monotonic() + 60 * wanted.minutes
    run = Run(TARGETS[wanted.target])
    sizes: list[float] = []
    while time.monotonic() < end:
        if error := run.round(random.randrange(2**32), end):
            keep(wanted.keep, wanted.target, run.last, error)
        gc.collect()
        sizes.append(memory())
        print(f"{wanted.target}: {run}, {sizes[-1]:.0f} MiB", flush=True)
    grown = sizes[-1] - sizes[min(1, len(sizes) - 1)]
    print(f"{wanted.target}: grown by {grown:.1f} MiB")
    return 1 if run.found or grown > GROWTH else 0


class Over(KeyboardInterrupt):
    """The time is over; hypothesis lets only such exceptions through."""


class Run:
    """Plays cases, and remembers the last and the slowest."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self.count = 0
        self.slowest = 0.0
        self.found = 0
        self.last: object = None

    def __str__(self) -> str:
        return f"{self.count} cases, slowest {self.slowest:.2f} s, found {self.found}"

    def round(self, number: int, end: float) -> Exception | None:
        """Play a round of cases; gives what one of them raised."""
        phases = (Phase.generate, Phase.shrink)
        how = settings(
            max_examples=ROUND,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        )

        @seed(number)
        @how
        @given(self._target.cases)
        def play(case: object) -> None:
            if time.monotonic() > end:
                raise Over
            self._play(case)

        try:
            play()
        except Over:
            return None
        except Exception as error:
            self.found += 1
            return error
        return None

    def _play(self, case: object) -> None:
        self.last = case
        began = time.process_time()  # others may use this machine too
        self._target.take(case)
        took = time.process_time() - began
        self.count += 1
        self.slowest = max(self.slowest, took)
        if took > self._target.seconds:
            raise Slow(f"took {took:.1f} s")


def keep(folder: Path, target: str, case: object, error: Exception) -> None:
    """Write a case that failed, and how."""
    folder.mkdir(exist_ok=True)
    number = len(list(folder.iterdir()))
    file = folder / f"{target}-{number}.txt"
    file.write_text(f"{case!r}\n\n{type(error).__name__}: {error}\n")
    print(f"found: {type(error).__name__}: {str(error)[:300]} (in {file})", flush=True)


def memory() -> float:
    """Give the memory of this process, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    sys.exit(main())
