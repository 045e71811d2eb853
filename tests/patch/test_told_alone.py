"""Two outputs that tell one TUIO client who is there: it would take the one for late frames."""

from __future__ import annotations

from pathlib import Path

from .texts import warned

CAMERA = '[camera]\nuse = "camera"\n[pose]\nuse = "pose"\nfrom = "camera"\n'
FIRST = '[hands]\nuse = "osc_out"\nto = "tuio"\nsend = { "/tuio/2Dcur" = "pose" }\n'


def second(to: str, port: str) -> str:
    """Return another output, whose receivers stand at line 12."""
    return (
        f'[feet]\nuse = "osc_out"\nto = {to}\nlayout = "tuio{2 if "tuio2" in port else ""}"\n'
        + (f'send = {{ "{port}" = "pose" }}\n')
    )


def test_the_second_output_to_a_client_is_warned_of(tmp_path: Path) -> None:
    for to in ('"127.0.0.1:3333"', '["127.0.0.1:9000", "127.0.0.1:3333"]'):
        assert warned(tmp_path, CAMERA + FIRST + second(to, "/tuio/2Dobj")) == [
            '12: [feet] to: "hands" tells TUIO at 127.0.0.1:3333 as well, which takes the frames '
            "of one for late ones of the other: put their cables into one output"
        ]


def test_other_clients_and_other_protocols_are_no_matter(tmp_path: Path) -> None:
    assert warned(tmp_path, CAMERA + FIRST + second('"127.0.0.1:3334"', "/tuio/2Dobj")) == []
    assert warned(tmp_path, CAMERA + FIRST + second('"127.0.0.1:3333"', "/tuio2/ptr")) == []
    one = FIRST.replace(" }", ', "/tuio/2Dobj" = "pose" }')
    assert warned(tmp_path, CAMERA + one) == []
