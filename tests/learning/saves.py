"""A program that teaches and saves without end; it is killed in the midst of it.

It forks for each life, so that only the first one takes time to begin: at a line on its standard
input it begins another, which says its number, and then after each save how many takes are kept.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np

from engine.learning.examples import Examples
from engine.learning.named_numbers import NamedNumbers
from engine.learning.versions import Versions
from engine.system.state_folder import StateFolder

KEPT = 4
"""So few that a save takes longer than what lies between two."""
NAMES = tuple(f"n{number}" for number in range(40))


def kept(folder: Path) -> tuple[Versions, Examples, str]:
    """Return what lies in a folder."""
    state = StateFolder((folder, folder / "spare"), print, lambda name, data: None)
    versions = Versions(state)
    return versions, *versions.read("examples")


def teach(folder: Path) -> None:
    """Add takes, each of which says which one it is, keep a few of them, and save after each."""
    versions, examples, _ = kept(folder)
    number = round(examples.takes[-1].targets["number"]) if examples.takes else 0
    while True:
        number += 1
        del examples.takes[:-KEPT]
        examples.begin(f"take{number % 20}", {"number": number})
        row = np.full(len(NAMES), number, np.float32)
        for moment in range(5):
            examples.add(NamedNumbers(NAMES, row), moment / 30)
        versions.keep(examples)
        say(f"{number}")


def main() -> None:
    """Begin a life at each line."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        if (child := os.fork()) == 0:
            teach(Path(sys.argv[1]))
        say(f"pid {child}")


def say(line: str) -> None:
    """Write a line as a whole: a life and who began it share their output."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


if __name__ == "__main__":
    main()
