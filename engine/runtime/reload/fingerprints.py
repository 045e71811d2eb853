"""Tells whether the network of a box was written anew, so that the box must be made anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.core.node import Model
from engine.core.parameter import read_parameters
from engine.patch.plan import Plan

Fingerprint = tuple[str, int, int]
"""A file, when it was written, and how long it is."""


def set_fingerprints(plan: Plan) -> None:
    """Note what the files of a performer's own networks are now."""
    for planned in plan.boxes.values():
        if isinstance(planned.box, Model):
            fixed = (p.field for p in read_parameters(type(planned.box)).values() if p.fixed)
            values = [planned.initial[field] for field in fixed]
            planned.fingerprints = tuple(each for value in values for each in _fingerprints(value))


def own_files(plan: Plan) -> set[Path]:
    """Give the files of the networks in a plan that are a performer's own."""
    return {Path(fingerprint[0]) for box in plan.boxes.values() for fingerprint in box.fingerprints}


def _fingerprints(value: object) -> Iterator[Fingerprint]:
    """Look at a file, or at those of a folder, where a text names one."""
    place = Path(value) if isinstance(value, str) and value else None
    if place is None or not place.exists():
        return
    for file in sorted(place.iterdir()) if place.is_dir() else [place]:
        if file.is_file():
            now = file.stat()
            yield str(file), now.st_mtime_ns, now.st_size
