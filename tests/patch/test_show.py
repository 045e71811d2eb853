"""Patches as drawings."""

from __future__ import annotations

from pathlib import Path

from engine.patch.show import mermaid
from tests.patch.texts import BODY, OUT, compiled

PATCH = (
    BODY
    + 'then = ["smooth"]\nconfidence = { from = "pose.count" }\n'
    + OUT
    + '"/cut" = { from = "reach", to = [20, 20000], curve = "exp", every = "20 ms" }\n'
    + '"/go" = { when = "reach" }\n'
)


def test_boxes_and_cables(tmp_path: Path) -> None:
    assert mermaid(compiled(tmp_path, PATCH)).splitlines() == [
        "flowchart LR",
        '    b0(["camera"])',
        '    b1[["pose"]]',
        '    b2["reach<br/>joint"]',
        '    b3["reach<br/>smooth"]',
        '    b4[/"out<br/>osc_out"/]',
        "    b0 --> b1",
        "    b1 --> b2",
        '    b1 -.->|"count to confidence"| b2',
        "    b2 --> b3",
        '    b3 -->|"to 20 to 20000, exp; every 20 ms<br/>/cut"| b4',
        '    b3 -->|"trigger<br/>/go"| b4',
    ]
