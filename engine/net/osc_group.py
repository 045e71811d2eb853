"""Receivers of OSC that get the same bytes, and what of a show is laid out for them."""

from __future__ import annotations

from dataclasses import replace

from engine.core.sink import Filling
from engine.net.tcp import Tcp
from engine.net.udp import Udp
from engine.osc.address import of_port
from engine.osc.bundle import bundles, messages
from engine.osc.frames import Frames
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.layouts import check_second, choose
from engine.osc.together import PartLayout, Together


class OscGroup:
    """Receivers that get the same bytes."""

    def __init__(self, dialect: Dialect, bundle: bool) -> None:
        self.dialect = replace(dialect, frames=Frames())
        self.bundle = bundle
        self.senders: list[Udp | Tcp] = []
        self.layouts: dict[str, Layout] = {}
        self.together: dict[str, Together] = {}
        self.pieces: list[bytes] = []
        self.ports: list[str] = []

    def layout(self, port: str, carries: type, options: OscOptions | Filling) -> Layout:
        """Make the layout of a cable. Raise ParameterError when it can never be sent."""
        address = of_port(port)
        if not isinstance(options, Filling):
            if address != port:
                check_second(carries, options, self.dialect)
            return choose(address, carries, options, self.dialect)
        whole = _whole(port)
        together = self.together.get(whole)
        if together is None or not together.fits(options):
            together = self.together[whole] = Together(address, options, self.dialect)
        return PartLayout(together, port, options, carries)

    def unplug(self, port: str) -> None:
        """Forget a cable."""
        layout = self.layouts.pop(port, None)
        if isinstance(layout, PartLayout) and layout.together.drop(layout.mark):
            self.together.pop(_whole(port), None)

    def datagrams(self) -> list[bytes]:
        """Return the datagrams of what was collected, and clear it."""
        pieces, self.pieces = self.pieces, []
        if self.bundle:
            return bundles(pieces)
        return [message for piece in pieces for message in messages(piece)]


def _whole(port: str) -> str:
    """Return the port of a message without the argument that one of its cables fills."""
    return port.partition("#{")[0]
