"""``port = "auto"`` never lets a show hear itself, whatever its ports are called: by real JACK."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys

import jack
import pytest
from port_opening import open_again

from engine.lab.bench.rig.jack import MidiDump, cables, connect, is_gone, ports, server, until
from engine.midi.own_ports import OWN_PORTS
from engine.midi.ports import open_port
from engine.sinks.midi_out import MidiOut
from engine.sources.midi_in import MidiIn
from tests.by_night import few

pytestmark = pytest.mark.peer("jackd", "jackd2")

PATCH = """
[keys]
use = "midi_in"
port = "auto"
system = "jack"
[beat]
use = "every"
time = "50 ms"
"""
OUT = """
[{box}]
use = "midi_out"
{port}
system = "jack"
[{box}.send]
notes = "keys.notes"
"2/note36" = {{ when = "beat", length = "10 ms" }}
"""
COMMAND = [sys.executable, "-c", "from engine.cli import main; main()", "play"]
ON, OFF = bytes((0x91, 36, 100)), bytes((0x81, 36, 0))
KEY = bytes((0x90, 60, 100))


@pytest.fixture(scope="module", autouse=True)
def _jack():
    with server():
        yield


def patch(*named):
    return PATCH + "".join(
        OUT.format(box=f"synth{count}", port=line) for count, line in enumerate(named)
    )


@contextlib.contextmanager
def playing(file):
    """Play a patch by the command line."""
    show = subprocess.Popen([*COMMAND, str(file), "--no-page"], stderr=subprocess.DEVNULL)
    try:
        yield show
    finally:
        show.terminate()
        show.wait()


def port_of(name):
    """Wait for a port that a show made, and give what JACK calls it.

    It numbers the client where the show's own input, which looks for somebody who plays, is there
    under the same name at that moment.
    """
    made = re.compile(rf"{re.escape(name)}(-\d\d)?:{re.escape(name)}")
    until(lambda: any(made.fullmatch(port) for port in ports()), f"no port of {name}")
    return next(port for port in ports() if made.fullmatch(port))


@contextlib.contextmanager
def key_of(name):
    """Open a keyboard's port."""
    out, _, _ = open_port("out", "jack", None, name)
    try:
        yield lambda: out.send_message(list(KEY))
    finally:
        out.close_port()


@contextlib.contextmanager
def cables_told():
    """Say which cables lie where something does not come: JACK drops a client that is late."""
    try:
        yield
    except TimeoutError as error:
        error.add_note(cables())
        raise


def assert_no_echo(dump, beats=15):
    """Wait for a stretch of beats in which nothing else comes, and each once.

    What came before counts for nothing: a cable that was laid in the midst of a note lets its end
    through alone. Nor does a message that JACK loses, as it does where a client of it is late. An
    echo would go on, and there would be no such stretch.
    """
    before, clean = len(dump.heard), [ON, OFF] * beats

    def is_clean(heard):
        messages = heard.messages[before:]
        begins = range(max(0, len(messages) - len(clean) + 1))
        return any(messages[begin : begin + len(clean)] == clean for begin in begins)

    dump.wait(is_clean)


@pytest.mark.parametrize(
    "named",
    few(
        [
            ("",),
            ('name = "lights (a+b)"', 'name = "a:b"'),
            ('name = "Stage Keys"',),
            ('name = "Twin"', 'name = "Twin"'),  # JACK calls the second one Twin-01
        ],
        3,
    ),
    ids=str,
)
def test_a_show_plays_for_others_and_hears_only_them(tmp_path, named):
    file = tmp_path / "show.toml"
    file.write_text(patch(*named))
    name = named[0].partition('"')[2].rstrip('"') or "Sensorium"
    with MidiDump() as dump, playing(file):
        connect(port_of(name), dump.port)
        assert_no_echo(dump)
        with key_of("piano") as press, cables_told():
            until(lambda: press() or KEY in dump.messages, "auto does not find the piano")


def test_an_output_that_is_renamed_while_it_plays_is_not_heard_either(tmp_path):
    file = tmp_path / "show.toml"
    file.write_text(patch('name = "First"'))
    with MidiDump() as dump, playing(file):
        connect("First:First", dump.port)
        file.write_text(patch('name = "Second"'))
        connect("Second:Second", dump.port)
        until(lambda: is_gone("First:First"), "the old port stays")
        assert_no_echo(dump)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere another show is any program")
def test_two_shows_on_one_machine_do_not_hear_each_other(tmp_path):
    for name in ("Left", "Right"):
        (tmp_path / f"{name}.toml").write_text(patch(f'name = "{name}"'))
    with MidiDump() as dump, playing(tmp_path / "Left.toml"), playing(tmp_path / "Right.toml"):
        until(lambda: {"Left:Left", "Right:Right"} <= set(ports()), "no two shows")
        connect("Left:Left", dump.port)
        assert_no_echo(dump)


def test_a_junction_that_the_show_sends_to_is_left(tmp_path):
    """A program that hands on what it gets, and has no name that tells so."""
    with junction("patchbay"), MidiDump() as dump:
        connect("patchbay:out", dump.port)
        file = tmp_path / "show.toml"
        file.write_text(patch('port = "patchbay"'))
        with playing(file):
            assert_no_echo(dump)
            assert connected("patchbay:in")
            assert connected("patchbay:out") == [dump.port]


def test_a_port_of_the_show_that_is_named_is_heard_with_a_word(caplog):
    sink = MidiOut(system="jack", name="Mirror")
    source = MidiIn(system="jack", port="Mirror")
    with contextlib.closing(sink), contextlib.closing(source):
        open_again(sink)
        open_again(source, lambda *_: None)
    assert "what this show sends comes back to it by Mirror:Mirror" in caplog.text
    assert OWN_PORTS.has("Mirror:Mirror")


@contextlib.contextmanager
def junction(name):
    """Run a program with an input and an output that passes on all it gets."""
    with contextlib.closing(jack.Client(name, no_start_server=True)) as client:
        inlet, outlet = client.midi_inports.register("in"), client.midi_outports.register("out")

        @client.set_process_callback
        def _(_frames):
            outlet.clear_buffer()
            for offset, data in inlet.incoming_midi_events():
                outlet.write_midi_event(offset, bytes(data))

        client.activate()
        yield


def connected(port):
    """List what a port is connected to."""
    done = subprocess.run(["jack_lsp", "-c", port], capture_output=True, text=True, check=False)
    return [line.strip() for line in done.stdout.splitlines() if line.startswith(" ")]
