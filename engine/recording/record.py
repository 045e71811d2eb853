"""The records of a recording that are no entries, and the names of all records in an MCAP file."""

from __future__ import annotations

import msgspec
from msgspec import Struct

PROFILE = "sensorium"
FORMAT = 1
"""Increased when the previous version of the program could not read a recording of this one."""

PLAN = "plan"
STATUS = "status"
OUTPUT = "output"

JSON = "json"
MSGPACK = "msgpack"


class Begun(Struct, frozen=True):
    """A patch begins to play: its texts, and the options it is played with.

    ``takes_over`` says that it replaces the one that plays. ``started`` is the moment that times
    count from, in ns. ``nodes`` and ``models`` are the SHA-256 of the performer's own boxes beside
    the patch, and of the installed models.
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
    index: int | None = None
    """Which patch of the set takes over, from 0; None: a new version of the one that plays."""
    here: tuple[str, ...] = ()
    """The machines whose boxes played at home, of a patch that plays on several."""


class Counts(Struct, frozen=True):
    """The counters of a show, once a second: messages lost so far, states, and errors."""

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
    """Return the JSON Schema of a record, without references to other documents."""
    (found,), parts = msgspec.json.schema_components([struct], ref_template="#/$defs/{name}")
    return msgspec.json.encode(parts[found["$ref"].rpartition("/")[2]])
