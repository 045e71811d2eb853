"""The address of a camera: its parts, and whether a proxy leads to it."""

from __future__ import annotations

import os
import socket

import pytest

from engine.video.address import bypass_proxy, is_near, split_address


@pytest.mark.parametrize(
    ("address", "user", "password", "place"),
    [
        ("http://10.0.0.1/x", "", "", "http://10.0.0.1/x"),
        ("HTTP://u:pw@10.0.0.1:80/x?a=b#c", "u", "pw", "http://10.0.0.1:80/x?a=b"),
        ("http://u:ge@im@10.0.0.1/x", "u", "ge@im", "http://10.0.0.1/x"),
        ("http://u:ge/im@10.0.0.1/x/y", "u", "ge/im", "http://10.0.0.1/x/y"),
        ("http://u:12/34@cam/x", "u", "12/34", "http://cam/x"),
        ("http://u:ge%40im%2F@h.de", "u", "ge@im/", "http://h.de/"),
        ("http://u:50%@h.de", "u", "50%", "http://h.de/"),
        ("http://a b:c d@h.de/mit leer.jpg", "a b", "c d", "http://h.de/mit%20leer.jpg"),
        ("http://[::1]:80/x", "", "", "http://[::1]:80/x"),
        ("http://h.de?x=a@b", "", "", "http://h.de/?x=a@b"),
        ("http://h.de/img@2x.jpg", "", "", "http://h.de/img@2x.jpg"),
        (" http://h.de/ä%20b ", "", "", "http://h.de/%C3%A4%20b"),
    ],
)
def test_an_address_has_parts(address, user, password, place):
    parts = split_address(address)
    assert parts is not None
    assert (parts.user, parts.password, parts.place) == (user, password, place)


def test_ffmpeg_is_given_a_password_as_it_reads_it():
    parts = split_address("rtsp://u:ge@i/m@10.0.0.1:554/x?y#z")
    assert parts is not None
    assert parts.encoded == "rtsp://u:ge%40i%2Fm@10.0.0.1:554/x?y#z"


@pytest.mark.parametrize(
    "text", ["", "auto", "http://", "http://h:99999/", "http://h:x/", "h.de/x"]
)
def test_what_is_no_address_has_none(text):
    assert split_address(text) is None


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.5", "172.16.0.1", "169.254.1.1"),
        *("::1", "fe80::1", "fd00::1"),
        *("localhost", "LOCALHOST.", "x.localhost", "camera", "esp32.local", "cam.lan"),
    ],
)
def test_what_is_near_needs_no_proxy(host):
    assert is_near(host)


@pytest.mark.parametrize("host", ["1.1.1.1", "2606:4700::1111", "172.32.0.1"])
def test_what_is_far_may(host):
    assert not is_near(host)


@pytest.mark.parametrize(
    ("found", "near"), [(["192.168.7.7"], True), (["1.1.1.1"], False), (None, False)]
)
def test_a_name_is_as_near_as_its_address(monkeypatch, found, near):
    def resolve(*_, **__):
        if found is None:
            raise socket.gaierror
        return [(0, 0, 0, "", (each, 0)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert is_near("camera.example.org") == near


@pytest.mark.parametrize(
    ("before", "after"),
    [("", "cam"), ("h.de", "h.de,cam"), ("cam", "cam"), ("a, cam", "a, cam"), ("*", "*")],
)
def test_ffmpeg_is_told_to_leave_the_proxy_out(monkeypatch, before, after):
    monkeypatch.setenv("no_proxy", before)
    bypass_proxy("cam")
    assert os.environ["no_proxy"] == after
