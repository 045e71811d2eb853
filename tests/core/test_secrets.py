"""No part of a password is said; what is harmless stays readable."""

from __future__ import annotations

import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError, Problem, as_written
from engine.core.parameter import read_parameters
from engine.core.secrets import HIDDEN, hide_address, hide_in_setting, hide_in_value, hide_secrets
from engine.runtime.metrics import Metrics
from engine.sources.camera import Camera
from engine.terminal.log import PlainFormatter

HIDES = [
    ("rtsp://u:ge@im@127.0.0.1:1/x", "rtsp://127.0.0.1:1/x"),
    ("rtsp://anna:ge/im@cam.local:554/live", "rtsp://cam.local:554/live"),
    ("http://u:ge?im@127.0.0.1/x", "http://127.0.0.1/x"),
    ("http://u:ge#im@127.0.0.1/x", "http://127.0.0.1/x"),
    ("http://u:1234/5678@cam/x", "http://cam/x"),
    ("http://u:ge%40im%2f@10.0.0.1/x.mjpg", "http://10.0.0.1/x.mjpg"),
    ("rtsp://u:geheim@[fe80::1]:554/h264Preview_01_main", "rtsp://[fe80::1]:554/h264Preview_01_main"),
    ("http://127.0.0.1:1/v?user=u&pwd=geheim", "http://127.0.0.1:1/v?***"),
    ("http://127.0.0.1:1/v?geheim", "http://127.0.0.1:1/v?***"),
    ("http://[::1]:80/x#token=geheim", "http://[::1]:80/x#***"),
    ("http://h.de/x;jsessionid=geheim", "http://h.de/x;***"),
    ("http://h.de/user=admin_password=geheim_channel=1.sdp?real", "http://h.de/user=***?***"),
    ("http://h.de/api/token/geheim/live.mjpg", "http://h.de/api/token/***/live.mjpg"),
    ("rtsps://192.168.1.1:7441/7qwertyAbc123XYZ9", "rtsps://192.168.1.1:7441/***"),
    ("http://relay.de/rtsp%3A%2F%2Fu%3Ageheim%40host%2Fx", "http://relay.de/***"),
    ("http://relay.de/rtsp://u:geheim@host/x", "http://relay.de/***/x"),
    ("u:geheim@10.0.0.1:554/x", "10.0.0.1:554/x"),
    ("//u:geheim@10.0.0.1/x", "//10.0.0.1/x"),
    ("rtsp:/u:geheim@10.0.0.1/x", "rtsp:/10.0.0.1/x"),
    ("srt://h.de:9000?passphrase=geheim&mode=caller", "srt://h.de:9000?***"),
    ("http://u:@/geheim@127.0.0.1/v?pwd=@/geheim#@/geheim", "http://***"),
    ("http://u:@x/geheim@cam/v?pwd=@x/geheim", "http://***"),
    ("rtsp://u:geheim@", "rtsp://***"),
    ("http://x.de:8080/v?@geheim", "http://***"),
    ("http://x.de:8080/v?a@geheim/b", "http://***"),
]  # fmt: skip

STAYS = [
    "http://127.0.0.1:8090/cam.mjpg",
    "udp://239.0.0.1:5000",
    "http://10.0.0.1:80/img@2x.jpg",
    "rtsp://cam.local/stream1",
    "max@10.0.0.1",
    "[::1]:9000",
    "HD Pro Webcam C920",
    r"C:\Users\anna\a@b.mp4",
    "C:/Users/anna/a@b.mp4",
    "films/a.mp4",
    "12:30 @ the hall",
    "patch.toml:3: [camera] device: expected a text, got 1",
]


@pytest.mark.parametrize(("address", "shown"), HIDES)
def test_a_password_is_hidden_and_the_rest_stays(address, shown):
    assert hide_in_value(address) == shown
    assert hide_secrets(address) == shown
    said = hide_secrets(f'no picture from {address} within 1.5 s; got "{address}"')
    assert said.count(shown) == 2
    assert hide_secrets(said) == said


@pytest.mark.parametrize("value", ["u:ge heim@10.0.0.1/x", "u:ge/im@me heim@10.0.0.1/x"])
def test_a_password_with_a_space_needs_no_scheme(value):
    assert hide_in_value(value) == "10.0.0.1/x"
    assert hide_in_setting(f"camera.device={value}") == "camera.device=10.0.0.1/x"


