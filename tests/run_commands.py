"""Run calls of the command line one after another in this process; print what failed, as JSON.

Reads {name: {"folder": path, "calls": [words, ...]}} from standard input. The calls of one name run
in its folder, in order, and the first that fails ends them.
"""

import json
import os
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path

import click

from microbatt.cli.commands import main


def expanded(word):
    """Return the files that a word stands for, as a shell does; or the word."""
    named = "*" in word and not Path(word).is_absolute()
    return sorted(str(one) for one in Path().glob(word)) if named else [word]


def run(folder, calls):
    """Return what went wrong with the first call that failed; empty if none did."""
    os.chdir(folder)
    for call in calls:
        words = [one for word in call for one in expanded(word)]
        try:
            with redirect_stdout(sys.stderr):
                main(["--debug", *words], prog_name="microbatt", standalone_mode=False)
        except (Exception, click.exceptions.Exit):  # noqa: BLE001 - whatever it is, the test tells
            return f"microbatt {' '.join(words)}\n{traceback.format_exc()}"
    return ""


if __name__ == "__main__":
    pages = json.load(sys.stdin)
    print(json.dumps({name: run(**pages[name]) for name in sorted(pages)}))  # noqa: T201
