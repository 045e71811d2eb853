"""Authentication by a token: from the network, only those may enter who know what was shown.

There are two: whoever comes by the one that is shown at the start is a paired device, which the
show belongs to; whoever comes by the one that such a device shows to others is a guest.

The token comes once, in the address that is typed, clicked or scanned. It is exchanged for a cookie
that no script can read and no other site can send, random at every start. So a short token, chosen
by somebody, can be guessed only here, where each machine's attempts are limited. Only its own: were
there one limit for all, whoever guesses from many addresses would keep out those who know it.

Why a page with a refresh, and no redirect: a browser that followed a link from elsewhere would not
send a strict cookie to where it is redirected, but does when our own page leads it there.
"""

from __future__ import annotations

import hmac
import re
import secrets
from typing import Final

from aiohttp import web

from engine.core.clock import SystemClock
from engine.core.errors import ParameterError
from engine.net.rate_limit import RateLimiter
from engine.web.guard import Handler
from engine.web.rights import Role

COOKIE: Final = "sensorium"
PARAMETER: Final = "token"
TRIES: Final = 10
"""How many attempts each machine has at once."""

_TRIES_A_SECOND: Final = 1 / 6
_MACHINES: Final = 4096
"""How many machines are told apart; who has more addresses may try more often."""

_SHORTEST: Final = 8
_ALLOWED: Final = re.compile(r"[A-Za-z0-9._~-]*")
_UNKNOWN: Final = "Open the address that Sensorium showed when it started, or scan its code."
_WRONG: Final = "This is not the address that Sensorium showed when it started this time."
_TOO_OFTEN: Final = "Too many wrong tries; wait a minute."
_REDIRECT: Final = (
    '<!doctype html><meta http-equiv="refresh" content="0;url={}"><title>Sensorium</title>'
)
_PAGES: Final = ("/", "/picture")
"""What a browser is led to with its cookie: the page that it asked for."""
_VIEW: Final = re.compile(r"/view/[A-Za-z0-9_-]{1,100}")
"""And the picture of a box; nothing that HTML could take for more than text."""


class TokenAuth:
    """Lets requests pass that carry the token or its cookie; without a token, a random one."""

    def __init__(self, token: str = "") -> None:
        """Raise ParameterError for a token that is too short or cannot be typed."""
        if token and (len(token) < _SHORTEST or not _ALLOWED.fullmatch(token)):
            raise ParameterError(
                f"--page-token: expected {_SHORTEST} or more letters and digits, such as made up "
                "here without it"
            )
        self.token = token or secrets.token_urlsafe(12)
        self._guests = ""
        self._cookies = {role: secrets.token_urlsafe(24) for role in Role}
        self._tries = RateLimiter(_TRIES_A_SECOND, TRIES, _MACHINES, forgets=True)
        self._clock = SystemClock()

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse requests that have neither a token nor a cookie."""
        role = self.role_of(request)
        given = request.query.get(PARAMETER)
        if role is Role.OWNER or (role is not None and given is None):
            return await handler(request)
        if given is None:
            raise web.HTTPUnauthorized(text=_UNKNOWN)
        # Counted before it is compared, or a right guess could be told from a wrong one.
        if not self._tries.take(request.remote or "", self._clock.now()):
            raise web.HTTPTooManyRequests(text=_TOO_OFTEN)
        if _same(given, self.token):
            return self._set_cookie(Role.OWNER, request.path)
        if self._guests and _same(given, self._guests):
            return self._set_cookie(Role.GUEST, request.path)
        raise web.HTTPForbidden(text=_WRONG)

    def invite(self) -> str:
        """Return the token for guests, the same until they are sent away."""
        self._guests = self._guests or secrets.token_urlsafe(12)
        return self._guests

    def dismiss(self) -> None:
        """Forget the token and the cookie of guests."""
        self._guests = ""
        self._cookies[Role.GUEST] = secrets.token_urlsafe(24)

    def role_of(self, request: web.Request) -> Role | None:
        """Return whose a request is, by its cookie; None where it has none of this show."""
        cookie = request.cookies.get(COOKIE, "")
        return next((role for role, known in self._cookies.items() if _same(cookie, known)), None)

    def _set_cookie(self, role: Role, path: str) -> web.Response:
        page = path if path in _PAGES or _VIEW.fullmatch(path) else _PAGES[0]
        answer = web.Response(text=_REDIRECT.format(page), content_type="text/html")
        cookie = self._cookies[role]
        answer.set_cookie(COOKIE, cookie, httponly=True, samesite="Strict", path="/")
        return answer


def _same(one: str, other: str) -> bool:
    """Return whether two texts are equal, in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
