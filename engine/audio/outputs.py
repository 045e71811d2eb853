"""A loudspeaker: opened by JACK where its server runs, else by PortAudio.

Why a client of JACK's own where there is a server: PortAudio is often missing on a Linux stage, and
where it is there it hangs, and then aborts, once the server has gone.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from engine.audio.devices import JACK, describe_refusal, find_outputs, library, match_outputs
from engine.audio.mixer import SoundMixer
from engine.core.device_choice import is_number
from engine.core.errors import DeviceError
from engine.core.nearest import nearest
from engine.system.jack import JackLibrary, jack_library

_LONGEST_S: Final = 2.0
MakeMixer = Callable[[int], SoundMixer]
"""Makes what is played, for a device's rate in Hz."""

NAME: Final = "Sensorium sound"
"""What our client of a JACK server is called."""


class SoundOutput(Protocol):
    """A loudspeaker that plays."""

    name: str
    rate: int
    latency: float
    """Seconds from a sample that is asked for to the ear, as far as the device says."""
    mixer: SoundMixer

    def gone(self) -> bool:
        """Whether it went away."""
        ...

    def close(self) -> None:
        """Leave it, after everything has faded out."""
        ...


class JackReceiver(NamedTuple):
    """What takes sound from a JACK server, and its ports; ``physical`` are those of a card."""

    number: int
    name: str
    ports: tuple[str, ...]
    physical: bool


def open_output(device: str, channel: int, make: MakeMixer) -> SoundOutput:
    """Open a loudspeaker and play; ``channel`` is the first of two, from 1. Raise DeviceError.

    "auto" is JACK's playback where a server runs, and the system's own choice elsewhere.
    """
    jack = None if is_number(device) else jack_library()
    if jack is not None and (found := _by_jack(jack, device, channel, make)) is not None:
        return found
    return _by_portaudio(device, channel, make)


def list_outputs() -> list[tuple[str, str]]:
    """Return the loudspeakers of this machine, each with a note; its name works as ``device``.

    Raise DeviceError where they cannot be looked for.
    """
    receivers: list[tuple[str, str]] = []
    if (jack := jack_library()) is not None and (client := _client(jack)) is not None:
        receivers = [(each.name, "JACK") for each in jack_receivers(client)]
        client.close()
    try:
        found = find_outputs(library())
    except DeviceError:
        if receivers:
            return receivers
        raise
    there = [(one.name, f"number {one.number}, {one.way}") for one in found if one.way != JACK]
    return [*receivers, *there]


def jack_receivers(client: Any) -> list[JackReceiver]:
    """Return the clients of a JACK server that take sound, those of a sound card first."""
    ports: dict[str, list[Any]] = {}
    for port in client.get_ports(is_audio=True, is_input=True):
        ports.setdefault(port.name.rpartition(":")[0], []).append(port)
    found = [
        (name, tuple(port.name for port in inputs), all(port.is_physical for port in inputs))
        for name, inputs in ports.items()
        if name != client.name
    ]
    found.sort(key=lambda each: not each[2])
    return [JackReceiver(number, *each) for number, each in enumerate(found)]


def choose_receiver(device: str, there: Sequence[JackReceiver]) -> JackReceiver | None:
    """Return what ``device`` means: "auto" a sound card, else a name or a part of one; or None."""
    if device == "auto":
        return next((each for each in there if each.physical), None)
    word = device.casefold()
    exact = [each for each in there if each.name.casefold() == word]
    return next(iter(exact or [each for each in there if word in each.name.casefold()]), None)


def _client(jack: JackLibrary) -> Any:
    try:
        return jack.client(NAME, no_start_server=True)
    except jack.error:
        return None


