"""Cameras that speak HTTP, each in its own way: what they send is seen, broken or not."""

from __future__ import annotations

import base64
import hashlib
import queue
import re
import socket
import threading

import cv2
import numpy as np
import pytest

from engine.core.commands import Lost, Notice
from engine.core.errors import DeviceError
from engine.core.messages import Frame
from engine.sources.camera import Camera
from tests.limits import LIMIT

OK = b"HTTP/1.1 200 OK\r\n"
MULTIPART = OK + b"Content-Type: multipart/x-mixed-replace;boundary=frame\r\n\r\n"


def picture(level):
    return cv2.imencode(".jpg", np.full((48, 64, 3), level, np.uint8))[1].tobytes()


def part(data, head=b"", length=None):
    length = len(data) if length is None else length
    return b"--frame\r\nContent-Length: %d\r\n%s\r\n%s\r\n" % (length, head, data)


def shades(count):
    return [20 * n for n in range(1, count + 1)]


class Server:
    """Answers each request by what ``answer`` yields; an empty item waits until it is hung up."""

    def __init__(self, answer):
        self.requests = queue.Queue()
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    @property
    def place(self):
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def _serve(self):
        number = 0
        while True:
            connection, _ = self._socket.accept()
            if self._over.is_set():
                return connection.close()
            work = (connection, number)
            self._threads.append(threading.Thread(target=self._one, args=work))
            self._threads[-1].start()
            number += 1

    def _one(self, connection, number):
        with connection:
            connection.settimeout(LIMIT)
            request = b""
            while b"\r\n\r\n" not in request:
                more = connection.recv(4096)
                if not more:
                    return
                request += more
            self.requests.put(request.decode())
            try:
                for data in self._answer(request.decode(), number):
                    if data:
                        connection.sendall(data)
                    else:
                        self._over.wait(LIMIT)
            except OSError:
                pass  # it was watched no longer

    def close(self):
        self._over.set()
        socket.create_connection(self._socket.getsockname()).close()
        for thread in self._threads:
            thread.join(LIMIT)
        self._socket.close()


class Heard(queue.Queue):
    """What a source handed over."""

    def __call__(self, outlet, message, at, cost=0):
        self.put(message)

    def next(self, kind):
        while True:
            message = self.get(timeout=LIMIT)
            if isinstance(message, kind):
                return message

    def levels(self, count):
        return [round(int(self.next(Frame).image[20, 20, 0]) / 20) * 20 for _ in range(count)]


@pytest.fixture
def servers():
    return []


@pytest.fixture
def serve(servers):
    def start(answer):
        servers.append(Server(answer))
        return servers[-1]

    yield start
    while servers:
        servers.pop().close()


@pytest.fixture
def watch(serve, servers, monkeypatch):
    """Open a camera; an answer that ``comes`` may take as long as a busy machine needs."""
    cameras = []

    def start(address, *, comes=True, **parameters):
        if comes:
            for name in ("USUAL_PATIENCE_MS", "SILENCE_MS"):
                monkeypatch.setattr(f"engine.video.capture.{name}", 1000 * LIMIT)
        heard = Heard()
        cameras.append(Camera(device=address, **parameters))
        cameras[-1].open(heard)
        return heard

    yield start
    while servers:  # first, so that closing need not wait for a picture
        servers.pop().close()
    for camera in cameras:
        camera.close()


def chunked(data, size):
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)


