"""The command in this process: for what ends by itself, and for which a process proves no more."""

from __future__ import annotations

import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest

from engine.cli import main


class Done(NamedTuple):
    """How a command ended: its exit status, and what it said."""

    status: object
    out: str
    err: str


def run_here(*words: object, folder: Path | str = ".") -> Done:
    """Run the command as it is typed in a folder."""
    out, err = StringIO(), StringIO()
    with (
        pytest.MonkeyPatch.context() as patching,
        chdir(folder),
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        patching.setattr(sys, "argv", ["sensorium", *map(str, words)])
        main()
    return Done(end.value.code, out.getvalue(), err.getvalue())
