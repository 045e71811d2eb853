"""The address of a camera in the network: who may see it, and the way to it."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

_SPLIT: Final = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<rest>.*)", re.S
)
_HOST: Final = re.compile(r"(?:\[(?P<six>[^\]]*)\]|(?P<host>[^:@]*))(?::(?P<port>\d{1,5}))?")
_LOCAL_NAMES: Final = ("localhost", ".localhost", ".local", ".lan", ".home.arpa", ".internal")
_SAFE: Final = "!$&'()*+,;=:@/?%-._~#[]"


@dataclass(frozen=True)
class CameraAddress:
    """An address in parts; ``user`` and ``password`` are as they are meant, not encoded."""

    scheme: str
    user: str
    password: str
    host: str
    port: int | None
    rest: str

    @property
    def place(self) -> str:
        """The address without user and password, encoded as HTTP wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        rest = self.rest.partition("#")[0]
        path = rest if rest.startswith("/") else f"/{rest}"
        return f"{self.scheme}://{host}{port}{quote(path, safe=_SAFE)}"

    @property
    def encoded(self) -> str:
        """The whole address, with user and password encoded (RFC 3986), as FFmpeg wants it."""
        own = ":".join(quote(each, safe="") for each in (self.user, self.password) if each)
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"{self.scheme}://{own}{own and '@'}{host}{port}{self.rest}"


def split_address(address: str) -> CameraAddress | None:
    """Return an address in parts; None where it is none.

    A password may hold "@" and "/" as they are: where no name with a dot and no number of a host
    stands before the first "/", all up to the last "@" is user and password.
    """
    found = _SPLIT.fullmatch(address.strip())
    if found is None:
        return None
    own, _, place = found["authority"].rpartition("@")
    rest = found["rest"]
    host = _HOST.fullmatch(place)
    if "@" in rest.partition("?")[0] and not _is_named(host):
        own, _, tail = f"{found['authority']}{rest}".rpartition("@")
        end = re.search(r"[/?#]", tail)
        place, rest = (tail[: end.start()], tail[end.start() :]) if end else (tail, "")
        host = _HOST.fullmatch(place)
    if host is None or not (host["six"] or host["host"]) or int(host["port"] or 0) > 65535:
        return None
    user, _, password = own.partition(":")
    port = int(host["port"]) if host["port"] else None
    name = host["six"] or host["host"]
    return CameraAddress(
        found["scheme"].lower(), unquote(user), unquote(password), name, port, rest
    )


def _is_named(host: re.Match[str] | None) -> bool:
    """Whether a host is surely one, and not the user before a password with a "/" in it."""
    return host is not None and bool(
        host["six"] or "." in host["host"] or host["host"] == "localhost"
    )


def is_near(host: str) -> bool:
    """Whether a host is this machine or in a network of one's own, where no proxy leads.

    A name that nobody knows is not near: a proxy may know it. May ask the resolver, and wait.
    """
    name = host.lower().rstrip(".")
    if "." not in name and ":" not in name and not name.isdecimal():
        return True
    if name.endswith(_LOCAL_NAMES):
        return True
    try:
        return _is_private(name)
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(_is_private(str(each[4][0]).partition("%")[0]) for each in found)


def bypass_proxy(host: str) -> None:
    """Let FFmpeg reach a host without a proxy: it goes by ``no_proxy`` of the environment."""
    listed = os.environ.get("no_proxy", "")
    if listed != "*" and host not in re.split(r"[,\s]+", listed):
        os.environ["no_proxy"] = f"{listed},{host}" if listed else host


def _is_private(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return found.is_private or found.is_loopback or found.is_link_local
