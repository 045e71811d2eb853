"""The CPU time of this process and all its descendants."""

from __future__ import annotations

from contextlib import suppress

import psutil


def cpu_seconds() -> float:
    """Return the seconds so far; a process that has ended counts once it was waited for."""
    us = psutil.Process()
    of_us = us.cpu_times()
    taken = of_us.user + of_us.system + of_us.children_user + of_us.children_system
    for each in us.children(recursive=True):
        with suppress(psutil.Error):  # gone since
            of_each = each.cpu_times()
            taken += of_each.user + of_each.system
    return taken
