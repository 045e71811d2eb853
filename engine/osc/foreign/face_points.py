"""Faces of 66 and of 76 points, by the nearest of the 468 of MediaPipe's mesh.

Left and right are those of the picture in ``SARAGIH_66``, as in its paper's figures, and the
person's own in ``VISION_76``. ``docs/receivers/layouts.md`` shows both as tables.
"""

from __future__ import annotations

from typing import Final

NONE: Final = -1
"""A point of another tool that the mesh does not have."""

SARAGIH_66: Final[tuple[int, ...]] = (
    # 0 to 16: the jaw, from the left of the picture
    *(127, 234, 93, 132, 58, 136, 149, 148, 152, 377, 378, 365, 288, 361, 323, 454, 356),
    # 17 to 21 and 22 to 26: the brows
    *(70, 63, 105, 66, 107),
    *(336, 296, 334, 293, 300),
    # 27 to 30: the bridge of the nose; 31 to 35: its base
    *(168, 197, 5, 4),
    *(75, 97, 2, 326, 305),
    # 36 to 41 and 42 to 47: the eyes
    *(33, 160, 158, 133, 153, 144),
    *(362, 385, 387, 263, 373, 380),
    # 48 to 59: the outer lips; 60 to 65: the inner ones, without their corners
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),
    *(82, 13, 312, 317, 14, 87),
)
"""The points of FaceTracker (Saragih, Lucey and Cohn, 2011), which FaceOSC sends: those of iBUG's
68 without the inner corners of the mouth."""

VISION_76: Final[tuple[int, ...]] = (
    # 0 to 3 and 4 to 7: the brows, from outside
    *(70, 105, 66, 107),
    *(300, 334, 296, 336),
    # 8 to 15 and 16 to 23: the eyes, from the outer corner over the top
    *(33, 161, 159, 157, 133, 154, 145, 163),
    *(263, 388, 386, 384, 362, 381, 374, 390),
    # 24 to 33: the outer lips; 34 to 39: the inner ones
    *(61, 40, 37, 267, 270, 291, 321, 314, 84, 91),
    *(78, 82, 312, 308, 317, 87),
    # 40 to 50: the contour of the face
    *(234, 132, 172, 150, 176, 152, 400, 379, 397, 361, 454),
    # 51 to 59: the nose and its crest; 60 to 62: the median line
    *(193, 48, 64, 98, 2, 327, 294, 278, 417),
    *(168, 4, 17),
    # 63, 64: the pupils; 65 to 75: never filled by VisionOSC either
    *(NONE, NONE),
    *([NONE] * 11),
)
"""The points of Apple's Vision, revision 2, in the order that VisionOSC's source names. The order
within each part was not compared with Apple's own, which is not published."""