THREE = [picture(level) for level in shades(3)]
HALF = THREE[0][: len(THREE[0]) // 2]
BAD = THREE[0][:-60] + b"\xff\xd9"

STREAMS = {
    "as it should be": MULTIPART + b"".join(map(part, THREE)),
    "an empty part": MULTIPART + part(THREE[0]) + part(b"") + part(THREE[1]) + part(THREE[2]),
    "nothing but a boundary": MULTIPART + b"--frame\r\n\r\n".join([b"", *THREE]),
    "no lengths": MULTIPART
    + b"".join(b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + each for each in THREE),
    "lengths too short": MULTIPART + b"".join(part(each, length=10) for each in THREE),
    "lengths too long": MULTIPART + b"".join(part(each, length=10**9) for each in THREE),
    "lengths that are none": MULTIPART
    + b"".join(part(each, b"Content-Length: many\r\n", -1) for each in THREE),
    "half a picture": MULTIPART + part(THREE[0]) + part(HALF) + part(THREE[1]) + part(THREE[2]),
    "a text between": MULTIPART
    + part(THREE[0])
    + part(b"the weather is fine", b"Content-Type: text/plain\r\n")
    + part(THREE[1])
    + part(THREE[2]),
    "rubbish between": MULTIPART + b"\xff\xd8\xff\xe0\0\1".join(map(part, THREE)),
    "a boundary with its dashes": OK
    + b"Content-Type: multipart/x-mixed-replace; boundary=--frame\r\n\r\n"
    + b"".join(map(part, THREE)),
    "a boundary in quotes": OK
    + b'Content-Type: multipart/x-mixed-replace; boundary="frame"\r\n\r\n'
    + b"".join(map(part, THREE)),
    "no boundary": OK + b"Content-Type: multipart/mixed\r\n\r\n" + b"".join(map(part, THREE)),
    "another boundary": OK
    + b"Content-Type: multipart/x-mixed-replace; boundary=other\r\n\r\n"
    + b"".join(map(part, THREE)),
    "no type at all": OK + b"\r\n" + b"".join(map(part, THREE)),
    "bytes of some kind": OK
    + b"Content-Type: application/octet-stream\r\n\r\n\r\n"
    + b"".join(map(part, THREE)),
    "one after another": OK + b"Content-Type: application/octet-stream\r\n\r\n" + b"".join(THREE),
    "HTTP 1.0": MULTIPART.replace(b"HTTP/1.1", b"HTTP/1.0") + b"".join(map(part, THREE)),
    "in chunks": MULTIPART.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n")
    + chunked(b"".join(map(part, THREE)), 100),
    "lines that end by a line feed": MULTIPART
    + b"".join(b"--frame\nContent-Length: %d\n\n%s\n" % (len(each), each) for each in THREE),
}


@pytest.mark.parametrize("kind", STREAMS)
def test_every_kind_of_stream_is_seen(kind, serve, watch):
    server = serve(lambda *_: [STREAMS[kind], b""])
    heard = watch(f"http://{server.place}/cam.mjpg")
    assert heard.levels(3) == shades(3)
    assert server.requests.qsize() == 1


def test_a_picture_is_there_with_its_last_byte(serve, watch):
    """Not with the boundary of the next one, which some send a picture later."""
    server = serve(lambda *_: [MULTIPART + b"--frame\r\n\r\n" + THREE[0], b""])
    assert watch(f"http://{server.place}/").levels(1) == [20]


@pytest.mark.parametrize(
    "broken", [HALF, b"", BAD[:40] + BAD[48:], b"\xff\xd8\xff\xd9", b"no picture"]
)
def test_what_is_broken_costs_itself_is_told_and_the_camera_stays_open(broken, serve, watch):
    stream = [part(THREE[0]), part(broken) * 3, *map(part, THREE * 2)]
    server = serve(lambda *_: [MULTIPART, *stream, b""])
    heard = watch(f"http://{server.place}/")
    assert heard.levels(7) == [20, *shades(3), *shades(3)]
    assert server.requests.qsize() == 1
    if broken[:3] == b"\xff\xd8\xff":
        server = serve(lambda *_: [MULTIPART, *stream, b""])
        notice = watch(f"http://{server.place}/").next(Notice)
        assert notice.text == f"http://{server.place}/ sends broken pictures; they are left out"


def test_where_all_are_broken_the_camera_is_lost(serve, watch):
    def answer(*_):
        yield MULTIPART + part(THREE[0]) * 2
        for _ in range(2000):
            yield part(HALF) * 2
            if over.wait(0.01):
                return

    over = threading.Event()
    server = serve(answer)
    lost = watch(f"http://{server.place}/").next(Lost)
    over.set()
    assert lost.reason == f"http://{server.place}/ gives pictures that cannot be read"


def test_a_picture_that_claims_to_be_huge_is_left_out(serve, watch):
    at = THREE[0].index(b"\xff\xc0")
    huge = THREE[0][: at + 5] + b"\xff\xff\xff\xff" + THREE[0][at + 9 :]
    server = serve(lambda *_: [MULTIPART, *map(part, [THREE[0], huge, THREE[1]]), b""])
    assert watch(f"http://{server.place}/").levels(2) == [20, 40]


def test_one_that_gives_single_pictures_is_asked_again_and_again(serve, watch):
    def answer(_, number):
        data = THREE[number % 3]
        yield OK + b"Content-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s" % (len(data), data)

    server = serve(answer)
    heard = watch(f"http://{server.place}/snapshot.jpg", fps=50)
    assert heard.levels(6) == shades(3) * 2


def test_a_server_that_hangs_up_is_lost(serve, watch):
    server = serve(lambda *_: [MULTIPART + b"".join(map(part, THREE))])
    heard = watch(f"http://{server.place}/")
    assert heard.levels(3) == shades(3)
    assert heard.next(Lost).reason == f"http://{server.place}/ stopped"


# -- What answers otherwise ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            b"HTTP/1.1 401 Unauthorized\r\n\r\n",
            "it asks for a user and a password: write http://USER",
        ),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", r"it does not allow that \(403\)"),
        (b"HTTP/1.1 404 Not Found\r\n\r\n", r"it has nothing at this address \(404\)"),
        (b"HTTP/1.1 500 Oops\r\n\r\n", "it answers with the error 500"),
        (b"HTTP/1.1 503 Busy\r\n\r\n", "it is busy"),
        (
            b"HTTP/1.1 302 Found\r\nLocation: rtsp://h/x\r\nContent-Length: 0\r\n\r\n",
            "another address that cannot be",
        ),
        (
            b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "another address that cannot be",
        ),
        (b"RTSP/1.0 400 Bad Request\r\n\r\n", "does not speak HTTP"),
        (b"220 ftp ready\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, "does not speak HTTP"),
        (b"", r"within 1\.5 s\. Is it sending\?"),
        (OK, r"within 1\.5 s\. Is it sending\?"),
        (MULTIPART, r"within 1\.5 s\. Is it sending\?"),
        (MULTIPART + part(HALF)[:50], r"within 1\.5 s\. Is it sending\?"),
    ],
)
def test_an_answer_without_pictures_is_told_in_plain_words(answer, words, serve, watch):
    server = serve(lambda *_: [answer, b""] if answer not in (b"",) else [b""])
    with pytest.raises(DeviceError, match=words) as error:
        watch(f"http://{server.place}/cam?pwd=geheim", comes="within" not in words)
    assert str(error.value).startswith(f"no picture from http://{server.place}/cam?***")


