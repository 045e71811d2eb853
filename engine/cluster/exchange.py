"""Takes the messages of boxes to other machines, and gives what arrives to the boxes here.

Each way between two machines has a *generation*, which the receiver counts. Whatever breaks the
way ends it: the receiver resets what it fed, as after any loss, and asks for the next one by
``listen``; the sender says ``sends``, repeats what holds, and goes on. A message of an older
generation that arrives after all is not played. So however two machines lose and find each other,
in whichever order they notice it, no note is left sounding and nothing is played twice.

    ask      sender -> receiver    I begin anew: which generation do you hear?
    listen   receiver -> sender    this one
    sends    sender -> receiver    from now on this one; values follow
    broken   sender -> receiver    what came by an outlet, or by all, is over
    deaf     receiver -> sender    nobody listens here any more
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import msgspec
import numpy as np

from engine.cluster.link import Arrived, Attendance, MachineLink, RoomChange, Unsendable
from engine.cluster.packing import PackedMessage, pack, read_packed
from engine.core.clock import Clock
from engine.core.codec import NotEncodable
from engine.core.commands import Away, BrokenOff, Condition, Missed, Notice
from engine.core.kinds import Kind, UnknownKind, members, policy_for
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Ns
from engine.core.signature import NUMBERS
from engine.core.source import Emit
from engine.patch.crossing import Arriving, Leaving, type_of
from engine.patch.plan import Plan

VALUE: Final = "v/"
"""How the topic of a message of a box begins."""
WAY: Final = "way"
"""The topic of what is said about a way."""
_NOT_YET: Final = "does not play yet"
_GONE: Final = "is gone"


class _Word(msgspec.Struct, frozen=True, array_like=True):
    word: str
    generation: int = 0
    outlet: str = ""


_encode_word = msgspec.msgpack.Encoder().encode
_decode_word = msgspec.msgpack.Decoder(_Word).decode


@dataclass
class _Incoming:
    """The way from a machine: whether it sends, and which generation is heard."""

    box: Arriving | None = None
    emit: Emit | None = None
    generation: int = 0
    flows: bool = False


@dataclass
class _Outgoing:
    """The way to a machine: the boxes that send, and the generation that is heard there."""

    boxes: list[Leaving] = field(default_factory=list)
    heard: int | None = None
    was_heard: bool = False


class Exchange:
    """The ways between this machine and the others; all methods on any thread.

    Other messages of the link, and all changes, are passed on to ``on_other`` and ``on_change``.
    ``aside`` runs the unpacking of pictures on a thread of its own.
    """

    def __init__(
        self, link: MachineLink, clock: Clock, *, home: str = "", aside: bool = True
    ) -> None:
        """``home`` is the link's name of the machine that plays the patch, "" for this one."""
        self.link = link
        self.home = home
        self.counts: Counter[str] = Counter()
        self.on_other: Callable[[Arrived], None] = lambda arrived: None
        self.on_change: Callable[[str, RoomChange, str], None] = lambda name, change, words: None
        self._clock = clock
        self._lock = threading.RLock()
        self._in: dict[str, _Incoming] = defaultdict(_Incoming)
        self._out: dict[str, _Outgoing] = defaultdict(_Outgoing)
        self._unpacker = _Unpacker(self._give) if aside else None

    def open(self) -> None:
        """Enter the room. Raise ClusterError."""
        self.link.open(self._heard, self._changed)

    def close(self) -> None:
        """Leave the room."""
        self.link.close()
        if self._unpacker is not None:
            self._unpacker.close()

    def connect(self, plan: Plan) -> None:
        """Connect the crossings of a plan that is to play here."""
        for planned in plan.boxes.values():
            if isinstance(planned.box, Arriving | Leaving):
                planned.box.connect(self)

    def listen_again(self) -> None:
        """Ask for what holds, after another plan has taken over here."""
        with self._lock:
            for name, way in self._in.items():
                if way.box is not None and self._is_here(name):
                    self._say(name, "listen", way.generation)

    # What the boxes call; see ``MessageCarrier``.

    def arrives(self, box: Arriving, emit: Emit | None) -> None:
        """Emit what arrives from the machine of a box from now on; None ends that."""
        with self._lock:
            name = self._named(box.of)
            way = self._in[name]
            if emit is None:
                if way.box is box:
                    way.box = way.emit = None
                    self._end(way)
                    self._say(name, "deaf", way.generation)
                return
            way.box, way.emit = box, emit
            self.link.seek(name)
            self._end(way)
            emit("", Away(f"{self._shown(name)} {_NOT_YET}"), self._clock.now())
            if self._is_here(name):
                self._say(name, "listen", way.generation)

    def opened(self, box: Leaving, is_open: bool) -> None:
        """Note that a box sends, or no longer does."""
        with self._lock:
            name = self._named(box.to)
            way = self._out[name]
            way.boxes = [each for each in way.boxes if each is not box]
            if is_open:
                way.boxes.append(box)
                self.link.seek(name)
                if self._is_here(name):
                    self._say(name, "ask")

    def leaves(self, box: Leaving, port: str, message: Message, at: Ns) -> None:
        """Send a message to the boxes of a machine; nobody hears it where they do not play."""
        name = self._named(box.to)
        generation = self._out[name].heard
        if generation is None:
            self.counts["unheard there"] += 1
            return
        try:
            content = pack(generation, message, box.pictures)
            self.link.send(name, f"{VALUE}{port}", content, policy_for(message), at)
        except (NotEncodable, Unsendable, ValueError) as error:
            self.counts["unsendable"] += 1
            box.report(Notice(f"{port} cannot be sent: {error}"))

    def broken(self, box: Leaving, port: str | None) -> None:
        """Announce to a machine that what came by a port, or by all, is over."""
        name = self._named(box.to)
        generation = self._out[name].heard
        if generation is not None:
            self._say(name, "broken", generation, port or "")

    # What the link calls.

    def _heard(self, arrived: Arrived) -> None:
        if arrived.topic.startswith(VALUE):
            self._value(arrived)
        elif arrived.topic == WAY:
            try:
                word = _decode_word(arrived.content)
            except msgspec.MsgspecError:
                self.counts["rubbish"] += 1
                return
            with self._lock:
                self._word(arrived.of, word)
        else:
            self.on_other(arrived)

    def _changed(self, name: str, change: RoomChange, words: str) -> None:
        with self._lock:
            if change is RoomChange.WENT:
                self._went(name)
            elif change is RoomChange.CAME:
                self._came(name)
            elif change in (RoomChange.OVERRUN, RoomChange.FORGOTTEN):
                self._begin_anew(name)
        self.on_change(name, change, words)

    def _value(self, arrived: Arrived) -> None:
        outlet = arrived.topic.removeprefix(VALUE)
        try:
            packed = read_packed(arrived.content)
        except ValueError:
            self.counts["rubbish"] += 1
            return
        if packed.is_picture and self._unpacker is not None:
            self._unpacker.put(arrived, outlet, packed)
        else:
            self._give(arrived, outlet, packed)

    def _give(self, arrived: Arrived, outlet: str, packed: PackedMessage) -> None:
        """Emit a message as of the box that it is for."""
        way = self._in[arrived.of]
        if packed.generation != way.generation or not way.flows:
            self.counts["too late"] += 1
            return
        try:
            message = packed.message()
        except (ValueError, UnknownKind):
            self.counts["rubbish"] += 1
            return
        with self._lock:
            if packed.generation != way.generation or way.box is None or way.emit is None:
                self.counts["too late"] += 1
                return
            try:
                fits = _fits(message, way.box.gives.get(outlet))
            except UnknownKind:  # of a box that plays no more
                fits = False
            if not fits:
                self.counts["does not fit"] += 1
                return
            self.counts["heard"] += 1
            at = self._clock.now() if arrived.at is None else arrived.at
            way.emit(outlet, message, at)

    def _word(self, name: str, said: _Word) -> None:
        incoming, outgoing = self._in[name], self._out[name]
        match said.word:
            case "ask":
                self._end(incoming)
                if incoming.box is not None:
                    self._say(name, "listen", incoming.generation)
            case "listen":
                if outgoing.boxes:
                    self._begin(name, outgoing, said.generation)
            case "deaf":
                outgoing.heard = None
            case "sends":
                if said.generation == incoming.generation and not incoming.flows:
                    incoming.flows = True
                    self._tell(incoming, Away(""))
            case "broken":
                if said.generation == incoming.generation and incoming.flows:
                    self._tell(incoming, BrokenOff(said.outlet))
            case _:
                self.counts["rubbish"] += 1

    # Ways.

    def _begin(self, name: str, way: _Outgoing, generation: int) -> None:
        """Send by a generation from now on, and say again what holds."""
        way.heard = generation
        self._say(name, "sends", generation)
        for box in way.boxes:
            # A box that was down is given what holds because it is back.
            box.report(Missed() if way.was_heard else Condition("running"))
        way.was_heard = True

    def _end(self, way: _Incoming) -> None:
        """End a generation: what it fed is reset, and what of it still comes is not played."""
        way.generation += 1
        if way.flows:
            way.flows = False
            self._tell(way, BrokenOff())

    def _went(self, name: str) -> None:
        incoming, outgoing = self._in[name], self._out[name]
        incoming.generation += 1
        incoming.flows = False
        self._tell(incoming, Away(f"{self._shown(name)} {_GONE}"))
        outgoing.heard = None
        if outgoing.was_heard:
            outgoing.was_heard = False
            for box in outgoing.boxes:
                box.report(Condition("lost"))

    def _came(self, name: str) -> None:
        incoming, outgoing = self._in[name], self._out[name]
        self._end(incoming)
        if incoming.box is not None:
            self._say(name, "listen", incoming.generation)
        if outgoing.boxes:
            self._say(name, "ask")

    def _begin_anew(self, name: str) -> None:
        """Begin both ways anew: something that must never be lost was lost."""
        self.counts["overruns"] += 1
        self._came(name)

    def _say(self, name: str, word: str, generation: int = 0, outlet: str = "") -> None:
        content = _encode_word(_Word(word, generation, outlet))
        self.link.send(name, WAY, content, Kind.LOSSLESS)

    def _tell(self, way: _Incoming, what: Away | BrokenOff) -> None:
        if way.emit is not None:
            way.emit("", what, self._clock.now())

    # Names.

    def _named(self, machine: str) -> str:
        return machine or self.home

    def _shown(self, name: str) -> str:
        return "home" if name == self.home else name

    def _is_here(self, name: str) -> bool:
        known = self.link.machines().get(name)
        return known is not None and known.standing is Attendance.HERE


