"""The Virtual Motion Capture protocol, to a marionette such as VSeeFace or Warudo.

For each picture: ``/VMC/Ext/OK`` loaded i, calibrated 3 i, mode 0 i, tracking i; ``/VMC/Ext/T f``
(seconds); ``/VMC/Ext/Root/Pos`` and of each bone ``/VMC/Ext/Bone/Pos`` = name s, x, y, z f, and the
quaternion x, y, z, w f, against the parent and a T-pose (see ``dsp.landmarks.bones``). Bones are
named as Unity's HumanBodyBones are. Expressions: ``/VMC/Ext/Blend/Val s f`` each, and then
``/VMC/Ext/Blend/Apply``.

A bone that is not seen is not sent, and a marionette leaves it as it was; ``tracking`` is 0 while
shoulders or hips are not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.clock import SECOND
from engine.core.errors import ParameterError
from engine.core.landmarks import Landmarks
from engine.core.messages import Features, Ns
from engine.core.skeletons import BLAZEPOSE_33, Skeleton
from engine.dsp.landmarks.bones import BONES, IDENTITY, Quaternion, local_rotations, middle, near
from engine.dsp.landmarks.metres import MeasuredBodies
from engine.osc.foreign.base import Foreign, check_cable, check_own
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import finite, text
from engine.osc.packer import packer

BODY: Final = "/VMC/Ext/Bone/Pos"
FACE: Final = "/VMC/Ext/Blend/Val"
_CALIBRATED: Final = 3


class Vmc(Foreign):
    """One performer (see ``one_performer``)."""

    TOOL = "VMC"
    ADDRESSES = (BODY, FACE)
    SKELETONS = (BLAZEPOSE_33,)
    OPTIONS = ("stature",)

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        check_own(self.TOOL, address, (BODY,))
        self._bodies = MeasuredBodies(options.stature)
        self._turns: dict[str, Quaternion] = {}
        self._first_moment: Ns | None = None

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of the body; that it is not tracked, where nobody is."""
        if self._first_moment is None:
            self._first_moment = at
        time = packer("/VMC/Ext/T", "f").pack((at - self._first_moment) / SECOND)
        measured = self._bodies.update(message, at)
        one = self._one(message, "body", at)
        points = {} if one is None else measured[one.id]
        turns = local_rotations(points)
        self._here = "Hips" in turns
        pieces = [_state(tracking=self._here), time]
        if self._here:
            x, y, z = middle(points["left_hip"], points["right_hip"])
            pieces.append(_place("/VMC/Ext/Root/Pos", "root", (x, 0.0, z), IDENTITY))
            for bone in BONES:
                if bone.name in turns:
                    turn = near(turns[bone.name], self._turns.get(bone.name, IDENTITY))
                    self._turns[bone.name] = turn
                    tall = self._options.stature
                    offset = bone.offset[0] * tall, bone.offset[1] * tall, bone.offset[2] * tall
                    offset = (0.0, y, 0.0) if bone.name == "Hips" else offset
                    pieces.append(_place(BODY, bone.name, offset, turn))
        return pieces

    def end(self) -> Sequence[bytes]:
        """Return the message that says that nobody is tracked any more."""
        self._turns.clear()
        return super().end()

    def example(self) -> Sequence[bytes]:
        """Return the longest message."""
        return [_place(BODY, "RightUpperArm", (0.0, 0.0, 0.0), IDENTITY)]

    def _nobody(self) -> list[bytes]:
        return [_state(tracking=False)]


class VmcBlendShapes(Layout):
    """Expressions as blend shapes, by the names of the features."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        check_cable(Vmc.TOOL, address, (FACE,), options)
        self._names: tuple[str, ...] = ()

    def encode(self, message: Features, at: Ns) -> Sequence[bytes]:
        """Return a message for each expression, and the one that applies them."""
        self._names = tuple(message.names)
        return self._all([finite(value) for value in message.values.tolist()])

    def end(self) -> Sequence[bytes]:
        """Return the messages of a face at rest."""
        names, zeros = self._names, [0.0] * len(self._names)
        pieces = self._all(zeros) if names else []
        self._names = ()
        return pieces

    def _all(self, values: list[float]) -> list[bytes]:
        pack = packer(FACE, "sf").pack
        pieces = [pack(text(name), value) for name, value in zip(self._names, values, strict=True)]
        return [*pieces, packer("/VMC/Ext/Blend/Apply", "").pack()]


class VmcExpression(Layout):
    """A number as one blend shape: ``args = ["Joy", "{value}"]`` names it."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        check_cable(Vmc.TOOL, address, (FACE,), options, "args")
        match options.args:
            case [str(name), "{value}"]:
                self._name = name
            case _:
                raise ParameterError(
                    'args: name the blend shape of your model, as in args = ["Joy", "{value}"]'
                )
        self._began = False

    def encode(self, message: float, at: Ns) -> Sequence[bytes]:
        """Return the message of the expression, and the one that applies it."""
        self._began = True
        return self._both(finite(message))

    def end(self) -> Sequence[bytes]:
        """Return the messages of a face at rest."""
        began, self._began = self._began, False
        return self._both(0.0) if began else []

    def example(self) -> Sequence[bytes]:
        """Return the messages of rest."""
        return self._both(0.0)

    def _both(self, value: float) -> list[bytes]:
        said = packer(FACE, "sf").pack(text(self._name), value)
        return [said, packer("/VMC/Ext/Blend/Apply", "").pack()]


def _state(*, tracking: bool) -> bytes:
    return packer("/VMC/Ext/OK", "iiii").pack(1, _CALIBRATED, 0, int(tracking))


def _place(address: str, name: str, place: tuple[float, float, float], turn: Quaternion) -> bytes:
    return packer(address, "s" + "f" * 7).pack(name, *place, *turn)
