"""The command ``sensorium``: its commands, and its exit status."""

from __future__ import annotations

import faulthandler
import logging
import signal
from typing import Final, NoReturn

import typer

from engine.commands.ending import AT_THE_END, CANNOT_PLAY, INTERRUPTED, OUR_FAULT
from engine.commands.group import CommandGroup
from engine.commands.hang_watch import HangWatch
from engine.core.box_errors import Interrupted
from engine.core.errors import SensoriumError, describe_error
from engine.core.os_errors import describe_os_error
from engine.system.standard_streams import flush_standard_streams, open_standard_streams
from engine.terminal.log import StderrHandler, logged

_STDERR: Final = 2

app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def sensorium() -> None:
    """Gives a performer's computer eyes and ears."""


def main() -> None:
    """Run the command; exit with 0, 2 for what cannot be played, 1 for our own fault.

    Ctrl-C is heard while the watch runs; before, and while the command leaves, it ends the program
    without a word.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    open_standard_streams()
    faulthandler.enable(file=_STDERR)  # a library that crashes takes us with it: say where
    with AT_THE_END:
        AT_THE_END.callback(flush_standard_streams)
        AT_THE_END.enter_context(logged(StderrHandler()))
        _run()


def _run() -> None:
    try:
        with HangWatch():
            app()
    except Interrupted:  # as the watch begins: from a command it comes out as SystemExit
        raise SystemExit(INTERRUPTED) from None
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):
            raise
        # Whoever reads has seen enough, as in "sensorium nodes | head".
    except OSError as error:
        _fail(describe_os_error(error), CANNOT_PLAY)
    except SensoriumError as error:
        _fail(str(error), CANNOT_PLAY)
    except Exception as error:
        logging.getLogger("sensorium").debug("", exc_info=True)
        _fail(f"a mistake of Sensorium itself: {describe_error(error)}", OUR_FAULT)


def _fail(message: str, status: int) -> NoReturn:
    logging.getLogger("sensorium").error("%s", message)
    raise SystemExit(status)
