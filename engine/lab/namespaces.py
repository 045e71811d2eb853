"""Several machines in one: network namespaces, joined by a relay that delays and loses packets.

Nothing of it touches a network of this machine: each namespace has a loopback of its own and a TUN
device, whose packets only the relay sees. Needs root, Linux, and ``ip`` of iproute2.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import shutil
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

_NEWNET: Final = 0x40000000
_TUNSETIFF: Final = 0x400454CA
_TUN_BARE: Final = 0x1001
"""IFF_TUN and IFF_NO_PI: packets as they are."""
_HERE: Final = "/proc/thread-self/ns/net"
_DEVICE: Final = "room"


def why_not() -> str:
    """Return why namespaces cannot be made here; empty where they can."""
    if sys.platform != "linux" or os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        return "networks of one's own are made by root on Linux, with /dev/net/tun"
    if shutil.which("ip") is None:
        return "no ip: apt-get install --no-install-recommends iproute2"
    return ""


class Namespaces:
    """Machines by their names; the addresses are 10.9.0.1 and so on, in that order."""

    def __init__(self, *names: str) -> None:
        self.address = {name: f"10.9.0.{number}" for number, name in enumerate(names, 1)}
        self._library = ctypes.CDLL(None, use_errno=True)
        self._spaces: dict[str, int] = {}
        self._devices: dict[str, int] = {}
        for name in names:
            _apart(partial(self._make, name))
        relay = [f"{self.address[name]}={self._devices[name]}" for name in names]
        self._relay = subprocess.Popen(
            [sys.executable, "-m", "engine.lab.relay", *relay],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=list(self._devices.values()),
            text=True,
            bufsize=1,
        )

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Move this thread to a machine; threads and processes that it begins stay there."""
        before = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._enter(self._spaces[name])
            yield
        finally:
            self._enter(before)
            os.close(before)

    def between(self, one: str, other: str, **given: float) -> None:
        """Set delay and jitter in s, loss from 0 to 1, or cut, between two machines."""
        self._ask([self.address[one], self.address[other]], **given)

    def everywhere(self, **given: float) -> None:
        """Set the same between all machines."""
        names = list(self.address)
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                self.between(one, other, **given)

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return packets and bytes sent so far, by sender and receiver."""
        names = {address: name for name, address in self.address.items()}
        counts: dict[tuple[str, str], tuple[int, int]] = {}
        for pair, (packets, size) in self._ask([]).items():
            sender, receiver = pair.split()
            counts[names[sender], names[receiver]] = packets, size
        return counts

    def close(self) -> None:
        """End the relay; the namespaces end with what plays in them."""
        assert self._relay.stdin is not None
        assert self._relay.stdout is not None
        self._relay.stdin.close()
        self._relay.stdout.close()
        self._relay.wait()
        for descriptor in (*self._spaces.values(), *self._devices.values()):
            os.close(descriptor)

    def _ask(self, way: Sequence[str], **given: float) -> dict[str, list[int]]:
        assert self._relay.stdin is not None
        assert self._relay.stdout is not None
        self._relay.stdin.write(json.dumps({"way": way, **given}) + "\n")
        counts: dict[str, list[int]] = json.loads(self._relay.stdout.readline())
        return counts

    def _make(self, name: str) -> None:
        """Make the namespace and device of a machine, on a thread that ends in it."""
        if self._library.unshare(_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        self._spaces[name] = os.open(_HERE, os.O_RDONLY | os.O_CLOEXEC)
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", _DEVICE.encode(), _TUN_BARE))
        self._devices[name] = device
        for line in (
            "link set lo up",
            f"address add {self.address[name]}/24 dev {_DEVICE}",
            f"link set {_DEVICE} txqueuelen 1000 up multicast on",
            f"route add 224.0.0.0/4 dev {_DEVICE}",
        ):
            subprocess.run(["ip", *line.split()], check=True)

    def _enter(self, space: int) -> None:
        if self._library.setns(space, _NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def _apart(work: Callable[[], Any]) -> None:
    """Do it on a thread of its own, so that this one stays where it is."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
