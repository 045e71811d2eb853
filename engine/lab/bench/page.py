"""Writes the rows of a bench onto a page, such as docs/benchmarks.md, in place of the old ones.

What is between ``<!-- bench NAME -->`` and ``<!-- end NAME -->`` is replaced; the rest of the page
is left alone. A page without these marks gets them at its end.
"""

from __future__ import annotations

import datetime
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("onnxruntime", "numpy", "opencv-python-headless", "python-osc")


def write_section(page: Path, name: str, short: bool, table: str) -> None:
    """Write the table of a bench, in Markdown, on a page, with date, machine and command."""
    written = page.read_text(encoding="utf-8") if page.exists() else ""
    text = written or "# Benchmarks\n"
    begin, end = f"<!-- bench {name} -->", f"<!-- end {name} -->"
    if begin not in text or end not in text:
        text += f"\n## {name}\n\n{begin}\n{end}\n"
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    section = f"\n{_circumstances(name, short)}\n\n{table}"
    page.write_text(f"{before}{begin}{section}{end}{after}", encoding="utf-8")


def _circumstances(name: str, short: bool) -> str:
    date = datetime.datetime.now(tz=datetime.UTC).date()
    command = f"sensorium bench {name}" + (" --short" if short else "")
    return f"{date}, {machine()}: `{command}`"


def machine() -> str:
    """Return the description of this machine: processor, cores, system, and versions."""
    cores = os.cpu_count() or 1
    versions = ", ".join(f"{package} {_version(package)}" for package in _PACKAGES)
    system = f"{platform.system()} {platform.machine()}"
    return (
        f"{_processor()}, {cores} cores, {system}, Python {platform.python_version()}, {versions}"
    )


def _processor() -> str:
    """Return the name of the processor, as the system reports it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
