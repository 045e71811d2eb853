"""Opens the address of a camera by HTTP: within a time, with its password, and past any proxy.

A password is sent by Digest (RFC 7616) where the camera knows it, else by Basic (RFC 7617), and
only to the host that it was written for. Redirections are followed to other HTTP addresses.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import socket
import ssl
import threading
from collections.abc import Callable
from typing import IO, Any, Final, cast
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDefaultErrorHandler,
    HTTPDigestAuthHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from engine.core.errors import DeviceError
from engine.video.address import CameraAddress, is_near

_Hash = Callable[[str], str]
_WORDS: Final = {
    403: "it does not allow that (403)",
    404: "it has nothing at this address (404)",
    405: "it has nothing to look at there (405)",
    503: "it is busy, perhaps with as many viewers as it takes (503)",
}


class HttpOpener:
    """Opens one address: with its password, through a proxy only where one leads there."""

    def __init__(self, address: CameraAddress) -> None:
        self._address = address
        self._connections: list[http.client.HTTPConnection] = []
        near = is_near(address.host)
        passwords = HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, address.place, address.user, address.password)
        passwords.add_password(None, _root(address), address.user, address.password)
        asks = (_Digest(passwords), _Basic(passwords))
        self._director = OpenerDirector()
        for handler in (
            ProxyHandler({} if near else None),
            _Http(self._connections),
            _Https(self._connections, _tls(near)),
            HTTPDefaultErrorHandler(),
            HTTPRedirectHandler(),
            HTTPErrorProcessor(),
            *(asks if address.user or address.password else ()),
        ):
            self._director.add_handler(handler)

    def ask(self, patience_ms: int, silence_ms: int) -> http.client.HTTPResponse:
        """Return the answer to a request, within a time. Raise DeviceError."""
        self._connections.clear()
        request = Request(self._address.place, headers={"User-Agent": "Sensorium", "Accept": "*/*"})
        late = threading.Timer(patience_ms / 1000, self._give_up)
        late.daemon = True
        late.start()
        try:
            answer = self._director.open(request, timeout=silence_ms / 1000)
            return cast(http.client.HTTPResponse, answer)
        except HTTPError as error:
            error.close()
            raise DeviceError(f": {self._words(error.code)}") from None
        except ssl.SSLError as error:
            raise DeviceError(f": its certificate is not accepted ({error.reason})") from None
        except URLError as error:
            if isinstance(error.reason, ssl.SSLError):
                raise DeviceError(
                    f": its certificate is not accepted ({error.reason.reason})"
                ) from None
            raise DeviceError(within(patience_ms)) from None
        except OSError:
            raise DeviceError(within(patience_ms)) from None
        except (http.client.HTTPException, ValueError):
            raise DeviceError(": what answers does not speak HTTP as a camera does") from None
        finally:
            late.cancel()

    def _give_up(self) -> None:
        """End what still waits: a server that sends a byte now and then is not waited for."""
        for connection in list(self._connections):
            _shut(connection)

    def _words(self, status: int) -> str:
        if status == 401 and (self._address.user or self._address.password):
            return "it refuses this user and password (401)"
        if status == 401:
            return "it asks for a user and a password: write http://USER:PASSWORD@ before its name"
        if 300 <= status < 400:
            return f"it leads to another address that cannot be followed ({status})"
        return _WORDS.get(status, f"it answers with the error {status}")


class _Basic(HTTPBasicAuthHandler):
    """Hangs up before it asks again: some cameras have one viewer at a time."""

    def http_error_401(self, req: Request, fp: IO[bytes], *more: Any) -> Any:
        """Ask again with the password."""
        fp.close()
        return super().http_error_401(req, fp, *more)


class _Digest(HTTPDigestAuthHandler):
    """The same by Digest, with passwords in any letters, and SHA-256 on every Python."""

    def http_error_401(self, req: Request, fp: IO[bytes], *more: Any) -> Any:
        """Ask again with the answer to the challenge."""
        fp.close()
        return super().http_error_401(req, fp, *more)

    def get_algorithm_impls(self, algorithm: str) -> tuple[_Hash, Callable[[str, str], str]]:
        """Return H and KD of RFC 7616, section 3.2. Raise ValueError for another algorithm."""
        kinds = {"MD5": hashlib.md5, "SHA": hashlib.sha1, "SHA-256": hashlib.sha256}
        if algorithm.upper() not in kinds:
            raise ValueError(algorithm)
        kind = kinds[algorithm.upper()]

        def digest(text: str) -> str:
            return kind(text.encode()).hexdigest()

        return digest, lambda secret, data: digest(f"{secret}:{data}")


class _Http(HTTPHandler):
    """Remembers its connections, so that one that waits can be ended."""

    def __init__(self, connections: list[http.client.HTTPConnection]) -> None:
        super().__init__()
        self._connections = connections

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        """Open a connection."""
        return self.do_open(self._connect, req)

    def _connect(self, host: str, **options: Any) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(host, **options)
        self._connections.append(connection)
        return connection


class _Https(HTTPSHandler):
    """The same by TLS."""

    def __init__(
        self, connections: list[http.client.HTTPConnection], context: ssl.SSLContext
    ) -> None:
        super().__init__(context=context)
        self._connections = connections
        self._tls = context

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        """Open a connection."""
        return self.do_open(self._connect, req)

    def _connect(self, host: str, **options: Any) -> http.client.HTTPSConnection:
        connection = http.client.HTTPSConnection(host, context=self._tls, **options)
        self._connections.append(connection)
        return connection


def _shut(connection: http.client.HTTPConnection) -> None:
    waits: socket.socket | None = connection.sock  # whoever has its answer takes it away
    if waits is not None:
        with contextlib.suppress(OSError):
            waits.shutdown(socket.SHUT_RDWR)


def _tls(near: bool) -> ssl.SSLContext:
    """Return how certificates are checked: not within one's own network, where none is official."""
    context = ssl.create_default_context()
    if near:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _root(address: CameraAddress) -> str:
    host = f"[{address.host}]" if ":" in address.host else address.host
    port = "" if address.port is None else f":{address.port}"
    return f"{address.scheme}://{host}{port}/"


def within(patience_ms: int) -> str:
    """Return the end of the message that nothing came in time."""
    return f" within {patience_ms / 1000:g} s. Is it sending?"
