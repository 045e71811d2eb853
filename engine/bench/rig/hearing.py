"""Plays a microphone into OSC, alone or beside pose, pitch and style, and says what it measured.

It is a process of its own, so that what it takes of the machine is its own.

Run: python -m engine.bench.rig.hearing DEVICE PORT SECONDS WARM BLOCK [VIDEO]. With a video
everything plays at once; without one, the sound alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field

from engine.bench.rig.stretch import plan_of, play
from engine.core.messages import Block, Ns
from engine.core.node import Node

SOUND = """
[mic]
use    = "microphone"
device = "{device}"
block  = {block}

[count]
use  = "count_sound"
from = "mic"

[level]
use  = "loudness"
from = "mic"

[out]
use = "osc_out"
to  = "127.0.0.1:{port}"

[out.send]
"/level" = "level"
"""

EVERYTHING = """
"/p{{slot}}" = {{ from = "pose", layout = "named" }}
"/voice"     = "voice"

[camera]
use  = "video_file"
file = '{video}'
loop = true

[pose]
use  = "pose"
from = "camera"

[voice]
use  = "pitch"
from = "mic"

[painting]
use  = "style"
from = "camera"
look = "starry"
size = 256
"""


@dataclass
class _Heard:
    """What came out of the microphone so far: when, how much, and between when some was missing."""

    first: Block | None = None
    last: Block | None = None
    begun: int = 0
    ended: int = 0
    gaps: list[tuple[int, int]] = field(default_factory=list)

    def missing_ms(self) -> float:
        """Give how much less sound there was than time."""
        if self.first is None or self.last is None:
            return 0.0
        heard = (self.last.start - self.first.start) / self.last.rate
        return (self.ended - self.begun) / 1e6 - 1e3 * heard


HEARD = _Heard()


class CountSound(Node):
    """Count the samples of a sound after its first second, and where some are missing.

    A device that has just been opened often says of its very first block that it came late.
    """

    def process(self, sound: Block, at: Ns) -> None:
        """Count a block."""
        if sound.start < sound.rate:
            return
        if HEARD.last is None:
            HEARD.first, HEARD.begun = sound, at
        elif sound.start != HEARD.last.start + len(HEARD.last.samples):
            HEARD.gaps.append((HEARD.ended, at))
        HEARD.last, HEARD.ended = sound, at


def main() -> None:
    """Play, and print what was measured after the first WARM seconds as JSON."""
    device, port, seconds, warm, block, *video = sys.argv[1:]
    text = (SOUND + EVERYTHING if video else SOUND).format(
        device=device, port=port, block=block, video="".join(video)
    )
    plan = plan_of(text, {"count_sound": CountSound})
    (_, told), trace = asyncio.run(play(plan, [float(warm), float(seconds)], route="out/level"))
    lanes = trace.lanes.items()
    print(
        json.dumps(
            {
                **{name: getattr(told, name).summary() for name in ("behind", "jitter", "ours")},
                "cpu": told.cpu,
                "seconds": told.seconds,
                "gaps": HEARD.gaps,
                "missing": HEARD.missing_ms(),
                "dropped": trace.sources["mic"].dropped
                + sum(lane.dropped for name, lane in lanes if name == "voice"),
                "runs": {name: lane.runs for name, lane in lanes},
                "errors": [f"{fault.box}: {fault.text}" for fault in trace.faults],
            }
        )
    )


if __name__ == "__main__":
    main()
