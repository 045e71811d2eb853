"""Runs the contestants in turn, each in a process of its own."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import Any

PAIRS = 7
"""How often A and B take turns: enough for a median on a machine that does other things too."""

Numbers = dict[str, float]


class ChildFailed(RuntimeError):
    """A measuring process ended with an error; the message is its standard error."""


def child(module: str, *arguments: object) -> Any:
    """Run a module of this folder, and read what it prints as JSON. Raise ChildFailed."""
    command = [sys.executable, "-m", f"engine.lab.bench.rig.{module}", *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise ChildFailed(f"{module}: {ended.stderr.strip() or ended.returncode}")
    return json.loads(ended.stdout.splitlines()[-1])


def in_turn(rounds: int, *contestants: Callable[[], Numbers]) -> list[list[Numbers]]:
    """Measure contestants turn by turn, in an order that is reversed every round.

    Return the numbers of each, one for each round.
    """
    measured: list[list[Numbers]] = [[] for _ in contestants]
    for number in range(rounds):
        order = range(len(contestants))
        for index in reversed(order) if number % 2 else order:
            measured[index].append(contestants[index]())
    return measured


def ratios(of_a: Iterable[Numbers], of_b: Iterable[Numbers], name: str) -> list[float]:
    """Return A over B of one number, pair by pair."""
    return [a[name] / b[name] for a, b in zip(of_a, of_b, strict=True)]


def median(of: Iterable[Numbers], name: str) -> float:
    """Return the median of one number over all turns."""
    return statistics.median(numbers[name] for numbers in of)
