"""Run programs one after another in this process; print what came of each, as JSON.

Reads {name: path} from standard input. Each runs in its own folder with its own names.
"""

import io
import json
import os
import runpy
import sys
import traceback
from contextlib import redirect_stdout
from pathlib import Path


def run(path):
    """Return what a program printed, and the trace of the error that it ended with, if any."""
    from matplotlib import pyplot as plt

    os.chdir(Path(path).parent)
    said, error = io.StringIO(), ""
    try:
        with redirect_stdout(said):
            runpy.run_path(path, run_name="__main__")
    except Exception:  # noqa: BLE001 - whatever it is, the test tells it
        error = traceback.format_exc()
    finally:
        plt.close("all")
    return {"said": said.getvalue(), "error": error}


if __name__ == "__main__":
    programs = json.load(sys.stdin)
    print(json.dumps({name: run(programs[name]) for name in sorted(programs)}))  # noqa: T201
