"""Knocks at the door of a room without its key, twenty times a second.

Run: ``python -m engine.lab.stranger HOST PORT WHAT``. WHAT is "rubbish" (bytes that are no TLS),
"" (TLS without a key), or a file with the key of another room. A line "knock" of the standard input
has it begin, any other has it rest; it ends with that input.

Why a program: it takes none of the turns of the process that measures what it does to others.
"""

from __future__ import annotations

import os
import select
import socket
import ssl
import sys
import threading
from contextlib import suppress
from typing import Final

RUBBISH: Final = "rubbish"
_PAUSE_MS: Final = 50
_PATIENCE: Final = 2.0
"""Seconds to wait at a door that does not open."""


def knock(at: tuple[str, int], tls: ssl.SSLContext | None) -> None:
    """Knock once, and wait until that is refused."""
    with (
        suppress(OSError),
        socket.create_connection(at, _PATIENCE) as door,
        tls.wrap_socket(door) if tls else door as spoken,
    ):
        spoken.sendall(os.urandom(400))
        spoken.recv(1)


def main(host: str, port: str, what: str) -> None:
    """Knock, or rest, as the standard input says."""
    tls = None if what == RUBBISH else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if tls is not None:
        tls.check_hostname = False
        tls.verify_mode = ssl.CERT_NONE
        if what:
            tls.load_cert_chain(what)
    said = select.poll()
    said.register(0, select.POLLIN)
    pause: int | None = None
    while True:
        if not said.poll(pause):
            threading.Thread(target=knock, args=((host, int(port)), tls), daemon=True).start()
        elif line := sys.stdin.readline():
            pause = _PAUSE_MS if line.strip() == "knock" else None
        else:
            return


if __name__ == "__main__":
    main(*sys.argv[1:])
