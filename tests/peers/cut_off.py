"""Runs a command in a network of its own that leads nowhere, and lists the packets that it sent.

Run: ``unshare -rn python cut_off.py COMMAND...``. The exit status is the command's; what left this
machine, or asked a name server on it, is printed as lines on the error output, each after ``SENT``.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from pathlib import Path

ALL_PROTOCOLS = 0x0003
IPV4, ARP = 0x0800, 0x0806
UDP, DNS = 17, 53
OUTSIDE = "outside"
"""A way out for every address, at the end of which nobody takes what is sent."""
SETUP = f"""
ip link set lo up
ip link add {OUTSIDE} type veth peer name nobody
ip link set {OUTSIDE} up
ip link set nobody up
ip address add 192.0.2.1/24 dev {OUTSIDE}
ip route add default via 192.0.2.2
"""


def main(command: list[str]) -> int:
    """Run the command, listening to every interface; return its exit status."""
    for line in SETUP.strip().splitlines():
        subprocess.run(line.split(), check=True)
    # Of its own accord a system looks for neighbours of the newer kind.
    for name in OUTSIDE, "nobody":
        Path(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").write_text("1")
    ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS))
    ear.settimeout(0.2)
    over = threading.Event()
    sent: list[str] = []
    listener = threading.Thread(target=_listen, args=[ear, over, sent])
    listener.start()
    status = subprocess.run(command, check=False).returncode
    over.set()
    listener.join()
    for line in sent:
        print("SENT", line, file=sys.stderr)
    return status


def _listen(ear: socket.socket, over: threading.Event, sent: list[str]) -> None:
    while not over.is_set():
        try:
            packet, (interface, protocol, kind, *_) = ear.recvfrom(65536)
        except TimeoutError:
            continue
        if kind != socket.PACKET_OUTGOING:
            continue
        if interface == OUTSIDE and protocol in (IPV4, ARP):
            sent.append(f"{protocol:#06x} {packet[:40].hex()}")
        elif protocol == IPV4 and packet[9] == UDP and _port(packet) == DNS:
            sent.append(f"a name server is asked: {packet[28:80]!r}")


def _port(packet: bytes) -> int:
    """Return to which port an IPv4 packet goes, by UDP."""
    head = (packet[0] & 15) * 4
    return int.from_bytes(packet[head + 2 : head + 4])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
