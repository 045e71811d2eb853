"""What a recording holds beside entries, and the names of all of it in an MCAP file."""

from __future__ import annotations

import msgspec
from msgspec import Struct

PROFILE = "sensorium"
FORMAT = 1
"""Raised when a recording of today could not be read by the program of yesterday."""

PLAN = "plan"
STATUS = "status"
OUTPUT = "output"

JSON = "json"
MSGPACK = "msgpack"


class Begun(Struct, frozen=True):
    """A patch begins to play: its texts, and what it is played with.

    ``takes_over`` says that it does so from the one that plays, as it is changed while playing.
    ``started`` is the moment that times count from, in ns. ``nodes`` and ``models`` are the SHA-256
    of the performer's own boxes beside the patch, and of the networks that are there.
    """

    title: str
    file: str | None
    patch: str
    rig: str | None
    to: str | None
    sets: tuple[str, ...]
    live: bool
    started: int
    nodes: dict[str, str]
    models: dict[str, str]
    takes_over: bool = False
    states: dict[str, dict[str, bytes]] = {}
    """The files that boxes had kept when the patch began to play, by box and name."""


class Counts(Struct, frozen=True):
    """How it goes, once a second: what was lost so far, and how often something went wrong."""

    dropped: dict[str, int]
    coalesced: dict[str, int]
    states: dict[str, str]
    errors: int


ENTRY_SCHEMA = {
    "title": "sensorium entry",
    "type": "object",
    "required": ["entry"],
    "properties": {
        "entry": {"type": "string"},
        "at": {"type": "integer", "description": "the moment it describes, in ns"},
    },
}


def schema(struct: type[Struct]) -> bytes:
    """Give the JSON Schema of a record, whole in itself."""
    (found,), parts = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    return msgspec.json.encode(parts[found["$ref"].rpartition("/")[2]])
