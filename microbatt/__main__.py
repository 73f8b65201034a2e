"""The process of the command ``microbatt``, and of ``python -m microbatt``."""

import gc

from microbatt.cli.commands import main

COLLECTOR = (50_000, 20, 20)
"""Thresholds of the garbage collector in every command."""


def command_line() -> None:
    """Run the command, with a garbage collector that lets modules load and processes end.

    By Python's own thresholds it looks through all that was imported dozens of times while more
    is imported, and once more at the end: a quarter of the time of a short command.
    """
    gc.set_threshold(*COLLECTOR)
    try:
        main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    command_line()
