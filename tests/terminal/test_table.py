"""The live table: what a patch calls its boxes and outputs stands before their names."""

from __future__ import annotations

from rich.console import Console

from engine.terminal.table import LiveTable
from engine.testing import play

PATCH = """
[cam]
use = "stand_in"
width = 64
height = 64
label = "The [bold]door[/bold]"
[out]
use = "osc_out"
to = "127.0.0.1:9"
label = "Lights"
[out.send]
"/people" = { from = "cam.joints.count", label = "How many" }
"/seen" = "cam.joints.count"
"""


def test_labels_stand_before_names_and_outputs_in_the_order_written() -> None:
    engine = play(PATCH, seconds=0.5).engine
    console = Console(width=120)
    with console.capture() as caught:
        console.print(LiveTable(console)._picture(engine))
    lines = [" ".join(line.split()) for line in caught.get().splitlines()]
    assert any(line.startswith("The [bold]door[/bold] cam ") for line in lines)
    assert any(line.startswith("Lights out ") for line in lines)
    routes = [line.split(" cam")[0] for line in lines if "out/" in line]
    assert routes == ["How many out/people", "out/seen"]
