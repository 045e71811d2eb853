"""Python runs this as a process begins that finds this folder: it is delayed by chance.

See ``tests.delays``, which puts the folder on the path of the processes that tests begin.
"""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

spec = spec_from_file_location("chance_delays", Path(__file__).parents[1] / "chance_delays.py")
assert spec is not None and spec.loader is not None
delays = module_from_spec(spec)
spec.loader.exec_module(delays)
delays.begin_as_child()
