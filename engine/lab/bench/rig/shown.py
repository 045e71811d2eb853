"""Plays a film through the painter to where pictures are shown, and says how far behind they are.

The film is in a file, so no camera adds to it, and what shows them takes no time: what is measured
is all that lies between a picture and the screen's own delay.

Run: python -m engine.lab.bench.rig.shown VIDEO LONGER PROVIDER SECONDS WARM
"""

from __future__ import annotations

import asyncio
import json
import sys

from engine.core.messages import Frame, Message, Ns
from engine.core.sink import Sink
from engine.lab.bench.rig.stretch import plan_of, play

PATCH = """
[camera]
use  = "video_file"
file = '{video}'
loop = true

[painting]
use  = "style"
from = "camera"
look = "starry"
size = {longer}
provider = "{provider}"

[wall]
use = "wall"
[wall.send]
picture = "painting"
"""


class Wall(Sink):
    """Takes pictures as a projector does, at once."""

    def accepts(self, port: str) -> tuple[type, ...]:
        """Return that pictures are."""
        return (Frame,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        """Show a picture."""


def main() -> None:
    """Play, and print what was measured after the first WARM seconds as JSON, in ms."""
    video, longer, provider, seconds, warm = sys.argv[1:]
    text = PATCH.format(video=video, longer=longer, provider=provider)
    plan = plan_of(text, {"wall": Wall})
    (_, measured), _ = asyncio.run(play(plan, [float(warm), float(seconds)]))
    print(
        json.dumps(
            {name: getattr(measured, name).summary() for name in ("behind", "network", "ours")}
            | {"pictures": len(measured.network) / measured.seconds}
        )
    )


if __name__ == "__main__":
    main()
