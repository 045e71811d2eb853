"""Protection against requests of other sites (CSRF) and rebound names (DNS rebinding).

A page of another site can make a browser on this machine send requests here. The headers that
browsers always send tell it apart: ``Host`` names the site requested, which a rebound name cannot
fake, and ``Origin`` and ``Sec-Fetch-Site`` the site that requests. A numeric address needs no name
server and so cannot be rebound.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from aiohttp import web

from engine.core.text import plain
from engine.net.access import is_local

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PASSED_ON: Final = frozenset({"forwarded", "via", "x-real-ip", "true-client-ip", "client-ip"})
_PASSED_ON_BEGINS: Final = ("x-forwarded", "cf-connecting", "x-client", "x-cluster", "fly-client")
"""Headers by which a proxy says that a request is another's."""


def headers(host: str) -> dict[str, str]:
    """Return the headers of every response: load nothing from elsewhere, be framed nowhere."""
    policy = (
        "default-src 'self'; "
        f"connect-src 'self' ws://{host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests of another site's page."""
    if reason := refusal(request.host, request.headers):
        raise web.HTTPForbidden(text=reason)
    return await handler(request)


def refusal(host: str, said: Mapping[str, str]) -> str:
    """Return why a request with the headers ``said`` is refused; "" where it is not."""
    if not is_own_host(host):
        return f"{plain(host, 100)} is no name of this machine"
    if said.get("Origin", f"http://{host}") != f"http://{host}":
        return "another site may not do this"
    # A link may lead here from anywhere: that shows the page, in a window of its own.
    followed = (said.get("Sec-Fetch-Mode"), said.get("Sec-Fetch-Dest")) == ("navigate", "document")
    if said.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and not followed:
        return "another site may not do this"
    return ""


def is_this_machine(peer: str, host: str, said: Mapping[str, str]) -> bool:
    """Return whether a request comes from a browser on this machine, and from no other through it.

    A proxy or a forwarded port on this machine sends requests of strangers from here: it tells so
    by a header, or by the name under which the strangers know it.
    """
    names = [name.lower() for name in said]
    passed_on = any(name in _PASSED_ON or name.startswith(_PASSED_ON_BEGINS) for name in names)
    return not passed_on and is_local(peer) and is_local(_without_port(host).lower())


def is_own_host(host: str) -> bool:
    """Return whether a Host header names this machine in a way that nobody else can take over."""
    name = _without_port(host).lower()
    if name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        own = socket.gethostname().lower()
        return name in (own, f"{own.partition('.')[0]}.local")
    return True


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
