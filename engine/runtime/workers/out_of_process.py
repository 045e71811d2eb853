"""The box of a lane in a process of its own, as the lane sees it."""

from __future__ import annotations

import logging
import socket
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterator
from math import inf
from pathlib import Path
from typing import Any, Final

from engine.core.codec import decode, encode
from engine.core.context import Context
from engine.core.messages import Message
from engine.core.node import Node
from engine.core.parameter import read_parameters
from engine.runtime.metrics import LOG
from engine.runtime.schedule.call import RemoteError
from engine.runtime.schedule.job import Job
from engine.system.channel import (
    CALL,
    CANCEL,
    CAPTION,
    CLOSE,
    EVENT,
    FAILED,
    LOGGED,
    MAKE,
    OPEN,
    REPORTED,
    RESET,
    SAVED,
    Channel,
    HandOvers,
)
from engine.system.fork_server import ForkServer
from engine.system.loans import Returned
from engine.system.processes import ChildProcess
from engine.system.shared_memory import SharedBuffer
from engine.system.state_folder import StateFolder

ENTRY: Final = "engine.runtime.workers.subprocess_main:main"
FORK_SERVER: Final = ForkServer(
    "engine.runtime.workers.subprocess_main",
    "engine.dsp.image.picture",  # which loads OpenCV
)
"""Has loaded what all boxes need; not ONNX Runtime, which begins a thread as it is loaded."""
PATIENCE: Final = 1.0
"""Seconds that it may take to end once nobody asks any more."""
CLOSING: Final = 2.0
"""Seconds that the box may take to close."""
DIED: Final = "its process has ended; another takes its place"


class ProcessDied(RemoteError):
    """The process of a box has ended; it is made anew when the box is opened again."""


