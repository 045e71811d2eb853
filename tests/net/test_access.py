"""Who may speak: strangers are turned away, told once each, and never answered."""

import pytest

from engine.core.errors import ParameterError
from engine.net.access import REMEMBERED, SenderFilter, is_local

LIST = ["192.168.1.20", "10.0.0.0/24", "fd00::/8"]


@pytest.mark.parametrize(
    ("sender", "heard", "answered"),
    [
        ("127.0.0.1", True, True),
        ("127.8.9.10", True, True),
        ("::1", True, True),
        ("192.168.1.20", True, True),
        ("::ffff:192.168.1.20", True, True),
        ("192.168.1.21", False, False),
        ("10.0.0.77", True, False),
        ("10.0.1.77", False, False),
        ("fd12::1", True, False),
        ("fe80::1%eth0", False, False),
        ("", False, False),
        ("localhost.example", False, False),
    ],
)
def test_who_is_heard_and_who_is_answered(sender, heard, answered):
    gate = SenderFilter("0.0.0.0", LIST)
    assert (gate.admits(sender), gate.may_answer(sender)) == (heard, answered)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_this_machine_needs_no_list(host):
    assert is_local(host)
    assert not SenderFilter(host, None).admits("192.168.1.20")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "", "stage.local", "239.0.0.1"])
@pytest.mark.parametrize("allow", [None, []])
def test_whoever_can_be_reached_must_say_by_whom(host, allow):
    with pytest.raises(ParameterError, match=r'^host: .* allow = \["192.168.1.20"\]'):
        SenderFilter(host, allow)


@pytest.mark.parametrize("text", ["phone", "192.168.1", "192.168.1.300", "10.0.0.0/33", ""])
def test_what_is_no_address_is_said(text):
    with pytest.raises(ParameterError, match=f'^allow: expected an address .* got "{text}"'):
        SenderFilter("127.0.0.1", [text])


def test_each_stranger_is_told_once_and_all_are_counted():
    gate = SenderFilter("0.0.0.0", LIST)
    said = [gate.reject(f"172.16.{n % 200}.1") for n in range(1000)]
    told = [text for text in said if text]
    assert gate.rejected == 1000
    assert len(told) == REMEMBERED + 1
    assert told[0] == '172.16.0.1 is not heard; allow = ["172.16.0.1"] would let it speak'
    assert told[-1] == "more are turned away than are named here"
