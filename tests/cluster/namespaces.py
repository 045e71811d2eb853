"""Several machines in one: network namespaces, joined by a relay that delays and loses.

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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000


def need_namespaces() -> None:
    """Skip the running test where none can be made."""
    if sys.platform != "linux" or os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("networks of one's own are made by root on Linux, with /dev/net/tun")
    if shutil.which("ip") is None:
        pytest.skip("no ip: apt-get install --no-install-recommends iproute2")


class Namespaces:
    """Machines by their names; the addresses are 10.9.0.1 and so on, in that order."""

    def __init__(self, *names: str) -> None:
        self.address = {name: f"10.9.0.{number}" for number, name in enumerate(names, 1)}
        self._library = ctypes.CDLL(None, use_errno=True)
        self._spaces: dict[str, int] = {}
        self._devices: dict[str, int] = {}
        for name in names:
            self._apart(self._make, name)
        relay = [f"{self.address[name]}={self._devices[name]}" for name in names]
        self._relay = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("relay.py")), *relay],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=list(self._devices.values()),
            text=True,
            bufsize=1,
        )

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Move this thread to a machine; what it begins stays there."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._enter(self._spaces[name])
            yield
        finally:
            self._enter(before)
            os.close(before)

    def between(self, one: str, other: str, **given: float) -> None:
        """Set delay, jitter (s), loss (0 to 1) or cut between two machines."""
        self._tell([self.address[one], self.address[other]], **given)

    def everywhere(self, **given: float) -> None:
        """Set the same between all machines."""
        names = list(self.address)
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                self.between(one, other, **given)

    def counts(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return packets and bytes sent so far, by sender and receiver."""
        names = {address: name for name, address in self.address.items()}
        told = self._tell([])
        return {
            (names[pair.split()[0]], names[pair.split()[1]]): tuple(counts)
            for pair, counts in told.items()
        }

    def close(self) -> None:
        """End the relay; the namespaces end with what plays in them."""
        assert self._relay.stdin is not None and self._relay.stdout is not None
        self._relay.stdin.close()
        self._relay.stdout.close()
        self._relay.wait()
        for descriptor in (*self._spaces.values(), *self._devices.values()):
            os.close(descriptor)

    def _tell(self, way: list[str], **given: float) -> dict[str, list[int]]:
        assert self._relay.stdin is not None and self._relay.stdout is not None
        self._relay.stdin.write(json.dumps({"way": way, **given}) + "\n")
        return json.loads(self._relay.stdout.readline())

    def _make(self, name: str) -> None:
        """Make the namespace and device of a machine, on a thread that ends in it."""
        if self._library.unshare(NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        self._spaces[name] = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"room", IFF_TUN | IFF_NO_PI))
        self._devices[name] = device
        for line in (
            "link set lo up",
            f"address add {self.address[name]}/24 dev room",
            "link set room txqueuelen 1000 up multicast on",
            "route add 224.0.0.0/4 dev room",
        ):
            subprocess.run(["ip", *line.split()], check=True)

    def _apart(self, work, *arguments) -> None:
        """Do it on a thread of its own, so that this one stays where it is."""
        errors: list[BaseException] = []

        def run() -> None:
            try:
                work(*arguments)
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        if errors:
            raise errors[0]

    def _enter(self, space: int) -> None:
        if self._library.setns(space, NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