def test_one_that_sends_a_byte_now_and_then_is_not_waited_for(serve, watch):
    over = threading.Event()

    def answer(*_):
        while not over.wait(0.1):
            yield b"H"

    server = serve(answer)
    with pytest.raises(DeviceError, match="no picture from"):
        watch(f"http://{server.place}/", comes=False)
    over.set()


def test_a_redirection_is_followed(serve, watch):
    def answer(request, _):
        if request.startswith("GET /new"):
            return [MULTIPART + b"".join(map(part, THREE)), b""]
        return [b"HTTP/1.1 301 Moved\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"]

    assert watch(f"http://{serve(answer).place}/old").levels(3) == shades(3)


# -- Passwords -------------------------------------------------------------------------------------

STREAM = [MULTIPART + b"".join(map(part, THREE)), b""]
HARD = "ge@i/m:?#%&=ä"


def basic(request, _):
    wanted = base64.b64encode(f"anna:{HARD}".encode()).decode()
    if f"Authorization: Basic {wanted}\r\n" in request:
        return STREAM
    return [b'HTTP/1.1 401 Who?\r\nWWW-Authenticate: Basic realm="cam"\r\n\r\n']


def digest(request, _, algorithm="MD5"):
    """RFC 7616 with MD5, as most cameras do it."""
    kind = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5
    md5 = lambda text: kind(text.encode()).hexdigest()  # noqa: E731
    found = dict(
        re.findall(r'(\w+)="?([^",\r]*)"?', request.partition("Authorization: Digest ")[2])
    )
    if found:
        one, two = md5(f"anna:cam:{HARD}"), md5(f"GET:{found['uri']}")
        middle = ":".join(found[key] for key in ("nonce", "nc", "cnonce", "qop"))
        if found["response"] == md5(f"{one}:{middle}:{two}"):
            return STREAM
    ask = f'Digest realm="cam", nonce="abc", qop="auth", algorithm={algorithm}'
    also = 'WWW-Authenticate: Basic realm="cam"\r\n'
    return [f"HTTP/1.1 401 Who?\r\nWWW-Authenticate: {ask}\r\n{also}\r\n".encode()]