def _by_jack(jack: JackLibrary, device: str, channel: int, make: MakeMixer) -> SoundOutput | None:
    """Open a receiver of the JACK server; None where no server runs, or nothing is so called."""
    client = _client(jack)
    if client is None:
        return None
    there = jack_receivers(client)
    receiver = choose_receiver(device, there)
    if receiver is None:
        client.close()
        if device == "auto":
            return None
        try:
            return _by_portaudio(device, channel, make)
        except DeviceError:
            names = [each.name for each in there]
            hint = nearest(device, names) or f" There is: {', '.join(names) or 'none at all'}."
            raise DeviceError(f'there is no loudspeaker "{device}" in JACK.{hint}') from None
    try:
        return _JackOutput(jack, client, receiver, channel, make)
    except jack.error as error:
        client.close()
        raise DeviceError(f"{receiver.name}: JACK does not connect it ({error})") from None


class _JackOutput:
    """Two outputs of a client, led to two inputs of another."""

    def __init__(
        self, jack: JackLibrary, client: Any, receiver: JackReceiver, channel: int, make: MakeMixer
    ) -> None:
        inputs = receiver.ports[channel - 1 : channel + 1]
        if not inputs:
            client.close()
            count = len(receiver.ports)
            raise DeviceError(f"{receiver.name}: it has {count} inputs, so there is no {channel}")
        self.name = receiver.name
        self.rate = int(client.samplerate)
        self.mixer = make(self.rate)
        self._error = jack.error
        self._client = client
        self._over = threading.Event()
        self._outs = [client.outports.register(f"out_{side + 1}") for side in range(2)]
        client.set_process_callback(self._process)
        client.set_shutdown_callback(self._stopped)
        ours = re.compile(rf"{re.escape(receiver.name)}$")
        client.set_client_registration_callback(
            lambda name, comes: None if comes or not ours.match(name) else self._over.set()
        )
        client.activate()
        for out, taker in zip(self._outs, inputs, strict=False):
            client.connect(out, taker)
        self.latency = 2 * int(client.blocksize) / self.rate  # it is asked for by cycles

    def _process(self, count: int) -> None:
        sides = self.mixer.mix(count)
        for out, side in zip(self._outs, sides, strict=True):
            out.get_array()[:] = side

    def _stopped(self, *_: object) -> None:
        self._over.set()
        self.mixer.ended.set()

    def gone(self) -> bool:
        return self._over.is_set()

    def close(self) -> None:
        """Leave the server as one leaves: a client that only ends may hold up its cycle."""
        if not self._over.is_set():
            self._client.deactivate()
            self._client.close()


def _by_portaudio(device: str, channel: int, make: MakeMixer) -> SoundOutput:
    portaudio = library()
    reasons = []
    for each in match_outputs(device, find_outputs(portaudio)):
        try:
            return _PortAudioOutput(portaudio, each, channel, make)
        except (DeviceError, portaudio.PortAudioError) as error:
            reasons.append(f"{each.name}: {describe_refusal(error)}")
    raise DeviceError(reasons[0])


class _PortAudioOutput:
    """A stream of PortAudio, at the device's own rate."""

    def __init__(self, portaudio: Any, device: Any, channel: int, make: MakeMixer) -> None:
        if channel > device.channels:
            raise DeviceError(f"it has {device.channels} outputs, so there is no {channel}")
        self.name = device.name
        self.rate = device.rate
        self.mixer = make(self.rate)
        self._first = channel - 1
        self._over = threading.Event()
        channels = min(channel + 1, device.channels)
        self._stream = portaudio.OutputStream(
            device=device.number,
            samplerate=device.rate,
            channels=channels,
            dtype="float32",
            latency="low",
            callback=self._process,
            finished_callback=self._over.set,
        )
        self._stream.start()
        told = float(self._stream.latency)
        self.latency = told if 0 <= told < _LONGEST_S else 0.0  # by JACK it is nonsense

    def _process(self, out: Any, count: int, *_: object) -> None:
        sides = self.mixer.mix(count)
        out[:] = 0.0
        places = out[:, self._first : self._first + 2]
        places[:] = sides.T if places.shape[1] == len(sides) else sides.mean(axis=0)[:, None]

    def gone(self) -> bool:
        return self._over.is_set()

    def close(self) -> None:
        """Leave it to the end of the process: to close a device that went away may hang."""
