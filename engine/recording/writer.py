"""Writes a show on the recorder's thread: patches that begin, entries, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from engine.core import codec
from engine.core.clock import SECOND
from engine.core.codec import NotEncodable
from engine.core.messages import Message, Ns
from engine.core.secrets import hide_in_setting
from engine.inference.card import read_card
from engine.inference.model_folders import models
from engine.patch.hidden_texts import hide_in_patch
from engine.patch.plan import Plan
from engine.recording import entries
from engine.recording.file import LARGEST_RECORD, RecordingFile, encode
from engine.recording.record import JSON, OUTPUT, PLAN, STATUS, Begun, Counts
from engine.registry import own_hash
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, SwapPlan
from engine.runtime.metrics import LOG


@dataclass(frozen=True)
class WriteRequest:
    """The options of a show beside its patch; ``pixels`` keeps pictures too."""

    to: str | None = None
    sets: tuple[str, ...] = ()
    live: bool = True
    pixels: bool = False


class RecordingWriter:
    """Writes a show into a file. Every method raises OSError when the disk refuses."""

    def __init__(self, file: RecordingFile, request: WriteRequest) -> None:
        self.entries = 0
        self._file = file
        self._request = request
        self._engine: Engine | None = None
        self._next_status = 0
        self._left_out: set[str] = set()

    def begin(self, engine: Engine, plan: Plan) -> None:
        """Write that an engine begins to play a plan, which may be replaced by now."""
        self._engine = engine
        started = engine.metrics.started
        self._plan(started, describe_begin(plan, started, self._request))

    def entry(self, now: Ns, entry: Entry, pixels: bool) -> None:
        """Write an entry; ``pixels`` says whether a picture in it may be kept."""
        if isinstance(entry, SwapPlan):
            begun = describe_begin(entry.plan, now, self._request, takes_over=True)
            self._plan(now, msgspec.structs.replace(begun, index=entry.index))
            return
        topic = entries.topic(entry)
        try:
            data = entries.to_bytes(entry, pixels)
        except NotEncodable as error:
            self._leave_out(topic, f"no cable carries a {error}")
            return
        if len(data) > LARGEST_RECORD:
            self._leave_out(topic, f"one of it has {len(data):,} bytes")
            return
        self.entries += 1
        self._file.write(topic, now, data)
        if now >= self._next_status:
            self._next_status = now + SECOND
            self._status(now)

    def _leave_out(self, topic: str, why: str) -> None:
        if topic not in self._left_out:
            self._left_out.add(topic)
            LOG.warning("%s: not recorded: %s", topic, why)

    def sent(self, now: Ns, sink: str, encoding: str, data: bytes) -> None:
        """Write what an output sent."""
        self._file.write(f"{OUTPUT}/{sink}/{encoding}", now, data, encoding)

    def handed_over(self, sink: str, port: str, message: Message, at: Ns, now: Ns) -> None:
        """Write a message that was handed to an output on a thread of its own."""
        self.sent(now, sink, JSON, handed_over_line(port, message, at))

    def _plan(self, now: Ns, begun: Begun) -> None:
        self._file.write(PLAN, now, encode(begun))

    def _status(self, now: Ns) -> None:
        """Write the counters, and flush onto the disk."""
        assert self._engine is not None, "it has begun"
        self._file.write(STATUS, now, encode(count(self._engine)))
        self._file.flush(onto_disk=True)


def handed_over_line(port: str, message: Message, at: Ns) -> bytes:
    """Return as JSON what was handed to an output on a thread of its own; pictures as sizes."""
    handed_over = codec.encode(message, pixels=False)
    line = {"port": port, "at": at, "given": handed_over}
    return msgspec.json.encode(line, enc_hook=codec.encode_numpy)


def count(engine: Engine) -> Counts:
    """Return the counters and states of an engine; may be called on any thread."""
    trace = engine.metrics
    dropped = {name: source.dropped for name, source in trace.sources.items()}
    dropped |= {name: lane.dropped for name, lane in trace.lanes.items()}
    coalesced = {name: source.coalesced for name, source in trace.sources.items()}
    return Counts(dropped, coalesced, trace.states(), sum(f.count for f in trace.faults))


def describe_begin(
    plan: Plan, started: Ns, request: WriteRequest, *, takes_over: bool = False
) -> Begun:
    """Return the record of a plan that begins, with the hashes of its boxes and of all models."""
    texts = plan.texts
    assert texts is not None, "a plan is made of texts"
    file = texts.file.resolve() if texts.file else None
    return Begun(
        title=plan.title,
        file=str(file) if file else None,
        # Who is given a recording is not given the camera: sources stay shut in a replay.
        patch=hide_in_patch(texts.patch),
        rig=None if texts.rig is None else hide_in_patch(texts.rig),
        to=request.to,
        sets=tuple(map(hide_in_setting, request.sets)),
        live=request.live,
        started=started,
        nodes=own_box_hashes(plan),
        models=model_hashes(),
        takes_over=takes_over,
        states={name: box.state for name, box in plan.boxes.items() if box.state},
        here=tuple(sorted(plan.here)),
    )


def own_box_hashes(plan: Plan) -> dict[str, str]:
    """Return the SHA-256 of the performer's own boxes in a plan, as loaded, by their names."""
    boxes = (plan.whole or plan).boxes  # a part is cut out of the whole again
    hashes = {planned.use: own_hash(planned.cls) for planned in boxes.values()}
    return {name: digest for name, digest in hashes.items() if digest is not None}


def model_hashes() -> dict[str, str]:
    """Return the SHA-256 of every model that came with Sensorium, by its name, as its card says."""
    cards = map(read_card, models().values())
    return {card.name: card.digest for card in cards}