def sha_256(request, number):
    return digest(request, number, "SHA-256")


def encoded(password):
    return "".join(f"%{byte:02X}" for byte in password.encode())


@pytest.mark.parametrize("answer", [basic, digest, sha_256])
def test_a_password_is_sent_as_the_camera_asks(answer, serve, watch):
    server = serve(answer)
    heard = watch(f"http://anna:{encoded(HARD)}@{server.place}/video?x=1")
    assert heard.levels(3) == shades(3)
    first = server.requests.get(timeout=LIMIT)
    assert "Authorization" not in first


def test_a_password_may_hold_at_and_slash_as_they_are(serve, watch):
    def answer(request, _):
        wanted = base64.b64encode(b"anna:ge@i/m").decode()
        if f"Authorization: Basic {wanted}\r\n" in request:
            return STREAM
        return [b'HTTP/1.1 401 Who?\r\nWWW-Authenticate: Basic realm="cam"\r\n\r\n']

    assert watch(f"http://anna:ge@i/m@{serve(answer).place}/x").levels(3) == shades(3)


@pytest.mark.parametrize("answer", [basic, digest])
def test_a_wrong_password_is_told_and_not_shown(answer, serve, watch):
    server = serve(answer)
    with pytest.raises(DeviceError, match=r"it refuses this user and password \(401\)") as error:
        watch(f"http://anna:geheim@{server.place}/x")
    assert "geheim" not in str(error.value)
    assert "anna" not in str(error.value)


def test_a_password_is_not_sent_to_another_host(serve, watch):
    other = serve(basic)

    def answer(*_):
        location = f"http://{other.place}/x"
        return [f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()]

    with pytest.raises(DeviceError, match="401"):
        watch(f"http://anna:{encoded(HARD)}@{serve(answer).place}/x")
    assert "Authorization" not in other.requests.get(timeout=LIMIT)


# -- Proxies ---------------------------------------------------------------------------------------

PROXIES = ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"]


@pytest.mark.parametrize("name", PROXIES)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_camera_beside_the_show_is_never_asked_through_a_proxy(
    name, host, serve, watch, monkeypatch
):
    for each in (*PROXIES, "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, "http://127.0.0.1:1")
    place = serve(lambda *_: STREAM).place.replace("127.0.0.1", host)
    assert watch(f"http://{place}/x").levels(3) == shades(3)


def test_one_far_away_is_asked_through_it(serve, watch, monkeypatch):
    proxy = serve(lambda *_: STREAM)
    monkeypatch.setenv("http_proxy", f"http://{proxy.place}")
    monkeypatch.delenv("no_proxy", raising=False)
    assert watch("http://192.0.2.1.example/x").levels(3) == shades(3)
    assert proxy.requests.get(timeout=LIMIT).startswith("GET http://192.0.2.1.example/x HTTP/1.1")
