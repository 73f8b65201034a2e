"""The command ``microbatt``: its subcommands, its errors and its exit codes.

Exit codes: 0 done; 1 the work failed; 2 bad input; 3 an error that nobody foresaw;
4 an answer that should not be used; 130 interrupted; 141 nobody reads the output.
"""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Final, NoReturn, TextIO

import click
from click.shell_completion import CompletionItem

from microbatt.checks import suggestion
from microbatt.errors import (
    CampaignError,
    MeasurementError,
    MicrobattError,
    OccupiedError,
    ParameterError,
)
from microbatt.shadowing import shadows_told


@dataclass(frozen=True, slots=True)
class Entry:
    """A subcommand that is imported when it is asked for."""

    module: str
    """Where it is defined, as ``command``."""
    line: str
    """What it does, for the list of commands."""


SECTIONS: Final = {
    "Begin": {
        "demo": Entry("microbatt.cli.demo", "Show all of it on a cell of today."),
    },
    "Simulate": {
        "cells": Entry("microbatt.cli.cells", "List the cells of the catalog."),
        "discharge": Entry("microbatt.cli.discharge", "Simulate a cell and show its curves."),
        "simulate": Entry("microbatt.cli.simulate", "Run any protocol: charge, rest, pulse, hold."),
        "compare": Entry("microbatt.cli.compare", "Compare engines on the same random points."),
    },
    "Sweeps and their cubes": {
        "run": Entry("microbatt.cli.run", "Run a campaign into a cube, or go on with it."),
        "datasets": Entry("microbatt.cli.datasets", "List the cubes of the catalog."),
        "status": Entry("microbatt.cli.status", "Show how far a campaign is."),
        "check": Entry("microbatt.cli.check", "Find damage in a cube and repair it."),
        "publish": Entry("microbatt.cli.publish", "Write a cube ready to be archived."),
        "import": Entry("microbatt.cli.import_", "Make a cube of curves that exist already."),
    },
    "From curves to microstructure": {
        "read": Entry("microbatt.cli.read", "Show what is in files of a tester."),
        "infer": Entry("microbatt.cli.infer", "Estimate alpha and S from measured curves."),
        "design": Entry("microbatt.cli.design", "Propose the currents worth measuring."),
        "map": Entry("microbatt.cli.map", "Join to a cube how well alpha and S can be known."),
        "train": Entry("microbatt.cli.train", "Train a network on a cube."),
        "predict": Entry("microbatt.cli.predict", "Join a network's predictions to a cube."),
        "score": Entry("microbatt.cli.score", "Score the predictions in a cube."),
    },
    "Look": {
        "explore": Entry("microbatt.cli.explore", "Look at a cube in the browser."),
        "figures": Entry("microbatt.cli.figures", "Draw every figure of the published work."),
        "plot": Entry("microbatt.cli.plot", "Draw a cube's curves into a picture."),
    },
    "dualfoil": {
        "deck": Entry("microbatt.cli.deck", "Show decks, and convert them to cells and back."),
        "dualfoil-compatible": Entry(
            "microbatt.cli.dualfoil_compatible", "Stand in for dualfoil's executable."
        ),
    },
    "This installation": {
        "doctor": Entry("microbatt.cli.doctor", "Show what it has, for a bug report."),
    },
}
"""Heading of the list → subcommand → where it is and what it does."""

COMMANDS: Final = {name: entry for one in SECTIONS.values() for name, entry in one.items()}


class WorkFailed(click.ClickException):
    """What was asked made sense, and could not be done."""

    exit_code = 1


class BadInput(click.ClickException):
    """What was asked does not make sense."""

    exit_code = 2


class Unforeseen(click.ClickException):
    """A mistake of the program."""

    exit_code = 3


class NotToBeUsed(click.ClickException):
    """The work was done, and its answer says of itself that it should not be used."""

    exit_code = 4


class Interrupted(click.ClickException):
    """Somebody pressed Ctrl-C, or asked the process to terminate."""

    exit_code = 130


UNREAD: Final = 141
"""Exit code where nobody reads the output any more, as of Unix tools that ``head`` ends."""


