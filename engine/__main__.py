"""The command ``sensorium``, also by ``python -m engine``: what is loaded first."""

from __future__ import annotations

try:
    import signal
except KeyboardInterrupt:  # this early Python prints where it was
    raise SystemExit(130) from None


def main() -> None:
    """Load the commands, and run the one that is asked for.

    Ctrl-C while they are loaded ends the program without a word; then ``engine.cli`` decides.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from engine.cli import main as run  # noqa: PLC0415

    run()


if __name__ == "__main__":
    main()
