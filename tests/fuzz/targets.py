"""All targets by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from . import corpora, examples, films, images, midi, osc, page, patches, recordings, sounds


@dataclass(frozen=True)
class Target:
    """Cases, what takes one, and how many seconds of a processor it may take."""

    cases: st.SearchStrategy[Any]
    take: Callable[[Any], None]
    seconds: float = 5.0


# A box may take its time to be imported when the first patch uses it.
TARGETS = {
    "osc": Target(osc.cases, osc.take),
    "osc-live": Target(osc.live_cases, osc.take_live, 30.0),
    "midi": Target(midi.cases, midi.take),
    "frames": Target(midi.frame_cases, midi.take_frames),
    "images": Target(images.cases, images.take),
    "examples": Target(examples.cases, examples.take, 10.0),
    "patch": Target(patches.cases, patches.take, 10.0),
    "recording": Target(recordings.cases, recordings.take, 10.0),
    "sounds": Target(sounds.cases, sounds.take, 10.0),
    "page": Target(page.cases, page.take, 30.0),
    "corpora": Target(corpora.cases, corpora.take),
    "films": Target(films.cases, films.take, 30.0),
    "http": Target(page.http_cases, page.take_http, 30.0),
}