@pytest.mark.parametrize("text", STAYS)
def test_what_holds_no_password_stays(text):
    assert hide_secrets(text) == text
    assert hide_in_value(text) == text


def test_an_address_among_others_is_told_apart():
    said = hide_secrets("rtsp://a:b1c@h1.de/x, http://h2.de/y and rtsp://c:d1e@h3.de/z\nu@v: w")
    assert said == "rtsp://h1.de/x, http://h2.de/y and rtsp://h3.de/z\nu@v: w"


passwords = st.text(
    st.sampled_from("geheim4711@/:?#&=%;~!$'()*+,.[]|^ \"äß€")
    | st.characters(exclude_categories=("C", "Z")),  # what can be printed
    min_size=3,
    max_size=20,
)
hosts = st.sampled_from(["127.0.0.1", "cam.local", "[::1]", "10.0.0.7:554", "x.de:8080", "cam"])
schemes = st.sampled_from(["http", "https", "rtsp", "rtsps", "rtmp", "srt", "HTTP", "udp"])
forms = st.sampled_from(
    [
        "{scheme}://u:{password}@{host}/x",
        "{scheme}://{password}:u@{host}/x",
        "{scheme}://:{password}@{host}",
        "{scheme}://{host}/v?user=u&pwd={password}",
        "{scheme}://{host}/v?{password}",
        "{scheme}://{host}/v#{password}",
        "{scheme}://u:{password}@{host}/v?pwd={password}#{password}",
    ]
)


@given(passwords, hosts, schemes, forms)
def test_no_three_letters_of_a_password_are_shown(password, host, scheme, form):
    address = form.format(scheme=scheme, host=host, password=password)
    if form.startswith("{scheme}://u:{password}@") and re.match(r".*@[\d.:]+[/?#]", password):
        return  # the rest of such a one is an address by itself
    shown = hide_address(address)
    harmless = f"{scheme}://{host}/v{HIDDEN}/x?{HIDDEN}#{HIDDEN}"
    parts = {password[n : n + 3] for n in range(len(password) - 2)}
    assert not [part for part in parts if part in shown and part not in harmless]
    assert scheme in shown
    # What may be a host or a password is not shown: only these letters make that unclear.
    assert host in shown or re.search("[@/?#\\s\"'<>]", password)
    assert hide_address(shown) == shown


@given(st.text(st.sampled_from("ab:/@?#.=&'\" \n%4013")))
def test_any_text_is_taken_and_once_is_enough(text):
    assert hide_secrets(hide_secrets(text)) == hide_secrets(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://" * 20_000,
        "a:@" * 40_000,
        "auth" * 30_000,
        "rtsp://u:" + "a/" * 50_000,
        "9a" * 50_000,
        "http://x/" + "pwd=" * 30_000,
        "'rtsp://u:" * 10_000 + "@",
    ],
)
def test_a_long_text_is_no_labour(text):
    assert len(hide_secrets(text)) <= 4 * len(text)


def test_whatever_is_told_holds_none():
    secret = "rtsp://u:ge@im@127.0.0.1:1/x"
    record = logging.LogRecord("x", logging.INFO, "", 1, "from %s", (secret,), None)
    assert PlainFormatter("%(message)s").format(record) == "from rtsp://127.0.0.1:1/x"
    metrics = Metrics()
    metrics.fault("camera", f"no picture from {secret}", 0)
    assert "im@" not in metrics.faults[0].text
    assert as_written({"device": [secret]}) == '{ device = ["rtsp://127.0.0.1:1/x"] }'
    assert "im@" not in str(Problem(f"got {secret}", key="device"))
    with pytest.raises(ParameterError) as refused:
        read_parameters(Camera)["mirror"].from_patch("http://u:my secret@h.de/x")
    assert "secret" not in str(refused.value)


def test_the_address_of_the_page_is_there_to_be_opened():
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s", ("http://10.0.0.1/?token=a",), None)
    record.invites = True
    assert PlainFormatter("%(message)s").format(record) == "http://10.0.0.1/?token=a"
