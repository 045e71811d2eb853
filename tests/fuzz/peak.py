"""How much memory this process has had at most."""

from __future__ import annotations

import re
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak_mib() -> int:
    """Return the most memory of this process so far, in MiB.

    Where the system says it of the program itself: ``ru_maxrss`` begins with the memory of the
    process that began this one.
    """
    if _STATUS.exists() and (most := re.search(r"VmHWM:\s+(\d+)", _STATUS.read_text())):
        return int(most[1]) >> 10
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
