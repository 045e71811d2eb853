"""Plays a metronome into OSC beside a box that learns, which is taught again and again or left be.

It is a process of its own, so that what it takes of the machine is its own.

Run: python -m engine.lab.bench.rig.lesson_player DEVICE PORT SECONDS WARM TASK MODEL EVERY, which
is shown something, and learns anew, every EVERY seconds; 0 is never.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import numpy as np

from engine.core.messages import Features, Ns
from engine.core.node import Node
from engine.lab.bench.rig.lesson_examples import NAMES, lesson_examples
from engine.lab.bench.rig.stretch import plan_of, play
from engine.learning.examples_file import write_examples
from engine.learning.kept_files import file_of
from engine.learning.versions import VERSION
from engine.system.state_folder import state_places

PATCH = """
[mic]
use    = "microphone"
device = "{device}"
block  = 128

[level]
use  = "loudness"
from = "mic"

[clock]
use  = "every"
time = "33 ms"

[moved]
use  = "some_numbers"
from = "clock.value"

[learner]
use   = "learn"
from  = "moved"
task  = "{task}"
model = "{model}"
{train}

[out]
use = "osc_out"
to  = "127.0.0.1:{port}"

[out.send]
"/level" = "level"
"/sure"  = "learner.confidence"
"""
AGAIN = """
record = { from = "pedal" }

[again]
use  = "every"
time = "HALF s"

[pedal]
use  = "some_orders"
from = "again.value"
"""


class SomeNumbers(Node):
    """Bring numbers that move, as a camera would."""

    def process(self, value: float, *, at: Ns) -> Features:
        """Return the numbers of a moment."""
        turn = at / 1e9 + np.arange(len(NAMES))
        return Features(NAMES, np.sin(turn).astype(np.float32))


class SomeOrders(Node):
    """Hold a pedal and let go, in turn."""

    _is_held: bool = False

    def process(self, value: float) -> str:
        """Return the name of what is shown, or nothing."""
        self._is_held = not self._is_held
        return "class0" if self._is_held else ""


def main() -> None:
    """Play, and print what was measured after the first WARM seconds as JSON."""
    device, port, seconds, warm, task, model, every = sys.argv[1:]
    train = AGAIN.replace("HALF", str(float(every) / 2)) if float(every) else ""
    text = PATCH.format(device=device, port=port, task=task, model=model, train=train)
    with tempfile.TemporaryDirectory() as folder:
        patch = Path(folder, "show.toml")
        patch.write_text(text)
        kept = state_places(patch, "learner")[0]
        kept.mkdir(parents=True)
        (kept / file_of(VERSION)).write_bytes(write_examples(lesson_examples()))
        plan = plan_of(patch, {"some_numbers": SomeNumbers, "some_orders": SomeOrders})
        (_, measured), metrics = asyncio.run(
            play(plan, [float(warm), float(seconds)], route="out/level")
        )
    print(
        json.dumps(
            {
                "behind": measured.behind.summary(),
                "ours": measured.ours.summary(),
                "answers": measured.runs["learner"],
                "errors": [f"{fault.box}: {fault.text}" for fault in metrics.faults],
            }
        )
    )


if __name__ == "__main__":
    main()
