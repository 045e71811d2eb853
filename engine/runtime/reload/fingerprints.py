"""Fingerprints of network files: a box whose file was written again must be made again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.core.node import Model
from engine.core.parameter import read_parameters
from engine.patch.plan import Plan

Fingerprint = tuple[str, int, int]
"""The path of a file, its time of modification in ns, and its size in bytes."""


def set_fingerprints(plan: Plan) -> None:
    """Note in a plan the fingerprints of the performer's own networks."""
    for planned in plan.boxes.values():
        if isinstance(planned.box, Model):
            fixed = (p.field for p in read_parameters(type(planned.box)).values() if p.fixed)
            values = [planned.initial[field] for field in fixed]
            planned.fingerprints = tuple(each for value in values for each in _fingerprints(value))


def own_files(plan: Plan) -> set[Path]:
    """Return the files of the performer's own networks in a plan."""
    return {Path(fingerprint[0]) for box in plan.boxes.values() for fingerprint in box.fingerprints}


def _fingerprints(value: object) -> Iterator[Fingerprint]:
    """Yield the fingerprint of the file, or of all files of the folder, that a value names."""
    place = Path(value) if isinstance(value, str) and value else None
    if place is None or not place.exists():
        return
    for file in sorted(place.iterdir()) if place.is_dir() else [place]:
        if file.is_file():
            now = file.stat()
            yield str(file), now.st_mtime_ns, now.st_size
