"""The options of a command that serves a page, in the same words for each."""

from __future__ import annotations

from typing import Annotated

import typer

PagePort = Annotated[int, typer.Option(help="its port", min=1, max=65535)]
PageHost = Annotated[
    str, typer.Option(help="who reaches it: 127.0.0.1 this machine, 0.0.0.0 the network")
]
PageToken = Annotated[
    str, typer.Option(help="what a phone must know to open it; made up if not said")
]
