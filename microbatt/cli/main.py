"""The command ``microbatt``: its subcommands, its errors and its exit codes.

Exit codes: 0 done; 1 the work failed; 2 bad input; 3 an error that nobody foresaw;
130 interrupted.
"""

from importlib import import_module

import click

from microbatt.errors import CampaignError, MicrobattError, ParameterError

COMMANDS = {
    "cells": "microbatt.cli.cells",
    "check": "microbatt.cli.check",
    "compare": "microbatt.cli.compare",
    "deck": "microbatt.cli.deck",
    "design": "microbatt.cli.design",
    "discharge": "microbatt.cli.discharge",
    "doctor": "microbatt.cli.doctor",
    "dualfoil-compatible": "microbatt.cli.dualfoil_compatible",
    "explore": "microbatt.cli.explore",
    "figures": "microbatt.cli.figures",
    "import": "microbatt.cli.import_",
    "infer": "microbatt.cli.infer",
    "map": "microbatt.cli.map",
    "plot": "microbatt.cli.plot",
    "predict": "microbatt.cli.predict",
    "run": "microbatt.cli.run",
    "score": "microbatt.cli.score",
    "status": "microbatt.cli.status",
    "train": "microbatt.cli.train",
}
"""Subcommand → module that defines it as ``command``, imported when it is asked for."""


class WorkFailed(click.ClickException):
    """What was asked made sense, and could not be done."""

    exit_code = 1


class BadInput(click.ClickException):
    """What was asked does not make sense."""

    exit_code = 2


class Unforeseen(click.ClickException):
    """A mistake of the program."""

    exit_code = 3


class Interrupted(click.ClickException):
    """Somebody pressed Ctrl-C."""

    exit_code = 130


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
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; unless ``--debug`` is given, tell what went wrong in a sentence."""
        if ctx.params.get("debug"):
            return super().invoke(ctx)
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise Interrupted("interrupted") from error
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except Exception as error:
            raise in_a_sentence(error) from error


def in_a_sentence(error: Exception) -> click.ClickException:
    """Return what the command line says of an error, with its exit code.

    Examples
    --------
    >>> in_a_sentence(ParameterError("`S` is 0; it must lie in [0.01, 1000].")).exit_code
    2
    """
    if isinstance(error, (ParameterError, CampaignError)):
        return BadInput(str(error))
    if isinstance(error, (MicrobattError, OSError)):
        return WorkFailed(str(error))
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
    """Discharge curves of lithium-ion cells across electrode microstructure."""
    del debug  # read by LateGroup.invoke
