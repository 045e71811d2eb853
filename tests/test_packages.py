"""Every package that we run, test or build with has an exact version in pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())


def pinned() -> dict[str, str]:
    """Map each package to its exact version on this machine."""
    lines = [Requirement(line) for line in PROJECT["tool"]["uv"]["constraint-dependencies"]]
    here = [line for line in lines if line.marker is None or line.marker.evaluate()]
    assert all(re.fullmatch(r"==[^*,]+", str(line.specifier)) for line in lines)
    return {canonicalize_name(line.name): str(line.specifier)[2:] for line in here}


def reached(lines: Iterable[str]) -> set[str]:
    """Follow requirements through everything that is installed."""
    found: set[str] = set()
    waiting = [(Requirement(line), "") for line in lines]
    while waiting:
        need, extra = waiting.pop()
        name = canonicalize_name(need.name)
        if need.marker and not need.marker.evaluate({"extra": extra}):
            continue
        extras = {"", *need.extras}
        if name in found and extras == {""}:
            continue
        found.add(name)
        for line in requires(name) or []:
            waiting += [(Requirement(line), each) for each in sorted(extras)]
    return found


def test_every_package_that_is_used_has_an_exact_version() -> None:
    groups = [line for group in PROJECT["dependency-groups"].values() for line in group]
    used = reached([*PROJECT["project"]["dependencies"], *groups])
    exact = pinned()
    assert used - exact.keys() == set(), "run .ci/refresh-versions"
    other = {name: version(name) for name in used if version(name) != exact[name]}
    assert other == {}, "run uv sync"
