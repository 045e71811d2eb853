"""What tells kick, snare and hat apart: two small layers, learned from drums.

Written by ``engine/lab/bench/rig/drum_lessons``, which says from what. Of our own making: no
recording is in them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEATURES: Final = 27
UNITS: Final = 24


@dataclass(frozen=True)
class Weights:
    """``first`` float64 (FEATURES, UNITS), ``second`` (UNITS + 1, 3)."""

    first: NDArray[np.float64]
    second: NDArray[np.float64]


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Return the weights."""
    values = np.frombuffer(base64.b64decode(_TEXT), "<f2").astype(np.float64)
    first = values[: FEATURES * UNITS].reshape(FEATURES, UNITS)
    return Weights(first, values[FEATURES * UNITS :].reshape(UNITS + 1, 3))


_TEXT: Final = (
    "xi0MIOK3pDTxsHcdKa0IMSW1kTgZPca1S7XJuaY25y6Ks9ioC6mlNTqtWjReuHGvHC/Wrc217rK5PO+8Fi+rNI24mzpm"
    "Pdg4XzoEtOO4CbmipQM4WC0CMAovUrjTPV21vbXoMpCt0LmWNfa4q6zqsDS7GyvjuHYwFjOcMh24HTSQLO85Hb4Ftty0"
    "WKz3McA7+rYIOEs4JSw+tD+yFLCXuwu3LrT2uF85f7gjrXi/tDkOM284jrsVuAO1KbYduOEqpaqIKjm2JzwEOxq93bTk"
    "JT43aqv5tzk5UzjXsC67ora7s8iwXz4rsO4ol7VZsF40ArSjrkW5ETx7rUo08ij0OA22UjWxNfqkMjUqtvWo0bJjtFo4"
    "DSXlMea1ULr0t7Iy9SwHt0u5sLQbsXE6g7RPuuA3DKtRJwIwmzbDsfW1cbZNu4IqbbhcOUyuajj3LtK6Yi9LsW0yJTs7"
    "sQ04B7QIsyo7o7MRtzwyj6K1NuioWinLuIg0YLTAM6u3GzhvrNgwtiBWsW2w1zrQtcEyoa3ANBMoZzHeMRixKq7FsYOz"
    "tTL6u04tv7csOBS7VjcSNaOmOiSwtdIyZiqVutOwEq70sTu1ka6Isimz67gWs3A2vjREsfS2ajfWJye2fLRfMCg0bLLW"
    "LzSm2br0uH+tRrBLt/wsMbdtMoO07LrupSs63bUqLdG4YDWpoEUr3zT8rHW4C6hXt8IvPbretO8suLOPtJ47aLkENFWw"
    "g7RBKJw5RijUMv+0MrQJpAg7wDk4sc2ueaoiu9I4ubi2t8srB6mjtHu4g7Vnsca32runszk+SjLsLBsyXSypvI44Izuf"
    "tN24NzLtMKI4E6mBLqy0cKqPMdOxWbP0srY0nbb4uCe84TOJs900fbFsMGcwojkuvzomaTiPN3szkTKyN3C1nzY4tPcw"
    "tjaOKvu1rDzWqN47VjMCNB8tZ6ZnsL+u46fxwU2+AzVNtF84IrUgMYisZyqVODm1sDBPuMM4RbteNe40GTCJsaOxFrjY"
    "KmMrb7FKwmizfLFENROwCKoQueUueDLMsy6xBLKtNV0y/bjbK2+9Kzk7MuI36Cw4J4C1rDnmv1+0XzoROTUuqzLWLoy4"
    "GK4StmAtBq76mKM3vTpuqcqpcLACtmsu0zqvuSI2KbXbr982gjjUrv0sVTWoLUI4Hzr/M1y2TzOMn9k4IjhhswC3l7kU"
    "uWE1c64gNQQsk5quqhIydDUwqVQnLDG4Onc5M7iBOe862iq5ORs8t7rRIrO4EiyEtykzmjN0OqG0NbGlNbw0NLZ4nicw"
    "DTQZLbc8IrBJsEg10TIYsjQyOTfaNBIy9zFoMWsv7bYfM/i1/DOLFVg1xDXJuG+2bDcnMIAzaTlQNFWxvTaktNEribgf"
    "uAE4RDbYtf4x0BzyMFm9GixWsyIwrSAEqPwy1a5ptxcxvzZitX2q9jSbMNIxOsDBHWiynzBENbu45zVIN7a3HrE/NBS0"
    "fbawNpC1YLkHHEUwK79UuR2ugbzKMh83QrtpO7g0P7hAOp61hjIMuvC7KjHtq6yrxir6Kx6yeL1oOq4lzcHotRA5WK4G"
    "MLU0XzINtj41a7glOPmzTrpAt6o91zoVMR8ryTCwt7IxbjyusFG5fMOSLm+zmDNoM0k4pjXwtGO0kzofuDE2EjdkvI0+"
    "qrSKOW00kTRKwMg1gK4+vgY4Yb/Msm259DbMOzkxF7yLNCQ6PjiDtBk83blDOwe+rDavNlkqWDi0t5Uxc7V0tUS+g7bu"
    "OPw1nsCPPg42IjRzuR65FcD+NkgkPLx6v5HAXTxFuh44WEK9viA51jXDuzw71KrzPagrujkGMvuyQr1Ntc8vV7SdMz+0"
    "9qwCwmG5sLQQN/s6RbPdK963+TZusDM66r8RPek0ETlZPRq/wTM4vkpBhbr7tEK3H8HeMpw6+jhIuD83oC+dMcCx"
)
