"""Skeletons: the names of the points that a network finds, and the bones between them.

    STAR = Skeleton("star", ("top", "left", "right", "left_foot", "right_foot"),
                    bones=(("top", "left_foot"), ("top", "right_foot")))

A new skeleton is registered by its name. Everything that works on points by their names, such as
``joint``, layouts and drawings, works on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Final

from engine.core.errors import UnknownName
from engine.core.nearest import nearest

Bone = tuple[str, str]

UNNAMED: Final = "point_"
"""How the points of a face begin that have but a number."""


@dataclass(frozen=True, eq=False)
class Skeleton:
    """The points of a body, a hand or a face, in the order of the network's output.

    ``bones`` are the pairs between which a line is drawn. ``parts`` are further names, each for one
    point or for the middle of several. ``depth``: whether points have a z. Left and right are the
    person's own: "left_wrist" mirrors "right_wrist".

    Lengths are measured against the body itself. ``ruler`` names two points that are always as far
    from each other, and ``span`` how many times that counts as far apart; without them it is the
    larger side of what is seen. A body with shoulders has better: see ``dsp.landmarks.body``.

    Raise ValueError for a name that occurs twice, or a bone or part of unknown points.
    """

    name: str
    points: tuple[str, ...]
    bones: tuple[Bone, ...] = ()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    depth: bool = False
    ruler: Bone | None = None
    span: float = 1.0
    shipped: bool = False
    """Whether it comes with the engine, so that its name alone tells all of it everywhere."""
    metres: bool = False
    """Whether the points are metres on a floor and no picture parts; a shipped one alone says so.
    Lengths are then metres too."""
    index: Mapping[str, int] = field(init=False, repr=False)
    """The place of each point by its name."""
    rows_of: Mapping[str, tuple[int, ...]] = field(init=False, repr=False)
    """The places of every point and part by name."""
    is_body: bool = field(init=False, repr=False)
    """Whether it has shoulders, hips and a head, by which the proportions of bodies go."""
    _encoded: Any = field(init=False, repr=False)

    known: ClassVar[dict[str, Skeleton]] = {}
    """All skeletons by name; of one that was made again, as when a file is saved, the last."""
    _foreign: ClassVar[dict[str, Skeleton]] = {}

    def __post_init__(self) -> None:
        index = {name: place for place, name in enumerate(self.points)}
        if len(index) < len(self.points) or not index:
            raise ValueError(
                f'the skeleton "{self.name}" needs points, each with a name of its own'
            )
        named = {*(end for bone in self.bones for end in bone), *(self.ruler or ())}
        named |= {point for points in self.parts.values() for point in points}
        if unknown := sorted(named - {*index}):
            raise ValueError(f'the skeleton "{self.name}" has no point "{unknown[0]}"')
        rows: dict[str, tuple[int, ...]] = {name: (place,) for name, place in index.items()}
        rows |= {part: tuple(index[name] for name in names) for part, names in self.parts.items()}
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "rows_of", rows)
        object.__setattr__(self, "is_body", {"shoulders", "hips", "head"} <= {*rows})
        object.__setattr__(self, "_encoded", self.name if self.shipped else self._definition())
        if self.name in self.known and self.known[self.name].shipped:
            raise ValueError(f'there is a skeleton "{self.name}" already')
        self.known[self.name] = self

    def _definition(self) -> list[Any]:
        parts = {name: list(points) for name, points in self.parts.items()}
        bones = [list(bone) for bone in self.bones]
        ruler = list(self.ruler) if self.ruler else None
        return [self.name, list(self.points), bones, parts, self.depth, ruler, self.span]

    @property
    def axes(self) -> tuple[str, ...]:
        """The numbers of a point, in order."""
        return ("x", "y", "z", "confidence") if self.depth else ("x", "y", "confidence")

    def rows(self, part: str) -> tuple[int, ...]:
        """Return the rows of the points whose middle a name is; raise UnknownName."""
        try:
            return self.rows_of[part]
        except KeyError:
            raise UnknownName("joint", part, self.rows_of) from None

    def lack(self, part: str) -> str:
        """Return 'no "wrist"', and the nearest name or those that there are; "" where it has it."""
        if part in self.rows_of:
            return ""
        named = (name for name in self.rows_of if not name.startswith(UNNAMED))
        hint = nearest(part, self.rows_of) or f" There is: {', '.join(sorted(named))}."
        return f'no "{part}".{hint}'

    def encoded(self) -> Any:
        """Return its name if it is built in; otherwise all of it.

        Why all: a recording is played where nothing defines the skeleton, and the subprocess of a
        box has not loaded the files of another box.
        """
        return self._encoded

    @classmethod
    def decoded(cls, plain: Any) -> Skeleton:
        """Return the encoded skeleton: the same object for the same data.

        Raise ValueError or TypeError for other data, and for an unknown name.
        """
        if isinstance(plain, str):
            if plain not in cls.known:
                raise ValueError(f'there is no skeleton "{plain}" here')
            return cls.known[plain]
        name, points, bones, parts, depth, ruler, span = plain
        own = cls.known.get(name)
        for found in (own, cls._foreign.get(name)):
            if found is not None and found.encoded() == plain:
                return found
        made = cls._foreign[name] = cls(
            name,
            tuple(points),
            tuple((one, other) for one, other in bones),
            {part: tuple(names) for part, names in parts.items()},
            depth,
            tuple(ruler) if ruler else None,
            span,
        )
        cls.known.pop(name)  # a recording says nothing about what is defined here
        if own is not None:
            cls.known[name] = own
        return made


def skeleton(name: str) -> Skeleton:
    """Return a skeleton by its name; raise UnknownName."""
    try:
        return Skeleton.known[name]
    except KeyError:
        raise UnknownName("skeleton", name, Skeleton.known) from None


def point_names(shipped: bool = False) -> frozenset[str]:
    """Return the names of all points and parts of all skeletons, or of the ``shipped`` ones."""
    every = (each for each in Skeleton.known.values() if each.shipped or not shipped)
    return frozenset(name for each in every for name in each.rows_of)


def _chain(*names: str) -> tuple[Bone, ...]:
    """Return the bones from each point to the next."""
    return tuple(pairwise(names))


def _both(*bones: Bone) -> tuple[Bone, ...]:
    """Return bones of the left side and those of the right."""
    return tuple(
        (f"{side}_{one}", f"{side}_{other}") for one, other in bones for side in ("left", "right")
    )


def _between(*names: str) -> tuple[Bone, ...]:
    """Return bones from the left to the right of the same name."""
    return tuple((f"left_{name}", f"right_{name}") for name in names)


_TRUNK_AND_LIMBS: Final = (
    *_between("shoulder", "hip"),
    *_both(
        ("shoulder", "elbow"),
        ("elbow", "wrist"),
        ("shoulder", "hip"),
        ("hip", "knee"),
        ("knee", "ankle"),
    ),
)
_PAIRS: Final = {
    "shoulders": ("left_shoulder", "right_shoulder"),
    "elbows": ("left_elbow", "right_elbow"),
    "hands": ("left_wrist", "right_wrist"),
    "hips": ("left_hip", "right_hip"),
    "knees": ("left_knee", "right_knee"),
    "feet": ("left_ankle", "right_ankle"),
}

COCO_17: Final = Skeleton(
    "coco_17",
    (
        *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
        *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow"),
        *("left_wrist", "right_wrist", "left_hip", "right_hip"),
        *("left_knee", "right_knee", "left_ankle", "right_ankle"),
    ),
    (
        *(("nose", "left_eye"), ("nose", "right_eye")),
        *_both(("eye", "ear")),
        *_TRUNK_AND_LIMBS,
    ),
    {
        "left_hand": ("left_wrist",),
        "right_hand": ("right_wrist",),
        "left_foot": ("left_ankle",),
        "right_foot": ("right_ankle",),
        "head": ("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
        **_PAIRS,
    },
    shipped=True,
)
"""The 17 joints of COCO (Lin et al., "Microsoft COCO", 2014). A hand is its wrist and a foot its
ankle: there are no fingers and no toes."""

BLAZEPOSE_33: Final = Skeleton(
    "blazepose_33",
    (
        *("nose", "left_eye_inner", "left_eye", "left_eye_outer"),
        *("right_eye_inner", "right_eye", "right_eye_outer", "left_ear", "right_ear"),
        *("mouth_left", "mouth_right", "left_shoulder", "right_shoulder"),
        *("left_elbow", "right_elbow", "left_wrist", "right_wrist"),
        *("left_pinky", "right_pinky", "left_index", "right_index", "left_thumb", "right_thumb"),
        *("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
        *("left_heel", "right_heel", "left_foot_index", "right_foot_index"),
    ),
    (
        *(("nose", "left_eye_inner"), ("nose", "right_eye_inner"), ("mouth_left", "mouth_right")),
        *_both(("eye_inner", "eye"), ("eye", "eye_outer"), ("eye_outer", "ear")),
        *_TRUNK_AND_LIMBS,
        *_both(("wrist", "pinky"), ("wrist", "index"), ("pinky", "index"), ("wrist", "thumb")),
        *_both(("ankle", "heel"), ("heel", "foot_index"), ("ankle", "foot_index")),
    ),
    {
        "left_hand": ("left_wrist", "left_pinky", "left_index"),
        "right_hand": ("right_wrist", "right_pinky", "right_index"),
        "left_foot": ("left_ankle", "left_heel", "left_foot_index"),
        "right_foot": ("right_ankle", "right_heel", "right_foot_index"),
        "head": ("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
        **_PAIRS,
    },
    depth=True,
    shipped=True,
)
"""The 33 points of BlazePose (Bazarevsky et al., 2020), named as MediaPipe names them."""

_FINGERS: Final = ("index_finger", "middle_finger", "ring_finger", "pinky")
_THUMB: Final = ("thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip")
_KNUCKLES: Final = tuple(f"{finger}_mcp" for finger in _FINGERS)

HAND_21: Final = Skeleton(
    "hand_21",
    (
        *("wrist", *_THUMB),
        *(f"{finger}_{joint}" for finger in _FINGERS for joint in ("mcp", "pip", "dip", "tip")),
    ),
    (
        *_chain("wrist", *_THUMB),
        *(
            bone
            for finger in _FINGERS
            for bone in _chain(*(f"{finger}_{joint}" for joint in ("mcp", "pip", "dip", "tip")))
        ),
        *_chain("wrist", *_KNUCKLES, "wrist"),
    ),
    {
        "palm": ("wrist", *_KNUCKLES),
        "fingertips": ("thumb_tip", *(f"{finger}_tip" for finger in _FINGERS)),
    },
    depth=True,
    ruler=("wrist", "middle_finger_mcp"),
    span=2.0,
    shipped=True,
)
"""The 21 points of a hand (Zhang et al., "MediaPipe Hands", 2020), named as MediaPipe names them.
Its ruler is the palm; thumb and little finger spread are about two of that apart."""

_FACE_NAMES: Final = {
    1: "nose_tip",
    10: "forehead",
    152: "chin",
    234: "right_cheek",
    454: "left_cheek",
    33: "right_eye_outer",
    133: "right_eye_inner",
    159: "right_eye_top",
    145: "right_eye_bottom",
    263: "left_eye_outer",
    362: "left_eye_inner",
    386: "left_eye_top",
    374: "left_eye_bottom",
    105: "right_eyebrow",
    334: "left_eyebrow",
    61: "mouth_right",
    291: "mouth_left",
    13: "lip_top",
    14: "lip_bottom",
}
# Contours of MediaPipe's face mesh, as rows of points.
_FACE_CONTOURS: Final[Sequence[Sequence[int]]] = (
    (
        *(10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377),
        *(152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10),
    ),
    (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291),
    (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291),
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
)


def _face_point(number: int) -> str:
    return _FACE_NAMES.get(number, f"{UNNAMED}{number}")


FACE_468: Final = Skeleton(
    "face_468",
    tuple(map(_face_point, range(468))),
    tuple(bone for line in _FACE_CONTOURS for bone in _chain(*map(_face_point, line))),
    {
        "left_eye": ("left_eye_outer", "left_eye_inner"),
        "right_eye": ("right_eye_outer", "right_eye_inner"),
        "mouth": ("mouth_left", "mouth_right"),
        "lips": ("lip_top", "lip_bottom"),
    },
    depth=True,
    ruler=("left_eye_outer", "right_eye_outer"),
    shipped=True,
)
"""The 468 points of MediaPipe's face mesh (Kartynnik et al., 2019). Most have but a number; bones
are the contours of face, lips and eyes. Its ruler is from the outer corner of an eye to that of the
other."""

FLOOR: Final = Skeleton("floor", ("feet",), shipped=True, metres=True)
"""Where somebody stands on a floor: one point, in metres."""

THING: Final = Skeleton("thing", ("feet", "head"), parts={"hips": ("feet", "head")}, shipped=True)
"""The box of a thing by the words for bodies: the middles of its lower and its upper edge."""
