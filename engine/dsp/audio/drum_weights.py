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
    "1QH9LJm0QbcdNqswU73IrwAAkrmRMBqwu7HOtAkomjRYIXwfnSM5NwAADbhTLKW1YgCKtFo1frgGNJK6vTiQNwAAvzZI"
    "OIG3erwaN8EytjoUtZSwghs7tAAAJ7mrth8+sgDDuuK0g7KHOMY0UD1stwAAGTVauQ61qTdkNq0xlzy0vNy2Wh/7MQAA"
    "xLpgtJMhBwA8qb6yXDLANRA4sDUcNgCAGLhcL403RD8GuagzBLd0vAC9FCLmPACA0rqzuX445QvXOu22jzDjtPYv6jit"
    "tgAAZ7C+Nt20fb/xMkA5pLdoMSW6nSZKpQAAZriKt5k6rxGCOqc0qTC4tFa0s7HKMAAAMqwEqQswabWDN1EwPTfuuBS4"
    "1CLBuAAADaS0oDm4SRbZONKv3Te2sYkyxzmdtgCAmqalIwS4rzo0sjaiWLjpK1u4zCEvswAAVDfCNAu7CxXoN1+7CTUU"
    "uZwuki5OLQCAQDGPs52yoTbNMbwyRDboNKi1HCOgsAAAqTSROc2uFhTaNKi0MTjMMny0hC2srwCANrMvtfaySrEqtYG0"
    "1bKUtdY2iiJIqQAA9ihON6GxWxE4NYG2zDaIr46t+bcaswAAQ7WFKie0JzXIujmwBS8VNug7QiTItgAAIDVINUy3cBGm"
    "uaq3bTMFun4eL7n3MgCAOLAKN7+k7DW5qLs0obw7LkU56SWpLwAAyTF5OCatphP5vI4vVrgmuOMxtbkYtQCA6TBHsUEs"
    "1zE+s2q0FraSN3k9ICC0sAAA5jPwsjK5xxKuskw4hbEYrFQvY7gwugCAXq8VK+02KbHDugi6+TQUsz08Rx6VtQAArzAn"
    "uqW5hZmopT86zboYMT45q7Z1OQCAILd0sqi3kTAeseA4zTTltEa8RpbPogAAZbZOLoe47Jn2sR4zdbVbtUM+5bSPGQCA"
    "GTyXumY3VrjzNfOk3bXOMDU8oaASMgCA57AoKgQ1RJxIMi8xB7cmOAs7UDUUPQCAJbTprZa1vCq+MNIvMDnuNxGsT6L7"
    "sACAcLk4LFK+GaCQLj+48jeVLtE6lra5OAAAOjW5Nic5dzp3um84j7KRva+8xKDgNgCAAzIut+W4jJxkrq01YjNJtCc0"
    "wTaWpgAAS66cNms1nblaNsE0YDKnKys03KgSOQCArCBssiQ2epiFMHSxDrCDNmC0qzjINACAJToQtTgxHDXosbQxLjIC"
    "sD6yR6dFtACA+jOOthqtIZqhsAywC6pqtyavMDYIPACAaLsqOZ66BqqNNts36DjfNWm0wh77sAAALjYwqBG4W5mPN28s"
    "bTRAuSWk56IPtgCAUjvhN2U1QjX1tKeuL7MZt0svZJUHngCASDLtNVWl25XyI6I2cTYeN/yuFLqlMQCAwKmlr/sy+bhY"
    "MVQvqjJKunc6cigEtgCAtDJApv6s2paEOA+2LTpBNKg0ii+crwCAfLorsnW4FjlksQw2QK/3NYGyc6E8OACAaifLOD4u"
    "FJZnuZ61ETd0LmU2/zFWMACAT8RUOjW6may5OR4vDboivr+6p6DrOgCAdji/N/YtxpTyuWE44rjhqRq1fjLwtQCAaMI4"
    "N9U1VLGYMPw1VqzYPKU0W6X/KgCAyyljvam0W5R5NAM6ebWYu/647KvDNQCAjsQlLNo4X7XcuTOxtjlzPN00hqMlvQCA"
    "ya7zu/m0Qol3MJA1qjT1v4S1Yr2wNwCAwLp/NASxLKwDwMCwATiZvcs8n5ahsQCAhDjZPOq2B6FjIXWp3sDhPpQ3Gy53"
    "uW03LTUwtzo+fTbpvcq9V7xyJE6h3jknvFm2FjywNsIoAIAAAAAAt786vni/p7nSOFi2EbsMqn83I8GXPb0wdCqEukO9"
    "CDhUsRC2OzgKuE88PLNvvN89g7x/wdQs2So/qMOosChNNge6xJy+ESsCW73NOJm3ci91MVrAdr26NWM366mtrHyv"
)
