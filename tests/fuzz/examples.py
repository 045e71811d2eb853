"""What a box was shown, as files of strangers: examples, networks and tables.

What is read is learned from, as every task, and asked for, as when a show opens with it.
"""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from engine.core.context import MemoryState
from engine.learning.examples import Examples
from engine.learning.examples_file import BadExamples, read_examples, write_examples
from engine.learning.learner import LearningManner, learned
from engine.learning.named_numbers import NamedNumbers
from engine.learning.network import SmallNetwork, read_network, write_network
from engine.learning.network_lesson import fingerprint
from engine.learning.tables import read_table, write_table
from engine.learning.versions import Versions
from engine.learning.weights import EVEN

from .mutation import mutated

TASKS = ("classify", "regress", "gesture")
NAMES = ("p", "q")


class Table(NamedTuple):
    """A table of examples, and how its numbers are called."""

    text: str
    names: list[str]


class Kept(NamedTuple):
    """A file of a network, which claims to be of these examples."""

    network: bytes


@cache
def shown() -> Examples:
    """Return a few examples as a box keeps them."""
    examples = Examples()
    for number, label in enumerate(("low", "high", "low", "high")):
        examples.begin(label, {"knob": number / 2})
        for moment in range(6):
            values = np.array(
                [number + 0.1 * moment, np.nan if moment == 3 else moment], np.float32
            )
            examples.add(NamedNumbers(NAMES, values), moment / 20)
    return examples


@cache
def network() -> SmallNetwork:
    """Return a network that fits them."""
    layers = ((np.eye(2, 3), np.zeros(3)), (np.eye(3, 2), np.ones(2)))
    return SmallNetwork(
        NAMES, ("low", "high"), np.zeros(2), np.ones(2), layers, np.zeros(2), np.ones(2)
    )


plain = st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(-3, 3)
odd = st.sampled_from([10**400, -(10**30), 1e39, "1", True, [1.0]])
labels = st.sampled_from(["low", "high", "side"]) | st.text(min_size=1, max_size=4)
odd_labels = st.sampled_from(["unsure", "x" * 5000, "\0", "a\nb", ""])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Write a file that is one of examples, or nearly: with sizes or values that do not fit."""
    is_odd = draw(st.booleans())
    numbers = plain | odd if is_odd else plain
    names = labels | odd_labels if is_odd else labels
    known = draw(st.lists(names, max_size=3, unique=not is_odd))
    rows = st.lists(numbers, min_size=len(known), max_size=len(known))
    rows = rows | st.lists(numbers, max_size=4) if is_odd else rows
    knobs = draw(st.lists(names, max_size=2))
    takes = []
    for _ in range(draw(st.integers(0, 7))):
        count = draw(st.integers(0, 5))
        steps = draw(st.lists(numbers, min_size=count, max_size=count))
        takes.append(
            {
                "label": draw(names),
                "times": steps if is_odd else [place / 10 for place in range(count)],
                "rows": draw(st.lists(rows, min_size=count, max_size=count)),
                "targets": {knob: draw(st.floats(-1e308, 1e308)) for knob in knobs},
            }
        )
    number = draw(st.sampled_from([0, 2, -1, 1.5, "1"])) if is_odd and draw(st.booleans()) else 1
    return json.dumps({"format": number, "names": known, "takes": takes}).encode()


texts = st.one_of(
    st.text(max_size=60),
    st.builds(
        lambda data: data.decode("utf-8", "replace"),
        mutated(st.builds(lambda: write_table(shown()).encode())),
    ),
)
cases = st.one_of(
    mutated(st.builds(lambda: write_examples(shown()))),
    files(),
    st.builds(Table, texts, st.lists(labels, max_size=3)),
    st.builds(Kept, mutated(st.builds(lambda: write_network(network())))),
)


def take(case: bytes | Table | Kept) -> None:
    """Read, learn and ask; what is wrong is said in our own words, and nothing else is raised."""
    try:
        if isinstance(case, Table):
            learn(read_table(case.text, case.names))
        elif isinstance(case, Kept):
            use(read_network(case.network))
        else:
            learn(read_examples(case))
    except BadExamples as error:
        assert str(error)


def learn(examples: Examples) -> None:
    """Learn every task, and ask for what was shown and what was not."""
    written = write_examples(examples)
    assert write_examples(read_examples(written)) == written
    for task in TASKS:
        lesson = learned(examples, LearningManner(task, 0.2), Versions())
        for row in (*examples.rows()[:3], np.full(len(examples.names), 1e30, np.float32)):
            now = NamedNumbers(examples.names, row)
            found = lesson.classified(now)
            assert found is None or abs(sum(found.shares.values()) - 1) < 1e-6
            lesson.reckoned(now)
            lesson.spotted(now, 0.0)


def use(found: SmallNetwork) -> None:
    """Play with a network that was kept for examples, if it says that it is of these."""
    examples = shown()
    versions = Versions(MemoryState())
    versions.keep_network(
        found.judged(found.score, found.report, fingerprint("classify", examples, EVEN))
    )
    lesson = learned(examples, LearningManner("classify", 0.2, by_network=True), versions)
    answer = lesson.classified(NamedNumbers(NAMES, np.array([1.0, 2.0], np.float32)))
    assert answer is not None and set(answer.shares) == {"low", "high"}
