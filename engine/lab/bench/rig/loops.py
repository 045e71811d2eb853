"""The recorded loops that ``bench beat`` is held to, chosen before anything was tuned.

All are of the Debian package ``sonic-pi-samples``, and CC0. A loop is cut to whole beats, so its
tempo is its length: 60 times its beats, over its seconds. The beats were counted from the lengths,
as what makes a usual tempo, and not by ear; twice or half as many is right but for an octave.

Left out, because nobody could say where a beat is: ``loop_3d_printer`` (a printer's noises) and
``loop_drone_g_97`` (a held tone), which must find no beat.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = Path("/usr/share/sonic-pi/samples")
REMEDY: Final = "apt-get install sonic-pi-samples"

BEATS: Final = {
    "loop_amen": 4,
    "loop_amen_full": 16,
    "loop_breakbeat": 4,
    "loop_compus": 16,
    "loop_electric": 4,
    "loop_garzul": 16,
    "loop_industrial": 2,
    "loop_mehackit1": 4,
    "loop_mehackit2": 4,
    "loop_mika": 16,
    "loop_perc1": 4,
    "loop_perc2": 4,
    "loop_safari": 16,
    "loop_tabla": 16,
    "loop_weirdo": 8,
}
"""How many beats each has: 137, 140, 126, 148, 97, 120, 136, 97, 97, 120, 97, 97, 120, 90, 97 a
minute."""
BEATLESS: Final = ("loop_drone_g_97", "ambi_choir", "ambi_drone", "ambi_piano", "ambi_glass_hum")
"""Sounds without a beat: whatever is sent while they play is wrong."""
AMEN: Final = {
    "kick": (0, 2, 10, 11),
    "snare": (4, 7, 9, 12, 15),
    "hat": (0, 2, 4, 6, 8, 10, 12, 14),
}
"""What is struck in ``loop_amen``, in sixteenths of its bar: the pattern as it is commonly written
down, not by ear (its cymbal is a ride). What is played is up to 30 ms beside these."""
