"""Who may come in from the network: whoever shows the word that the terminal showed.

The word comes once, in the address that is typed, clicked or scanned. It is exchanged for a cookie
that no script can read and no other site can send, made anew at every start. So a word that is
short, because somebody chose it, can be guessed only here, where tries are limited.

Why a page that leads on, and no redirect: a browser that followed a link from elsewhere would not
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

COOKIE: Final = "sensorium"
WORD: Final = "token"
TRIES: Final = 10
"""How many wrong words each machine may say at once."""

_TRIES_A_SECOND: Final = 1 / 6
_SHORTEST: Final = 8
_FIT: Final = re.compile(r"[A-Za-z0-9._~-]*")
_UNKNOWN: Final = "Open the address that Sensorium showed when it started, or scan its code."
_WRONG: Final = "This is not the address that Sensorium showed when it started this time."
_TOO_OFTEN: Final = "Too many wrong tries; wait a minute."
_COME_IN: Final = (
    '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>Sensorium</title>'
)


class Door:
    """Lets in who knows the word; ``word`` is made up where none is given."""

    def __init__(self, word: str = "") -> None:
        """Raises ParameterError for a word that can be guessed or not be typed."""
        if word and (len(word) < _SHORTEST or not _FIT.fullmatch(word)):
            raise ParameterError(
                f"--page-token: expected {_SHORTEST} or more letters and digits, such as made up "
                "here without it"
            )
        self.word = word or secrets.token_urlsafe(12)
        self._cookie = secrets.token_urlsafe(24)
        self._tries = RateLimiter(_TRIES_A_SECOND, TRIES)
        self._clock = SystemClock()

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn away whoever has neither the word nor the cookie."""
        if _same(request.cookies.get(COOKIE, ""), self._cookie):
            return await handler(request)
        said = request.query.get(WORD)
        if said is None:
            raise web.HTTPUnauthorized(text=_UNKNOWN)
        # Taken before it is compared, or a right guess could be told from a wrong one.
        if not self._tries.take(request.remote or "", self._clock.now()):
            raise web.HTTPTooManyRequests(text=_TOO_OFTEN)
        if not _same(said, self.word):
            raise web.HTTPForbidden(text=_WRONG)
        return self._let_in()

    def _let_in(self) -> web.Response:
        answer = web.Response(text=_COME_IN, content_type="text/html")
        answer.set_cookie(COOKIE, self._cookie, httponly=True, samesite="Strict", path="/")
        return answer


def _same(one: str, other: str) -> bool:
    """Compare in a time that says nothing about where they differ."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())
