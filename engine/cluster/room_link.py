"""The room as a show sees it, on a real network.

Two threads: one reads what the process that carries packets has heard (``carrier_process``), one
does what is due by time. Whoever sends writes into the pipe to that process itself, without
waiting: to wake a thread for it would take longer than all the rest. What the pipe does not take
waits in the conversations, by the rules of its kind.

That process is begun anew when it ends or hangs; the others then hear nothing of us for a moment.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from engine.cluster.conversation import Event
from engine.cluster.key import EXTRA, read_key
from engine.cluster.link import Arrived, Changed, Heard, Machine
from engine.cluster.member import EVERYBODY, Member
from engine.cluster.packets import is_name
from engine.cluster.wire import (
    COUNTED,
    HEARD,
    HELLO,
    LOOK,
    PIECE,
    SEND,
    RoomSettings,
    pack,
    unpack,
)
from engine.core.clock import MILLISECOND, SECOND, Clock, SystemClock
from engine.core.endpoint import PORT, endpoint
from engine.core.errors import ClusterError, DeviceError
from engine.core.extras import install_line
from engine.core.kinds import Kind
from engine.core.messages import Ns
from engine.runtime.metrics import LOG
from engine.system.device_process import DeviceProcess
from engine.system.framing import pack_frame
from engine.system.pipe_writer import PipeWriter
from engine.system.priority import set_realtime_priority

MODULE: Final = "engine.cluster.carrier_process"
_AGAIN: Final = 0.05
"""Seconds before a process that ended is begun anew; doubled up to ``_AGAIN_MOST``."""
_AGAIN_MOST: Final = 4.0
_FULL: Final = 0.001
"""Seconds after which to look whether a pipe that was full takes something."""
_AWAY: Final = 0.05
"""Seconds between two looks at who is gone while there is no process that carries."""
_GRACE: Final = 0.3
_LOOK: Final = 1500 * MILLISECOND
"""Between two looks for a machine that is sought; each costs some 10 ms of processor time."""
_REFUSAL_TOLD: Final = 60 * SECOND
"""Between two warnings that somebody is refused."""


class RoomLink:
    """One machine in a room over TLS.

    - ``name``: what the others call it; letters, digits, "-", "_" and "."; the first a letter.
    - ``key``: the file of the key that all machines of the room hold.
    - ``clock``: the one that the moments of this machine are told by.
    - ``listen``: addresses to wait at for others, "HOST:PORT"; none where they need not come here.
    - ``addresses``: where other machines are, "HOST" or "HOST:PORT".
    - ``shy``: talk to no other machine but those that begin, or that it seeks or sends to.
    - ``find``: whether to look for others by multicast, and be found.

    Raise ClusterError for a name or address that cannot be, and where the library is missing.
    """

    def __init__(
        self,
        name: str,
        key: Path,
        *,
        clock: Clock | None = None,
        version: str = "",
        listen: Sequence[str] = (f"0.0.0.0:{PORT}",),
        addresses: Sequence[str] = (),
        shy: bool = False,
        find: bool = False,
        group: str = "",
    ) -> None:
        if not is_name(name):
            raise ClusterError(
                f'a machine cannot be called "{name[:80]}": expected up to 64 letters, digits,'
                ' "-", "_" or ".", the first a letter'
            )
        if importlib.util.find_spec("zenoh") is None:
            raise ClusterError(
                f"several machines need a library that is missing: {install_line(EXTRA)}"
            )
        self.name = name
        self._key = key
        where = [endpoint(one) for one in addresses]
        self._settings = RoomSettings(name, str(key), tuple(listen), tuple(where), find)
        if group:
            self._settings = replace(self._settings, group=group)
        self._steady = SystemClock()
        self._clock = clock or self._steady
        life = int.from_bytes(os.urandom(7), "little") + 1
        self._member = Member(name, version, life, shy=shy)
        self._state = threading.Lock()
        self._turn = threading.Lock()
        self._events: deque[Event] = deque()
        self._refused = self._refused_before = self._restarts = 0
        self._process: DeviceProcess | None = None
        self._writer: PipeWriter | None = None
        self._wake = threading.Event()
        self._over = threading.Event()
        self._renew = False
        self._look_at = Ns(0)
        self._refusal_told: Ns | None = None
        self._heard: Heard | None = None
        self._changed: Changed | None = None
        self._threads: list[threading.Thread] = []
        self._early: Future[None] | None = None

    def prepare(self) -> None:
        """Begin to enter the room, beside what else is to be done until ``open``."""
        pool = ThreadPoolExecutor(1, "room prepare")
        self._early = pool.submit(self._begin)
        pool.shutdown(wait=False)

    def open(self, heard: Heard, changed: Changed) -> None:
        """Enter the room; raise ClusterError when it cannot be opened at all.

        Takes as long as a process takes to begin; not to be called on a loop, nor twice.
        """
        read_key(self._key)
        self._heard, self._changed = heard, changed
        early, self._early = self._early, None
        try:
            early.result() if early is not None else self._begin()
        except DeviceError as error:
            raise ClusterError(f"the room cannot be entered: {error}") from None
        for work in (self._read, self._keep_time):
            thread = threading.Thread(target=work, name=f"room {work.__name__}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def describe(self, has: Mapping[str, Any]) -> None:
        """Describe what this machine has; raise Unsendable for what is too long, or not JSON's."""
        with self._state:
            self._member.describe(has)

    def seek(self, name: str) -> None:
        """Talk to a machine as soon as it is there, though this one is shy."""
        with self._state:
            self._member.seek(name)

    def reach(self, addresses: Sequence[str], *, find: bool) -> None:
        """Look for other machines at these addresses from now on, in place of those before.

        Where that differs, the process that carries is begun anew: for a moment nothing is heard.
        Raise ClusterError for what is no address.
        """
        where = tuple(endpoint(one) for one in addresses)
        if (set(where), find) != (set(self._settings.connect), self._settings.find):
            self._settings = replace(self._settings, connect=where, find=find)
            self._renew = self._process is not None
            self._wake.set()

    def send(self, to: str, topic: str, content: bytes, keep: Kind, at: Ns | None = None) -> None:
        """Send to one machine, without waiting; raise Unsendable for what is too long."""
        with self._state:
            now = self._steady.now()
            self._events.extend(self._member.post(to, topic, content, keep, at, now=now))
            is_long = len(content) > PIECE  # to pack it takes a while, which no loop has
            if not is_long:
                self._leave()
        if self._events or is_long:
            self._wake.set()

    def machines(self) -> Mapping[str, Machine]:
        """Return the other machines that were ever here, by name."""
        with self._state:
            return self._member.machines(self._steady.now())

    def counts(self) -> Mapping[str, int]:
        """Return what happened at the door: ``refused`` connections, ``rubbish`` ..."""
        with self._state:
            refused = self._refused_before + self._refused
            return {"refused": refused, "restarts": self._restarts, **self._member.counts()}

    def close(self) -> None:
        """Leave the room; the others are told at once. Must not be called by what hears."""
        if self._over.is_set() or self._process is None:
            self._over.set()
            return
        with self._state:
            self._over.set()
            if self._writer is not None:
                for to, data in self._member.byes(self._clock.now()):
                    self._writer.write(pack(SEND, to, data))
        self._wake.set()
        deadline = self._steady.now() + _GRACE * SECOND
        pause = threading.Event()
        while self._flush() and self._steady.now() < deadline:
            pause.wait(_FULL)
        self._end_process(_GRACE)
        for thread in self._threads:
            thread.join(1.0)
        self._process.release()

    # The process that carries.

    @property
    def port(self) -> int:
        """The port at which it waits for others; 0 where it does not."""
        return int(self._settings.listen[0].rpartition(":")[2]) if self._settings.listen else 0

    @property
    def carrier(self) -> int:
        """The number of the process that carries; 0 before the room is opened."""
        return 0 if self._process is None else self._process.pid

    def _begin(self) -> None:
        """Begin the process; raise DeviceError where it refuses."""
        settings = self._settings
        process = DeviceProcess(
            MODULE,
            settings.encoded(),
            silent="the network library does not answer",
            ended="the network library ended at once",
        )
        process.watch()
        writer = PipeWriter(process.input)
        writer.start(b"")
        with self._state:
            self._process, self._writer = process, writer
            self._renew = self._settings is not settings  # they were changed meanwhile
        self._wake.set()

    def _end_process(self, grace: float = 0.0) -> None:
        """End the process; may be called twice.

        Nothing is written to it from now on: another file may soon have the number of its pipe.
        """
        with self._state:
            process, self._writer = self._process, None
        assert process is not None
        process.end(grace)

    def _begin_again(self) -> bool:
        """Begin the process again, until it stays; return whether it did."""
        assert self._process is not None
        self._end_process()
        self._process.release()
        pause = _AGAIN
        with self._state:
            self._refused_before += self._refused
            self._refused = 0
        while not self._over.wait(pause):
            try:
                self._begin()
            except (DeviceError, OSError):
                pause = min(pause * 2, _AGAIN_MOST)
                continue
            with self._state:
                self._restarts += 1
            if not self._over.is_set():
                return True
            self._end_process()
            self._process.release()
        return False

    def _read(self) -> None:
        # As the loop it reads for: else a value waits here behind all that computes.
        set_realtime_priority()
        while not self._over.is_set():
            assert self._process is not None
            frames = self._process.read()
            if frames is None:
                if self._over.is_set() or not self._begin_again():
                    return
                continue
            with self._state:
                for kind, payload in frames:
                    self._take(kind, payload)
                self._leave()
                if self._member.meets_one(self._steady.now()):
                    self._wake.set()
            self._tell()

    def _take(self, kind: bytes, payload: bytes) -> None:
        if kind == COUNTED:
            self._refused = int.from_bytes(payload, "little")
            self._warn()
        elif kind in (HEARD, HELLO):
            of, data = unpack(payload)
            now, shown = self._steady.now(), self._clock.now()
            self._events.extend(self._member.take(of, data, kind == HELLO, now, shown))

    def _warn(self) -> None:
        """Warn that somebody is refused: a machine that was given another key waits for ever."""
        now = self._steady.now()
        if self._refusal_told is None or now - self._refusal_told >= _REFUSAL_TOLD:
            self._refusal_told = now
            LOG.warning(
                "somebody knocks without the key of this room, and is refused; if a machine does"
                ' not join, compare the eight digits of "sensorium key" there and here'
            )

    def _keep_time(self) -> None:
        set_realtime_priority()  # who says nothing for a moment is taken for gone
        while not self._over.is_set():
            with self._state:
                now = self._steady.now()
                self._events.extend(self._member.tick(now))
                self._look(now)
                self._leave()
                wait = (self._member.due(now) - now) / SECOND
                if self._writer is None:
                    wait = _AWAY  # what is due stays so
                elif self._writer.pending:
                    wait = _FULL
            self._tell()
            if self._renew:
                self._renew = False
                self._end_process()
            self._wake.wait(max(wait, 0.1 * MILLISECOND / SECOND))
            self._wake.clear()

    def _look(self, now: Ns) -> None:
        """Let the process that carries look for a machine that is missed for a while."""
        if not self._member.misses_one:
            self._look_at = Ns(now + SECOND // 2)
        elif now >= self._look_at and self._writer is not None and not self._writer.pending:
            self._look_at = Ns(now + _LOOK)
            with suppress(OSError):
                self._writer.write(pack_frame(LOOK))

    def _flush(self) -> bool:
        """Write what the pipe takes of what waits; return whether something still does."""
        with self._state:
            if self._writer is None:
                return False
            with suppress(OSError):
                self._writer.flush()
            return self._writer.pending

    def _leave(self) -> None:
        """Write what leaves now, as long as the pipe takes it."""
        writer = self._writer
        if writer is None or self._over.is_set():
            return
        with suppress(OSError):  # the thread that reads will see that the process ended
            if writer.pending:
                writer.flush()
            now, shown = self._steady.now(), self._clock.now()
            for to, data in self._member.leaving(now, shown, lambda: not writer.pending):
                writer.write(pack(HELLO if to == EVERYBODY else SEND, to, data))

    def _tell(self) -> None:
        """Hand over what came of it, in order, on one thread at a time."""
        while self._events and self._turn.acquire(blocking=False):
            try:
                while self._events and not self._over.is_set():
                    event = self._events.popleft()
                    if isinstance(event, Arrived):
                        assert self._heard is not None
                        self._heard(event)
                    else:
                        assert self._changed is not None
                        self._changed(*event)
            finally:
                self._turn.release()
            if self._over.is_set():
                return
