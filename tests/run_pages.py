"""Run programs one after another in this process; print what went wrong with each, as JSON.

Reads {name: path} from standard input. Each runs in its own folder with its own names.
"""

import json
import os
import runpy
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path


def run(path):
    """Return the trace of the error that a program ended with; empty if there was none."""
    from matplotlib import pyplot as plt

    os.chdir(Path(path).parent)
    try:
        with redirect_stdout(sys.stderr):
            runpy.run_path(path, run_name="__main__")
    except Exception:  # noqa: BLE001 - whatever it is, the test tells it
        return traceback.format_exc()
    finally:
        plt.close("all")
    return ""


if __name__ == "__main__":
    programs = json.load(sys.stdin)
    print(json.dumps({name: run(programs[name]) for name in sorted(programs)}))  # noqa: T201
