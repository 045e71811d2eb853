"""Choose a device by what a patch says: "auto", a number, a name or a part of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from engine.core.errors import DeviceError
from engine.core.nearest import nearest
from engine.core.secrets import hide_in_value


class ListedDevice(Protocol):
    """Something plugged in that the system lists by number and name."""

    @property
    def number(self) -> int: ...  # noqa: D102

    @property
    def name(self) -> str: ...  # noqa: D102


D = TypeVar("D", bound=ListedDevice)


def is_number(device: str | int) -> bool:
    """Whether ``device`` is the number of a device, not its name."""
    return isinstance(device, int) or device.isdigit()


def match_devices(device: str | int, found: Sequence[D], kind: str, hint: str = "") -> list[D]:
    """Return the devices that ``device`` may mean, in the order of ``found``.

    "auto" means all of them, a number the one of that number. A name means those of exactly that
    name, ignoring case, or else those that contain it. ``kind`` names the devices in errors:
    "camera". Raise DeviceError when none matches; ``hint`` is appended when there is none at all.
    """
    if device == "auto":
        if not found:
            raise DeviceError(f"no {kind} was found; is one plugged in?{hint}")
        return list(found)
    fits = _of_number(int(device), found) if is_number(device) else _of_name(str(device), found)
    if not fits:
        names = list(dict.fromkeys(each.name for each in found))
        listed = f" There is: {', '.join(names)}." if names else " There is none at all."
        suggestion = nearest(str(device), names) or listed
        shown = hide_in_value(str(device))  # an address without its scheme, perhaps
        raise DeviceError(f'there is no {kind} "{shown}".{suggestion}')
    return fits


def _of_number(number: int, found: Sequence[D]) -> list[D]:
    return [each for each in found if each.number == number]


def _of_name(name: str, found: Sequence[D]) -> list[D]:
    word = name.casefold()
    exact = [each for each in found if each.name.casefold() == word]
    return exact or [each for each in found if word in each.name.casefold()]