class SubprocessWorker:
    """Has a box work in a process of its own, called ``name`` where processes can be named.

    ``node`` tells what box it is, and how it is set.

    What the box raises there is raised here as ``RemoteError``; ``ProcessDied`` when its process
    has ended.

    Parameters go along with what is asked next, as the only thing that they matter to: a frame of
    their own would wake the process, and then whoever hears that it is done.
    """

    def __init__(self, name: str, node: Node, context: Context) -> None:
        self._name = name
        self._node = node
        self._context = context
        self._child: ChildProcess | None = None
        self._settings: dict[str, object] = {}
        """What was set since anything was asked."""
        self._was_set: dict[str, object] = {}
        """What was ever set, parameters and what a show chooses itself: a new process is told."""
        self.took: int | None = None
        self.handed_over = HandOvers()

    @property
    def ended(self) -> bool:
        """Whether the process has ended by itself; may be asked on any thread."""
        return (child := self._child) is not None and child.wait(0)

    def look(self) -> None:
        """Raise ProcessDied where the process has ended."""
        if self.ended:
            raise self.gone()

    def begin(self) -> None:
        """Do nothing: what this thread does is little, and others wait for it."""

    def open(self) -> None:
        """Open the box, in a process that is begun where there is none."""
        if self._child is None:
            self._begin()
        folder, state = self._context.folder, self._context.state
        places = state.places if isinstance(state, StateFolder) else ()
        files = {} if places else {name: state.read(name) for name in state.names()}
        where = [str(place) for place in places]
        self._ask(OPEN, [self._context.name, str(folder) if folder else None, where, files])

    def close(self) -> None:
        """Close the box, and end the process; raise what the box raises."""
        if self._child is None:
            return
        alarm = threading.Timer(CLOSING, self._child.kill)
        alarm.start()
        try:
            self._ask(CLOSE)
        except ProcessDied:
            return  # which has cleaned up
        finally:
            alarm.cancel()
            self._end()

    def _end(self) -> None:
        if self._child is None:
            return
        self._channel.close()
        if not self._child.wait(PATIENCE):
            self._child.kill()
            self._child.wait(PATIENCE)
        self._child = None

    def kill(self) -> None:
        """End the process at once; may be called on any thread."""
        if (child := self._child) is not None:
            child.kill()

    def reset(self) -> None:
        """Reset the box."""
        if self._child is not None:
            self._ask(RESET)

    def set(self, field: str, value: object) -> None:
        """Set a parameter, here and, before anything else is asked, there."""
        setattr(self._node, field, value)
        self._settings[field] = self._was_set[field] = value

    # On the loop, which never waits: each raises ProcessDied where the process has gone.

    def attach(self) -> int:
        """Be asked on the loop from now on; return the descriptor to watch there."""
        self._channel.set_blocking(False)
        return self._channel.descriptor

    def detach(self) -> None:
        """Be asked on the thread of the lane again."""
        self._channel.set_blocking(True)

    @property
    def has_unsent(self) -> bool:
        """Whether a part of what was posted waits to be sent."""
        return self._channel.has_unsent

    def flush(self) -> bool:
        """Send what waits to be sent; return whether all has left."""
        try:
            return self._channel.flush()
        except EOFError:
            raise ProcessDied(DIED) from None

    def post(
        self, kind: bytes, content: Any = None, *, most: float = inf, over: bool = False
    ) -> bool:
        """Ask something; return whether it has left whole, else ``flush``. See ``Channel.post``."""
        try:
            left = self._channel.post(kind, [self._settings, content], most=most, over=over)
        except EOFError:
            raise ProcessDied(DIED) from None
        self._settings = {}
        return left

    def post_call(self, job: Job, *, most: float, over: bool) -> bool:
        """Call the box; its answers come among the replies."""
        return self.post(CALL, self._call(job), most=most, over=over)

    def replies(self) -> list[tuple[bytes, Any]]:
        """Return what it has replied by now."""
        try:
            frames = self._channel.take()
        except EOFError:
            raise ProcessDied(DIED) from None
        return [frame for frame in frames if not self._is_news(*frame)]

    def next_reply(self) -> tuple[bytes, Any]:
        """Wait for the next reply; on the thread of the lane."""
        while (frame := self._channel.receive()) is not None:
            if not self._is_news(*frame):
                return frame
        raise self.gone()

    def take_back(self, returned: Returned) -> None:
        """Hold pictures no more that the box has ``returned``."""
        self._channel.take_back(returned)

    # On the thread of the lane.

    def answer(self, job: Job) -> Generator[Message]:
        """Call the box; yield what it answers. To close it calls the rest off."""
        self.took = None
        self._say(CALL, self._call(job))
        replies = self._replies()
        try:
            for event in replies:
                yield decode(event)
        except GeneratorExit:
            self._say(CANCEL, None)
            deque(replies, maxlen=0)

    def _call(self, job: Job) -> list[Any]:
        arguments = [encode(each, pixels=True) for each in job.arguments]
        return [arguments, job.at, job.inlet, self._context.pictures_may_leave]

    def _begin(self) -> None:
        here, there = socket.socketpair()
        outgoing, incoming = SharedBuffer(), SharedBuffer()
        self._channel = Channel(here, outgoing, incoming, handed_over=self.handed_over)
        try:
            with there:
                descriptors = [there.fileno(), outgoing.descriptor, incoming.descriptor]
                self._child = FORK_SERVER.start(ENTRY, descriptors)
        except OSError:
            self._channel.close()
            raise
        box = type(self._node)
        fields = [parameter.field for parameter in read_parameters(box).values()]
        set_now = {name: getattr(self._node, name) for name in fields}
        self._settings = {}
        surroundings = [sys.path, str(Path.cwd()), LOG.getEffectiveLevel()]
        try:
            self._ask(MAKE, [self._name, box.__module__, box.__qualname__, set_now, *surroundings])
        except BaseException:
            self._end()
            raise
        self._settings = dict(self._was_set)

    def _ask(self, kind: bytes, content: Any = None) -> None:
        self._say(kind, content)
        for _ in self._replies():
            pass

    def _say(self, kind: bytes, content: Any) -> None:
        try:
            self._channel.send(kind, [self._settings, content])
        except OSError:
            raise self.gone() from None
        self._settings = {}

    def _replies(self) -> Iterator[Any]:
        """Yield its events until it is done."""
        while True:
            kind, content = self.next_reply()
            if kind == EVENT:
                self.took, event = content
                yield event
                continue
            self.took, returned, *failure = content
            self._channel.take_back(returned)
            if kind == FAILED:
                raise RemoteError(*failure)
            return

    def _is_news(self, kind: bytes, content: Any) -> bool:
        """Pass on what is no reply to anything; return whether it was that."""
        if kind == SAVED:
            self._context.state.note(*content)
        elif kind == REPORTED:
            if isinstance(self._context.state, StateFolder):
                self._context.state.report(content)
        elif kind == CAPTION:
            vars(self._node)["caption"] = lambda: content  # the page asks the box that is here
        elif kind == LOGGED:
            level, name, text = content
            logging.getLogger(name).log(level, "%s", text)
        else:
            return False
        return True

    def gone(self) -> ProcessDied:
        """Clean up after a process that ended by itself; return what to raise."""
        self._end()
        return ProcessDied(DIED)
