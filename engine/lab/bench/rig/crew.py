"""Machines in one room, each with a link of its own: in namespaces where they can be made.

The links live in this process; what carries their packets are processes of their own, each in the
namespace of its machine. All machines have one clock, so that what their clocks say is known.
"""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Final

from engine.cluster.key import make_key, write_key
from engine.cluster.link import Arrived, Attendance, RoomChange
from engine.cluster.room_link import RoomLink
from engine.core.clock import SECOND, Clock, SystemClock
from engine.lab.namespaces import Namespaces, why_not

HOME: Final = "home"
CLOCK: Final = SystemClock()
_PATIENCE: Final = 30.0
_PORT: Final = 9790


class CrewMember:
    """One machine: its link, what it heard and what became of the others."""

    def __init__(self, link: RoomLink) -> None:
        self.link = link
        self.arrived: list[tuple[int, Arrived]] = []
        self.changes: list[tuple[int, str, RoomChange]] = []
        self.on_heard: Callable[[Arrived], None] | None = None

    def heard(self, arrived: Arrived) -> None:
        """Keep a message and when it came; call whoever waits for it."""
        self.arrived.append((CLOCK.now(), arrived))
        if self.on_heard is not None:
            self.on_heard(arrived)

    def changed(self, name: str, change: RoomChange, words: str) -> None:
        """Keep what became of a machine."""
        del words
        self.changes.append((CLOCK.now(), name, change))

    def is_here(self, name: str) -> bool:
        """Whether this machine can hear another one."""
        machine = self.link.machines().get(name)
        return machine is not None and machine.standing is Attendance.HERE


class Crew:
    """Home and the others."""

    def __init__(self, network: Namespaces | None, members: Mapping[str, CrewMember]) -> None:
        self.network = network
        self.members = dict(members)

    def set(self, **given: float) -> None:
        """Set delay, jitter, loss or cut everywhere, where there is a network to set."""
        if self.network is not None:
            self.network.everywhere(**given)

    def carriers(self) -> list[int]:
        """Return the processes that carry."""
        return [member.link.carrier for member in self.members.values()]


def until(condition: Callable[[], bool], patience: float = _PATIENCE) -> float:
    """Wait for it; return the seconds that took. Raise TimeoutError."""
    begins = CLOCK.now()
    pause = threading.Event()
    while not condition():
        if CLOCK.now() - begins > patience * SECOND:
            raise TimeoutError
        pause.wait(0.002)
    return (CLOCK.now() - begins) / SECOND


@contextmanager
def crew(
    count: int, clocks: Mapping[str, Clock] | None = None, delay: float = 0.001
) -> Iterator[Crew]:
    """Yield home and ``count`` machines that it can hear, in namespaces where they can be made."""
    names = [HOME, *(f"m{number}" for number in range(1, count + 1))]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        write_key(make_key(), folder / "room.key")
        network = None if why_not() else Namespaces(*names)
        if network is not None:
            stack.callback(network.close)
            network.everywhere(delay=delay)
        where = dict(network.address) if network else dict.fromkeys(names, "127.0.0.1")
        ports = {name: _PORT if network else _free_port() for name in names}
        at = {name: f"{where[name]}:{ports[name]}" for name in names}
        members: dict[str, CrewMember] = {}
        for name in [*names[1:], HOME]:
            with network.inside(name) if network else nullcontext():
                link = RoomLink(
                    name,
                    folder / "room.key",
                    clock=(clocks or {}).get(name),
                    listen=[at[name]],
                    addresses=[at[one] for one in names[1:]] if name == HOME else [],
                    shy=name != HOME,
                )
                members[name] = member = CrewMember(link)
                link.open(member.heard, member.changed)
                stack.callback(link.close)
        for name in names[1:]:
            until(partial(_meet, members[HOME], members[name]))
        yield Crew(network, members)


def _meet(one: CrewMember, other: CrewMember) -> bool:
    """Whether two machines can hear each other."""
    return one.is_here(other.link.name) and other.is_here(one.link.name)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
