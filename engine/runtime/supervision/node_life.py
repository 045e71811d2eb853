"""Opens and closes a node that has no lane, on a thread of its own; the loop calls it in between.

Why a thread: opening may read files, and nothing on the loop may block.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.core.box_errors import anything_raised
from engine.core.context import Context, with_context
from engine.core.node import Node
from engine.runtime.entries import Entry, StateChange
from engine.runtime.schedule.call import describe_error
from engine.runtime.supervision.backoff import BackOff
from engine.runtime.workers.lane import close_quietly


class NodeLife:
    """The thread that opens a node, retries after an error, and closes it at the end."""

    def __init__(
        self, name: str, node: Node, context: Context, deliver: Callable[[Entry], None]
    ) -> None:
        self._name = name
        self._node = node
        self._open = with_context(node.open, context)
        self._deliver = deliver
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"life of {name}", daemon=True)

    def start(self) -> None:
        """Start opening the node."""
        self.thread.start()

    def stop(self) -> None:
        """Let the node be closed; it must not be called any more."""
        self._stop.set()

    def join(self, timeout: float) -> None:
        """Wait until the node is closed, at most ``timeout`` seconds."""
        self.thread.join(timeout)

    def _run(self) -> None:
        pauses = BackOff()
        while not self._stop.is_set():
            try:
                self._open()
            except anything_raised() as error:
                self._deliver(StateChange(self._name, "failed", describe_error(error)))
                self._stop.wait(pauses.next())
                continue
            self._deliver(StateChange(self._name, "running"))
            self._stop.wait()
            close_quietly(self._name, self._node)
