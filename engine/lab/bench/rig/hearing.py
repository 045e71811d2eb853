"""Plays a metronome into OSC, alone, with pitch, or beside pose, pitch and style, and measures it.

It is a process of its own, so that what it takes of the machine is its own.

Run: python -m engine.lab.bench.rig.hearing DEVICE PORT SECONDS WARM BLOCK [VIDEO [PROVIDER SIZE]].
With a video everything plays at once, what is painted by that provider and of that size; with the
word "pitch" in its place, pitch beside loudness and no picture; with neither, loudness alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, field

from engine.core.messages import Block, Ns
from engine.core.node import Node
from engine.lab.bench.rig.beats import Beats
from engine.lab.bench.rig.jack import RATE
from engine.lab.bench.rig.stretch import plan_of, play

BEATS_A_MINUTE = 120
WITH_PITCH = "pitch"
"""What stands in the place of a video where pitch plays without pictures."""
APART = 60 * RATE // BEATS_A_MINUTE
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

PITCH = """
"/voice"     = "voice"

[voice]
use  = "pitch"
from = "mic"
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
size = {size}
provider = "{provider}"
"""


@dataclass
class _Heard:
    """The sound of the microphone: begin and end in ns, samples, and its beats."""

    begun: int = 0
    ended: int = 0
    samples: int = 0
    rate: int = 0
    beats: Beats = field(default_factory=lambda: Beats(APART))

    def missing_ms(self) -> float:
        """Return how much less sound there was than time, in ms."""
        return (self.ended - self.begun) / 1e6 - 1e3 * self.samples / max(1, self.rate)


HEARD = _Heard()


class CountSound(Node):
    """Count the samples of a sound after its first second, and the beats in it."""

    def process(self, sound: Block, at: Ns) -> None:
        """Count a block."""
        if sound.start < sound.rate:
            return
        if not HEARD.begun:
            HEARD.begun, HEARD.rate = at, sound.rate
        else:
            HEARD.samples += len(sound.samples)
        HEARD.ended = at
        HEARD.beats.add(sound.samples)


def main() -> None:
    """Play, and print what was measured after the first WARM seconds as JSON."""
    device, port, seconds, warm, block, *more = sys.argv[1:]
    text = SOUND.format(device=device, port=port, block=block)
    if more == [WITH_PITCH]:
        text += PITCH
    elif more:
        video, provider, size = more if len(more) > 1 else (*more, "cpu", "256")
        text += EVERYTHING.format(video=video, provider=provider, size=size)
    plan = plan_of(text, {"count_sound": CountSound})
    (_, measured), metrics = asyncio.run(
        play(plan, [float(warm), float(seconds)], route="out/level")
    )
    lanes = metrics.lanes.items()
    print(
        json.dumps(
            {
                **{
                    name: getattr(measured, name).summary() for name in ("behind", "jitter", "ours")
                },
                "cpu": measured.cpu,
                "seconds": measured.seconds,
                "heard": (HEARD.begun, HEARD.ended),
                "beats": HEARD.beats.heard,
                "gaps": HEARD.beats.displaced,
                "missing": HEARD.missing_ms(),
                "dropped": metrics.sources["mic"].dropped
                + sum(lane.dropped for name, lane in lanes if name == "voice"),
                "runs": measured.runs,
                "errors": [f"{fault.box}: {fault.text}" for fault in metrics.faults],
            }
        )
    )


if __name__ == "__main__":
    main()
