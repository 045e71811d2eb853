"""A show that plays chords without end, in a process of its own, to be ended in every way."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

COMMAND = "from engine.cli import main; main()"

PATCH = """
title = "A storm of notes"
[storm]
use = "storm"
[pass]
use = "breaks"
from = "storm"
[synth]
use = "midi_out"
system = "jack"
[synth.send]
notes = "pass"
"2/note40" = { when = "pass", length = "300 ms" }
cc64 = { from = "storm.pedal" }
"""

STORM = '''
import random
from engine.core.messages import Note
from engine.core.node import Tape

class Storm(Tape):
    """Chords of up to six notes, 100 changes a second, until it is ended."""

    OUT = {"notes": Note, "pedal": bool}
    seed: int = 1

    def events(self):
        dice, sounding, at = random.Random(self.seed), [], 0
        while True:
            at += 10_000_000
            if len(sounding) > 5 or (sounding and dice.random() < 0.4):
                yield at, "notes", Note(sounding.pop(dice.randrange(len(sounding))), 0)
            else:
                note = dice.choice([n for n in range(30, 90) if n not in sounding])
                sounding.append(note)
                yield at, "notes", Note(note, 100)
            if dice.random() < 0.02:
                yield at, "pedal", dice.random() < 0.5
'''

BREAKS = '''
from engine.core.messages import Note
from engine.core.node import Node

class Breaks(Node):
    """Pass notes on; from the note ``after`` on it fails each time."""

    after: int = 0
    _count: int = 0

    def process(self, note: Note) -> Note:
        self._count += 1
        if self.after and self._count > self.after:
            raise RuntimeError("broken on purpose")
        return note
'''


@contextmanager
def storm(seed: int, breaks_after: int = 0, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Play the storm by the command line while the block lasts; ``more`` are further ``--set``."""
    with tempfile.TemporaryDirectory(prefix="sensorium-storm-") as folder:
        patch = Path(folder) / "storm.toml"
        patch.write_text(PATCH, encoding="utf-8")
        (patch.parent / "nodes").mkdir()
        (patch.parent / "nodes" / "storm.py").write_text(STORM, encoding="utf-8")
        (patch.parent / "nodes" / "breaks.py").write_text(BREAKS, encoding="utf-8")
        wanted = (f"storm.seed={seed}", f"pass.after={breaks_after}", *more)
        sets = [word for each in wanted for word in ("--set", each)]
        command = [sys.executable, "-c", COMMAND, "play", str(patch), "--quiet", *sets]
        show = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        try:
            yield show
        finally:
            show.kill()
            show.wait()
