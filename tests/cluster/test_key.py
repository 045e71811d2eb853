"""The key of a room: one file, made once, kept secret."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.cluster.key import make_key, read_key, write_key
from engine.core.endpoint import endpoint
from engine.core.errors import ClusterError, UnwritableFile


def test_a_key_is_read_as_it_was_written_and_no_two_are_alike(tmp_path):
    file = tmp_path / "a" / "room.key"
    key = make_key()
    write_key(key, file)
    assert read_key(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    assert key.mark != make_key().mark
    assert file.read_bytes().startswith(b"# The key of a Sensorium room.")


def test_one_that_is_there_stays_unless_it_is_replaced(tmp_path):
    file = tmp_path / "room.key"
    old, new = make_key(), make_key()
    write_key(old, file)
    with pytest.raises(UnwritableFile, match="is there already: copy it"):
        write_key(new, file)
    assert read_key(file) == old
    file.chmod(0o644)
    write_key(new, file, replace=True)
    assert read_key(file) == new
    with pytest.raises(UnwritableFile, match="cannot be written: it is a folder"):
        write_key(new, tmp_path, replace=True)
    assert read_key(file) == new


@pytest.mark.parametrize("content", [b"", b"x" * 20_000, b"-----BEGIN CERTIFICATE-----\n?"])
def test_what_is_no_key_is_refused(tmp_path, content):
    file = tmp_path / "room.key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(ClusterError, match=r"room\.key"):
        read_key(file)


def test_half_a_key_is_refused(tmp_path):
    file = tmp_path / "room.key"
    write_key(make_key(), file)
    whole = file.read_bytes()
    for size in range(0, len(whole) - 1, 97):
        file.write_bytes(whole[:size])
        with pytest.raises(ClusterError, match="is no key of a room"):
            read_key(file)


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_a_key_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "room.key"
    write_key(make_key(), file)
    file.chmod(0o644)
    with pytest.raises(ClusterError, match="chmod 600"):
        read_key(file)
    with pytest.raises(ClusterError, match="is a folder"):
        read_key(tmp_path)


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("192.168.1.20", "192.168.1.20:9790"),
        ("192.168.1.20:99", "192.168.1.20:99"),
        ("stage-left.local", "stage-left.local:9790"),
        ("::1", "[::1]:9790"),
        ("[::1]", "[::1]:9790"),
        ("[fe80::1]:99", "[fe80::1]:99"),
    ],
)
def test_an_address_gets_its_port(address, whole):
    assert endpoint(address) == whole


@pytest.mark.parametrize("address", ["", "a b", "host:", "host:0", "host:99999", "host:x", ":99"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ClusterError, match="is no address"):
        endpoint(address)


def test_the_command_makes_one_and_then_says_which(tmp_path):
    def sensorium(*words):
        return CliRunner().invoke(app, ["key", *words])

    file = str(tmp_path / "room.key")
    made = sensorium(file)
    mark = read_key(tmp_path / "room.key").mark
    assert made.output.startswith(f"Made key {mark} in {file}.\nCopy that file to every machine")
    assert sensorium(file).output.startswith(f"Key {mark} is in {file}.")
    again = sensorium(file, "--new")
    assert again.exit_code == 0
    assert mark not in again.output
