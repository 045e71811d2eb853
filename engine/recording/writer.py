"""Writes down a show on the thread of a recording: who begins, what comes in, what is sent."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.core import codec
from engine.core.clock import SECOND
from engine.core.codec import NotEncodable
from engine.core.files import installed_folder
from engine.core.messages import Message, Ns
from engine.patch.plan import Plan
from engine.recording import entries
from engine.recording.file import RecordingFile, encode
from engine.recording.record import JSON, OUTPUT, PLAN, STATUS, Begun, Counts
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, SwapPlan
from engine.runtime.metrics import LOG


@dataclass(frozen=True)
class WriteRequest:
    """What was asked of a show beside its patch; ``pixels`` keeps pictures too."""

    to: str | None = None
    sets: tuple[str, ...] = ()
    live: bool = True
    pixels: bool = False


class RecordingWriter:
    """Writes a show into a file; every method raises OSError where the disk does not take it."""

    def __init__(self, file: RecordingFile, asked: WriteRequest) -> None:
        self.entries = 0
        self._file = file
        self._asked = asked
        self._engine: Engine | None = None
        self._next_status = 0
        self._unknown: set[str] = set()

    def begin(self, engine: Engine, plan: Plan) -> None:
        """Write that an engine begins to play a plan; by now another may have taken over."""
        self._engine = engine
        started = engine.metrics.started
        self._plan(started, begun_of(plan, started, self._asked))

    def entry(self, now: Ns, entry: Entry, pixels: bool) -> None:
        """Write what came in; ``pixels`` says whether a picture in it may be kept."""
        if isinstance(entry, SwapPlan):
            self._plan(now, begun_of(entry.plan, now, self._asked, takes_over=True))
            return
        topic = entries.topic(entry)
        try:
            data = entries.to_bytes(entry, pixels)
        except NotEncodable as error:
            if topic not in self._unknown:
                self._unknown.add(topic)
                LOG.warning("%s: not recorded: no cable carries a %s", topic, error)
            return
        self.entries += 1
        self._file.write(topic, now, data)
        if now >= self._next_status:
            self._next_status = now + SECOND
            self._status(now)

    def sent(self, now: Ns, sink: str, sort: str, data: bytes) -> None:
        """Write what left an output."""
        self._file.write(f"{OUTPUT}/{sink}/{sort}", now, data, sort)

    def given(self, sink: str, port: str, message: Message, at: Ns, now: Ns) -> None:
        """Write what an output on a thread of its own was given."""
        self.sent(now, sink, JSON, given_line(port, message, at))

    def _plan(self, now: Ns, begun: Begun) -> None:
        self._file.write(PLAN, now, encode(begun))

    def _status(self, now: Ns) -> None:
        """Say how it goes, and have the disk keep what it was given."""
        assert self._engine is not None, "it has begun"
        self._file.write(STATUS, now, encode(counts(self._engine)))
        self._file.flush(onto_disk=True)


def given_line(port: str, message: Message, at: Ns) -> bytes:
    """Say what an output on a thread of its own was given; of pictures, how large they are."""
    given = codec.encode(message, pixels=False)
    line = {"port": port, "at": at, "given": given}
    return msgspec.json.encode(line, enc_hook=codec.encode_numpy)


def counts(engine: Engine) -> Counts:
    """Say what was lost so far and how everything is; may be called on any thread."""
    trace = engine.metrics
    dropped = {name: source.dropped for name, source in trace.sources.items()}
    dropped |= {name: lane.dropped for name, lane in trace.lanes.items()}
    coalesced = {name: source.coalesced for name, source in trace.sources.items()}
    return Counts(dropped, coalesced, trace.states(), sum(f.count for f in trace.faults))


def begun_of(plan: Plan, started: Ns, asked: WriteRequest, *, takes_over: bool = False) -> Begun:
    """Say what a plan was made of, with the hashes of the code and the networks that are here."""
    texts = plan.texts
    assert texts is not None, "a plan is made of texts"
    file = texts.file.resolve() if texts.file else None
    own = {planned.use for planned in plan.boxes.values()}
    nodes = {name: digest for name, digest in own_boxes(file).items() if name in own}
    return Begun(
        title=plan.title,
        file=str(file) if file else None,
        patch=texts.patch,
        rig=texts.rig,
        to=asked.to,
        sets=asked.sets,
        live=asked.live,
        started=started,
        nodes=nodes,
        models=networks(),
        takes_over=takes_over,
    )


def own_boxes(file: Path | None) -> dict[str, str]:
    """Give the SHA-256 of the performer's own boxes beside a patch, by the name of the box."""
    files = sorted((file.parent / "nodes").glob("*.py")) if file else []
    return {each.stem: hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def networks() -> dict[str, str]:
    """Give the SHA-256 of every network that is there, as its card says."""
    cards = [
        tomllib.loads(card.read_text("utf-8"))
        for card in installed_folder("models").glob("*/card.toml")
    ]
    return {str(card["name"]): str(card["sha256"]) for card in cards}
