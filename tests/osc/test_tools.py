import pytest

from engine.core.errors import ParameterError
from engine.osc.tools import TOOLS, target


@pytest.mark.parametrize(
    ("to", "host", "port"),
    [
        ("127.0.0.1:9000", "127.0.0.1", 9000),
        ("td.local:10000", "td.local", 10000),
        ("[::1]:9000", "::1", 9000),
        ("touchdesigner", "127.0.0.1", 10000),
        ("resolume@10.0.0.5", "10.0.0.5", 7000),
        ("resolume@10.0.0.5:7001", "10.0.0.5", 7001),
        ("eos@[fe80::1]:8000", "fe80::1", 8000),
    ],
)
def test_where_it_goes(to, host, port):
    there = target(to)
    assert (there.host, there.port) == (host, port)


def test_a_tool_on_another_machine_keeps_its_habits():
    assert target("resolume@10.0.0.5").dialect == TOOLS["resolume"].dialect
    assert not target("resolume@10.0.0.5").bundles


def test_qlab_tells_packets_apart_by_slip():
    assert {name for name, tool in TOOLS.items() if tool.framing == "slip"} == {"qlab"}
    assert target("qlab@10.0.0.5", tcp=True).framing == "slip"
    assert target("10.0.0.5:53000").framing == "length"


def test_eos_listens_elsewhere_for_tcp():
    assert target("eos", tcp=True).port == 3032
    assert target("eos").port == 8000


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("touchdesinger", 'got "touchdesinger". Did you mean "touchdesigner"?'),
        ("127.0.0.1", "expected host:port"),
        ("127.0.0.1:0", "expected host:port"),
        ("127.0.0.1:65536", "expected host:port"),
        ("127.0.0.1:port", "expected host:port"),
        ("::1:9000", "expected host:port"),
        ("rezolume@10.0.0.5", 'Did you mean "resolume"?'),
        ("resolume@:x", "expected host:port"),
        ("", "expected host:port"),
    ],
)
def test_what_is_no_place_is_said(to, why):
    with pytest.raises(ParameterError) as raised:
        target(to)
    assert why in str(raised.value)
