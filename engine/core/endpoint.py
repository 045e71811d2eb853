"""Where another machine is reached: an address of a patch, with its port."""

from __future__ import annotations

from typing import Final

from engine.core.errors import ClusterError

PORT: Final = 9790
"""Where a machine waits for the others unless told otherwise."""


def endpoint(address: str) -> str:
    """Return an address of a patch with its port: "192.168.1.20" is "192.168.1.20:9790".

    Raise ClusterError for what is no address.
    """
    host, colon, port = address.rpartition(":")
    if not colon or ("]" not in address and address.count(":") > 1):
        host, port = address, str(PORT)
    if address.endswith("]"):
        host, port = address, str(PORT)
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    letters = host.strip("[]").replace("%", "")
    good = letters and all(one.isalnum() or one in ".-:_" for one in letters)
    good = good and len(port) < 6 and port.isascii() and port.isdigit()
    if not good or not 0 < int(port) < 65536:
        raise ClusterError(
            f'"{address}" is no address: expected one such as "192.168.1.20", "stage-left.local"'
            f' or "192.168.1.20:{PORT}"'
        )
    return f"{host}:{port}"
