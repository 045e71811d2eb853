"""Pictures are kept only where they are asked for, and never where a patch is private."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.messages import Frame
from engine.recording.reader import Recording
from engine.runtime.entries import Arrival

from .shows import SMALL, rehearse


@pytest.mark.parametrize(
    ("private", "asked", "kept"), [(False, True, True), (True, True, False), (False, False, False)]
)
def test_who_is_private_is_on_no_recording(
    private: bool, asked: bool, kept: bool, tmp_path: Path
) -> None:
    patch, file = tmp_path / "small.toml", tmp_path / "show.mcap"
    patch.write_text(f"privacy = {str(private).lower()}\n{SMALL}")
    rehearse(file, patch, seconds=0.5, pixels=asked)
    frames = [
        item.what.message
        for item in Recording(file).items()
        if isinstance(item.what, Arrival) and isinstance(item.what.message, Frame)
    ]
    assert len(frames) > 5
    assert {frame.image.shape for frame in frames} == {(64, 64, 3)}
    assert {bool(frame.image.any()) for frame in frames} == {kept}
