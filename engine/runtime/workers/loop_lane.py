"""A lane whose box works in a process of its own: the loop itself asks and hears that process.

So a picture crosses no thread on its way to the network, nor does the answer on its way back. What
takes long stays on the thread of the lane, which else sleeps: to open and to close the box, to
begin its process anew, to copy what is large and lies in no pool. It leaves the socket to the loop
(``_hand_over``) and takes it back (``_take_back``) before it uses it itself.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from typing import Any, Final

from engine.core.box_errors import anything_raised
from engine.core.clock import Clock
from engine.core.codec import decode
from engine.core.context import Context
from engine.core.messages import Ns
from engine.core.node import Node
from engine.runtime.entries import Entry, LaneFailure
from engine.runtime.metrics import LOG
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.job import Job
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.out_of_process import DIED, ProcessDied, SubprocessWorker
from engine.system.channel import CALL, CANCEL, EVENT, FAILED, RESET, TooLarge

LARGEST: Final = 1 << 20
"""Bytes of an array that the loop copies at most: for larger ones it would be held up too long."""
_LETTING_GO: Final = 1.0
"""Seconds until the loop is asked again to let go of a socket; it may have ended meanwhile."""


@dataclass(frozen=True)
class OnLoop:
    """How a lane reaches the loop.

    ``soon`` has something called there, in order, and returns False where the loop has ended; it
    may be called on any thread. ``add_reader`` has a function called whenever a descriptor can be
    read, until it returns False, and what it delivers is let in at once; it is called on the loop.
    """

    soon: Callable[..., bool]
    add_reader: Callable[[int, Callable[[], bool]], None]


class LoopLane(ThreadLane):
    """A lane that the loop itself serves. All but what is marked is called on the loop."""

    def __init__(
        self,
        name: str,
        node: Node,
        context: Context,
        deliver: Callable[[Entry], None],
        clock: Clock,
        *,
        loop: OnLoop,
    ) -> None:
        self._process = SubprocessWorker(name, node, context)
        super().__init__(name, node, context, deliver, clock, worker=self._process)
        self._loop = loop
        self._descriptor = -1
        self._on_loop = False
        """Whether the loop has the socket."""
        self._called_up = False
        self._left = 0
        """How many jobs are to be done of those that wait; the others wait for more."""
        self._todo: deque[Any] = deque()
        """Changes that are still to be made, as they were left in the mailbox."""
        self._jobs: deque[Job] = deque()
        """Jobs that were taken out of the mailbox together, and are still to be asked."""
        self._expected: deque[bytes] = deque()
        """What was asked, and is not done yet: the process does it in this order."""
        self._asked = Ns(0)
        self._more = False
        self._is_cancelled = False
        self._copying = False
        """Whether the thread asks the job at hand, because that has to copy much."""
        self._errands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        """What the thread is to do: on the thread."""

    def interrupt(self) -> None:
        """Call off the job at hand and those that wait, for one that is about to be left."""
        super().interrupt()
        self._cancel()

    def reset(self) -> int:
        """Forget the past before the next job; return how many must-keep jobs are let go."""
        lost = super().reset()
        self._cancel()
        return lost

    def look(self) -> None:
        """Notice a process that has ended though a child of its own keeps the socket open."""
        if self._on_loop and self._worker.ended:
            while self._hear_what_came():
                pass
            self._lose()

    def abandon(self) -> None:
        """Leave it to itself: whatever it says from now on is not heard; it ends when it can."""
        self._leave()
        super().abandon()

    def stop(self) -> None:
        """Stop the thread after the job at hand; may be called on any thread."""
        super().stop()
        self._errands.put(_nothing)

    def _taken(self) -> list[Job]:
        return [*self._jobs]

    def _wake(self) -> None:
        self._called_up = True
        self._pump()

    # On the loop: asking.

    def _pump(self) -> None:
        """Ask what waits; after a call, wait for its end."""
        while self._is_free():
            self._todo.extend(item.content for item in self._changes.take())
            if self._todo:
                if not self._change(self._todo[0]):
                    return
                self._todo.popleft()
            elif (job := self._next_job()) is None or not self._call(job):
                break
        if not self._expected and self.at_hand is None:
            self.begun = None

    def _is_free(self) -> bool:
        """Return whether something can be sent at once."""
        free = self._on_loop and self.at_hand is None and not self._copying
        return free and not self._process.has_unsent

    def _change(self, change: Any) -> bool:
        """Ask for a change; return False where it has to wait for all answers, or for the thread.

        A reset is None, a parameter its name and value, and all else takes long.
        """
        if callable(change):
            if not self._expected:
                self._todo.popleft()
                self._leave()
                self._busy()
                self._errands.put(partial(self._change_slowly, change))
            return False
        try:
            if change is None:
                self._expect(RESET, self._process.post(RESET))
            else:
                self._process.set(*change)
        except ProcessDied:
            pass  # the reader will find its end, behind what it has said before
        except anything_raised() as error:
            self._fail(error)
        return True

    def _next_job(self) -> Job | None:
        """Return what is to be asked next; what was asked before a reset is let go."""
        if self._called_up:
            self._called_up, self._left = False, len(self._mailbox)
        while True:
            while self._jobs:
                job = self._jobs.popleft()
                if job.generation == self.generation:
                    return job
                self._outdated += 1
            if self._left <= 0:
                return None
            taken = self._take()
            self._left -= max(len(taken), 1)
            self._jobs.extend(self._wanted(taken))

    def _call(self, job: Job) -> bool:
        """Ask a job; return False where it has to wait for all answers.

        Where much would have to be copied for it, the thread asks.
        """
        self.at_hand, self._more, self._is_cancelled = job, False, False
        self._asked = self._busy()
        over = not self._expected
        try:
            self._expect(CALL, self._process.post_call(job, most=LARGEST, over=over))
        except TooLarge:
            if over:
                self._copying = True
                self._errands.put(partial(self._call_slowly, job))
            else:  # until the last change is answered, the thread must not touch the channel
                self.at_hand = None
                self._jobs.appendleft(job)
                return False
        except ProcessDied:
            self._expected.append(CALL)  # the reader will find its end
        except anything_raised() as error:
            self._not_called(job, error)
        return True

    def _expect(self, kind: bytes, has_left: bool) -> None:
        self._expected.append(kind)
        self._busy()
        if not has_left:
            self._flush_later()

    def _flush_later(self) -> None:
        asyncio.get_running_loop().add_writer(self._descriptor, self._flush)

    def _flush(self) -> None:
        """Send the rest of what could not be sent at once."""
        try:
            if not self._process.flush():
                return
        except ProcessDied:
            pass  # the reader will find its end
        asyncio.get_running_loop().remove_writer(self._descriptor)
        self._cancel()
        self._pump()

    def _cancel(self) -> None:
        """Call off the job at hand, where the box can be interrupted and a newer one has come."""
        job = self.at_hand
        if job is None or self._is_cancelled or not self._is_called_off(job):
            return
        if self._on_loop and not self._copying and not self._process.has_unsent:
            self._is_cancelled = True
            try:
                if not self._process.post(CANCEL):
                    self._flush_later()
            except ProcessDied:
                pass  # the reader will find its end

    def _not_called(self, job: Job, error: BaseException) -> None:
        """Note that a job could not be sent: what it holds can be in no recording."""
        if self.at_hand is job:
            self.at_hand = None
            self._deliver(LaneFailure(self._name, job.generation, describe_error(error)))
            self._todo.appendleft(None)

    # On the loop: hearing.

    def _readable(self) -> bool:
        """Hear what the process says; return whether it is to be read on."""
        self._hear_what_came()
        self._pump()
        return self._on_loop

    def _hear_what_came(self) -> bool:
        """Hear what is there; return whether there was anything."""
        try:
            replies = self._process.replies()
            for kind, content in replies:
                self._hear(kind, content)
        except ProcessDied:
            self._lose()
            return False
        except Exception:
            LOG.exception("%s: what its process says cannot be read; it is begun anew", self._name)
            self._lose()
            return False
        return bool(replies)

    def _hear(self, kind: bytes, content: Any) -> None:
        """Take one reply; on the thread, once that has taken the socket back."""
        if kind == EVENT:
            self._hear_event(*content)
            return
        done = self._expected.popleft()
        spent, returned, *failure = content
        self._process.take_back(returned)
        if done == CALL:
            self._end_call(spent, *failure)
        elif kind == FAILED:
            self._fail(*failure)

    def _hear_event(self, spent: int, event: Any) -> None:
        job = self.at_hand
        assert job is not None, "only a call has events"
        self._busy()
        try:
            entry: Entry = self._answer(job, decode(event), spent, self._more)
        except anything_raised() as error:
            text = describe_error(error)
            entry = LaneFailure(self._name, job.generation, text, spent, self._more)
        self._deliver(entry)
        self._more = True

    def _end_call(self, spent: int, failure: str | None = None) -> None:
        job, self.at_hand = self.at_hand, None
        assert job is not None, "there was one to be done with"
        self.took = self._clock.now() - self._asked
        if failure is not None:
            self._deliver(LaneFailure(self._name, job.generation, failure, spent, self._more))
            self._todo.appendleft(None)  # it begins anew
        elif not self._more:
            self._deliver(self._answer(job, None, spent, more=False))

    def _fail(self, error: BaseException | str) -> None:
        """Report what went wrong between two jobs."""
        text = error if isinstance(error, str) else describe_error(error)
        self._deliver(LaneFailure(self._name, self.generation, text, more=True))

    def _lose(self) -> None:
        """Make the thread begin the process anew."""
        if not self._on_loop:
            return
        self._leave()
        self._process.kill()
        job, self.at_hand = self.at_hand, None
        self._expected.clear()
        self.begun = None
        if job is None:
            self._fail(DIED)
        else:
            spent = self._clock.now() - self._asked
            self._deliver(LaneFailure(self._name, job.generation, DIED, spent, self._more))
        self._errands.put(self._mourn)

    # The socket changes hands.

    def _hand_over(self) -> None:
        """Leave the socket to the loop; on the thread."""
        self._expected.clear()
        self._descriptor = self._process.attach()
        self._loop.soon(self._join)

    def _join(self) -> None:
        """Take the socket, unless the thread takes it back at once."""
        if self._stop.is_set():
            return
        self._on_loop, self._copying = True, False
        self._loop.add_reader(self._descriptor, self._readable)
        self._pump()

    def _leave(self) -> None:
        """Let go of the socket."""
        if self._on_loop:
            self._on_loop = False
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._descriptor)
            loop.remove_writer(self._descriptor)

    def _take_back(self) -> None:
        """Take the socket back from the loop, which is waited for; on the thread."""
        left = threading.Event()

        def leave() -> None:
            self._leave()
            left.set()

        while self._loop.soon(leave) and not left.wait(_LETTING_GO):
            pass  # the loop is held up, or ends just now
        self._process.detach()

    # On the thread.

    def _play(self) -> None:
        """Do what takes long, until it is stopped; raise ProcessDied. On the thread."""
        self._hand_over()
        while not self._stop.is_set():
            self._errands.get()()
        self._take_back()
        self._process.flush()
        while self._expected:
            self._hear(*self._process.next_reply())

    def _change_slowly(self, change: Callable[[], None]) -> None:
        """Make a change that takes long; on the thread, which has the socket."""
        self._process.detach()
        try:
            change()
        except anything_raised() as error:
            self._fail(error)
            if isinstance(error, ProcessDied):
                raise
        self.begun = None
        self._hand_over()

    def _call_slowly(self, job: Job) -> None:
        """Ask a job that has to copy much; on the thread, while the loop sends nothing."""
        has_left = True
        try:
            self._expected.append(CALL)
            has_left = self._process.post_call(job, most=float("inf"), over=True)
        except ProcessDied:
            pass  # the reader will find its end
        except anything_raised() as error:
            self._expected.pop()
            self._loop.soon(self._not_called, job, error)
        self._loop.soon(self._called_slowly, has_left)

    def _called_slowly(self, has_left: bool) -> None:
        """Go on after the thread has asked; on the loop."""
        self._copying = False
        if self._on_loop:
            if not has_left:
                self._flush_later()
            self._cancel()
            self._pump()

    def _mourn(self) -> None:
        """Clean up after the process; on the thread."""
        raise self._process.gone()


def _nothing() -> None:
    """Wake the thread."""
