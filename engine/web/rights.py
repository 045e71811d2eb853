"""Who may do what on the page: one table, checked here for each request, whatever a browser shows.

The owner is whoever sits at this machine, or has opened the address that the show gave at its start
(a paired device). A guest was invited: looks on, and turns the knobs of what shapes a show. What
changes the show as a whole, ends sound, is kept, or says what comes in and goes out is the owner's.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from engine.core.node import Node
from engine.runtime.engine import Engine
from engine.runtime.schedule.state import BoxState
from engine.web.requests import (
    BlackOutRequest,
    FreezeRequest,
    HoldRequest,
    InviteRequest,
    LearnRequest,
    MasterRequest,
    MonitorRequest,
    PageRequest,
    PanicRequest,
    PatchRequest,
    PinRequest,
    PrivacyRequest,
    RangeRequest,
    ReleaseRequest,
    SaveRequest,
    SetRequest,
)


class Role(Enum):
    """Who looks at a page."""

    OWNER = "owner"
    GUEST = "guest"


ANYBODY: Final = frozenset(Role)
OWNER: Final = frozenset({Role.OWNER})

RIGHTS: Final[dict[type[PageRequest], frozenset[Role]]] = {
    SetRequest: ANYBODY,  # of a guest, of nodes and models only, not on cables, and no shapes,
    # and nothing that teaches
    HoldRequest: OWNER,  # what is held is taught, and kept, or takes a map from other hands
    ReleaseRequest: ANYBODY,  # the same
    PanicRequest: OWNER,
    LearnRequest: OWNER,
    PrivacyRequest: OWNER,
    BlackOutRequest: OWNER,
    FreezeRequest: OWNER,
    MasterRequest: OWNER,
    PinRequest: OWNER,  # pins are those of all pages
    RangeRequest: OWNER,
    MonitorRequest: OWNER,  # it names who sends, and where to
    PatchRequest: OWNER,
    SaveRequest: OWNER,
    InviteRequest: OWNER,
}
"""Who may request what; a request that is not in it is nobody's."""

NOT_HERE: Final = (
    "only from this machine, or a device that opened the address shown at the start: a guest looks "
    "on and turns knobs"
)
_NOT_SHAPES: Final = "guests may not draw: where a zone, a line or a floor lies is the owner's"
_NOT_TEACH: Final = "guests may not teach: what is shown is kept"
_NOT_TOUCH: Final = "guests may not play the map: a finger that is not lifted would hold it"
_NOT_THIS_BOX: Final = "guests may not turn what comes in and goes out"


def refusal(role: Role, request: PageRequest, engine: Engine) -> str:
    """Return why a role may not request something, or ""."""
    if role not in RIGHTS.get(type(request), ()):
        return NOT_HERE
    if role is Role.GUEST and isinstance(request, SetRequest | ReleaseRequest):
        state = engine.known.get(request.box)
        if state is not None and (state.hidden or not isinstance(state.box, Node)):
            return _NOT_THIS_BOX
        if state is not None and is_shape(state, request.parameter):
            return _NOT_SHAPES
        if state is not None and is_teaching(state, request.parameter):
            return _NOT_TEACH
        if state is not None and is_touch(state, request.parameter):
            return _NOT_TOUCH
    return ""


def is_shape(state: BoxState, name: str) -> bool:
    """Whether a parameter of a box is drawn on a picture."""
    parameter = state.parameter(name)
    return parameter is not None and parameter.param.shape is not None


def is_taught(state: BoxState) -> bool:
    """Whether a box learns from what it is shown while its event ``record`` is held."""
    names = ("record", "train", "undo", "delete")
    return all(name in state.parameters and state.parameters[name].event for name in names)


def is_map(state: BoxState) -> bool:
    """Whether a box lays many items out on a map that a finger plays."""
    touch = state.parameters.get("touch")
    return touch is not None and touch.event and hasattr(type(state.box), "corpus")


def is_touch(state: BoxState, name: str) -> bool:
    """Whether a parameter of a box is where a finger is on its map, and has a view of its own."""
    return name == "touch" and is_map(state)


def is_teaching(state: BoxState, name: str) -> bool:
    """Whether a parameter of a box that learns is what is taught, and kept, with it."""
    parameter = state.parameter(name)
    if parameter is None or not is_taught(state):
        return False
    return parameter.event or parameter.is_table or parameter.key != ""


def rights_of(role: Role) -> list[str]:
    """Return the names of the requests that a role may send."""
    return sorted(
        str(request.__struct_config__.tag) for request, roles in RIGHTS.items() if role in roles
    )