def silence(stream: TextIO) -> None:
    """Let what is still to be written to a stream go nowhere."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):  # it is no file, or closed
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


class LateGroup(click.Group):
    """A group that imports a subcommand when it is asked for, and tells errors in a sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the subcommands, for the help and for completion."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a subcommand by name; `None` if there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name].module).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the subcommand that is asked for; an unknown one is answered with the nearest."""
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            ctx.fail(f"`{args[0]}` is no command. {suggestion(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the subcommands with their lines, without importing any; then the options."""
        commands = [
            CompletionItem(name, help=entry.line)
            for name, entry in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return commands + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the subcommands under their headings, without importing any."""
        del ctx
        widest = max(map(len, COMMANDS))
        for heading, entries in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(widest), entry.line) for name, entry in entries.items()]
                )

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; unless ``--debug`` is given, tell what went wrong in a sentence."""
        try:
            with _stopped_alike() as stopped:
                if ctx.params.get("debug"):
                    return super().invoke(ctx)
                return self._in_sentences(ctx, stopped)
        except BrokenPipeError:
            silence(sys.stdout)
            raise SystemExit(UNREAD) from None

    def _in_sentences(self, ctx: click.Context, stopped: threading.Event) -> object:
        try:
            with _warnings_in_sentences():
                return super().invoke(ctx)
        except BrokenPipeError:
            raise
        except KeyboardInterrupt as error:
            raise Interrupted("interrupted") from error
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            if stopped.is_set():  # what an import or an extension makes of the interrupt
                raise Interrupted("interrupted") from error
            raise in_a_sentence(error) from error


class Stopped(KeyboardInterrupt):
    """Ctrl-C, or a request to terminate such as a batch system's.

    Of a plain `KeyboardInterrupt` that arises within ``exec``, as while a module of dataclasses is
    imported, Python 3.11 remembers that nobody caught it, and ends by a signal whoever did.
    """


@contextmanager
def _stopped_alike() -> Iterator[threading.Event]:
    """Treat a request to terminate like Ctrl-C, and tell whether one came.

    What is ignored already stays so. Code that is interrupted may raise an error of its own in
    place of `Stopped`, as Python 3.11 does within ``__set_name__``.
    """
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # which alone hears of signals
        yield stopped
        return

    def stop(number: int, frame: object) -> NoReturn:
        del number, frame
        stopped.set()
        raise Stopped

    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM)
        if (handler := signal.getsignal(number)) in usual
    }
    for number in before:
        signal.signal(number, stop)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _warnings_in_sentences() -> Iterator[None]:
    """Show what a warning says and not where in the code it arose."""
    usual = warnings.formatwarning

    def sentence(
        message: Warning | str, category: type[Warning], *place: object, **more: object
    ) -> str:
        if category is UserWarning:
            return f"Warning: {message}\n"
        return usual(message, category, *place, **more)  # type: ignore[arg-type]

    warnings.formatwarning = sentence
    try:
        yield
    finally:
        warnings.formatwarning = usual


def in_a_sentence(error: Exception) -> click.ClickException:
    """Return what the command line says of an error, with its exit code.

    Examples
    --------
    >>> in_a_sentence(FileNotFoundError(2, "No such file or directory", "a/b.png")).message
    'a/b.png: No such file or directory. Check the path and its permissions.'
    >>> in_a_sentence(ParameterError("`S` is 0; it must lie in [0.01, 1000].")).exit_code
    2
    """
    if isinstance(error, (ParameterError, CampaignError, MeasurementError, OccupiedError)):
        return BadInput(str(error))
    if isinstance(error, OSError) and error.filename and not isinstance(error, MicrobattError):
        return WorkFailed(
            f"{error.filename}: {error.strerror}. Check the path and its permissions."
        )
    if isinstance(error, (MicrobattError, OSError)):
        return WorkFailed(str(error))
    shadows = shadows_told(error)
    if shadows:
        return WorkFailed(f"{type(error).__name__}: {error}. {shadows}")
    return Unforeseen(
        f"{type(error).__name__}: {error}. This was not foreseen: run `microbatt --debug ...` to "
        "see where it happened, and report it."
    )


@click.group(
    cls=LateGroup,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
    epilog="Example: microbatt discharge doyle-1996-cell-1 --current 17.5 --plot curve.png",
)
@click.version_option(package_name="microbatt")
@click.option("--debug", is_flag=True, help="Show the whole trace of an error.")
def main(*, debug: bool) -> None:
    """Discharge curves of lithium-ion cells across electrode microstructure.

    `microbatt COMMAND --help` explains one command. Exit codes: 0 done, 1 the work failed, 2 bad
    input, 3 an error that nobody foresaw, 4 an answer that should not be used, 130 interrupted.
    """
    del debug  # read by LateGroup.invoke