def is_of_way(fault: str) -> bool:
    """Whether a fault tells that a machine is not there."""
    return fault.endswith((_NOT_YET, _GONE))


@lru_cache(maxsize=4096)
def _types(kinds: tuple[str, ...]) -> tuple[Any, ...]:
    return members(type_of(list(kinds)))


def _fits(message: Message, kinds: list[str] | None) -> bool:
    """Whether a message is one of those that an outlet gives; a number passes for any other."""
    if kinds is None or message is None:
        return False
    types = _types(tuple(kinds))
    if object in types:
        return True
    if any(kind in NUMBERS for kind in types) and isinstance(message, (*NUMBERS, np.generic)):
        return True
    return isinstance(message, types)


class _Unpacker:
    """Unpacks pictures on a thread of its own, the newest of each outlet."""

    def __init__(self, give: Callable[[Arrived, str, PackedMessage], None]) -> None:
        self._give = give
        self._waiting = Mailbox(self._wake)
        self._news = threading.Semaphore(0)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="pictures arrive", daemon=True)
        self._thread.start()

    def put(self, arrived: Arrived, outlet: str, packed: PackedMessage) -> None:
        """Take a picture that arrived."""
        key = arrived.of, outlet
        self._waiting.put(key, Kind.LATEST, (arrived, outlet, packed), arrived.at or Ns(0))

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._news.release()

    def _wake(self) -> None:
        self._news.release()

    def _run(self) -> None:
        while True:
            self._news.acquire()
            if self._closed:
                return
            for item in self._waiting.take():
                self._give(*item.content)
