"""Tells remote controls the addresses of what they may set, and gives them what they may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.core.addresses import parameter_names
from engine.core.box_errors import anything_raised
from engine.core.source import Remote
from engine.runtime.engine import Engine
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.state import BoxState


def offer_addresses(engine: Engine) -> None:
    """Offer the addresses of the plan that plays to all of its remote controls."""
    remotes = [(name, s.box) for name, s in engine.states.items() if isinstance(s.box, Remote)]
    if not remotes:
        return
    addresses = tuple(_addresses({**engine.states, **engine.elsewhere}))
    for name, remote in remotes:
        try:
            remote.offer(addresses)
            remote.show_traffic(engine.monitor.read)
        except anything_raised() as error:
            engine.tell(name, describe_error(error))


def _addresses(states: Mapping[str, BoxState]) -> Iterator[str]:
    """Yield the addresses of what may change while the patch plays, box by box."""
    for name, state in states.items():
        if state.hidden:
            continue
        changeable = {key: one for key, one in state.parameters.items() if not one.fixed}
        for parameter in parameter_names(changeable):
            yield f"/{name}/{parameter.replace('.', '/')}"
        yield f"/{name}/on"
