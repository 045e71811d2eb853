"""Ports of a JACK server, listed while programs leave it, by what its library does then."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.system.jack import ServerWatch

CYCLE = 256
FAR_TOO_OFTEN = 1000


class Leaving:
    """A client of the library, of a server that programs leave: its C code has no type for a port
    that went, which cffi raises as a RuntimeError."""

    blocksize = CYCLE
    samplerate = 48_000

    def __init__(self, times: int) -> None:
        self.listed: list[int] = []
        self._times = times
        self._frames = 0

    def set_shutdown_callback(self, heard: Any) -> None: ...

    def set_client_registration_callback(self, heard: Any) -> None: ...

    @property
    def last_frame_time(self) -> int:
        self._frames += CYCLE // 2
        return self._frames

    def get_ports(self, **wanted: bool) -> list[Any]:
        self.listed.append(self._frames)
        assert len(self.listed) < FAR_TOO_OFTEN, "it never ends"
        if len(self.listed) <= self._times:
            raise RuntimeError("cannot use string() on <cdata 'char *' NULL>")
        return [SimpleNamespace(name="keys:out")]


@pytest.mark.parametrize("times", [0, 1, 5])
def test_ports_are_listed_once_more_where_one_left_meanwhile(times: int) -> None:
    client = Leaving(times)
    assert ServerWatch(client, OSError).midi_ports("in") == ["keys:out"]
    assert len(client.listed) == times + 1


def test_a_server_whose_ports_are_never_there_is_told_and_not_asked_without_a_pause() -> None:
    client = Leaving(2 * FAR_TOO_OFTEN)
    with pytest.raises(ConnectionError, match="JACK server lists ports that are not there"):
        ServerWatch(client, OSError).midi_ports("out")
    pauses = [b - a for a, b in zip(client.listed, client.listed[1:], strict=False)]
    assert min(pauses) >= CYCLE
