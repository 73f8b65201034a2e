"""How long the explorer's first view and a tap take on the server.

``python -m tests.benchmarks.explorer_views [CUBE]``: the cube is a path or a name of the catalog.
The first view is everything from opening the store to the document as the browser gets it; a tap
is everything from its coordinates to the message with the new curves. Imports are not counted.
On a machine that other work keeps busy, CPU time tells more than the clock.
"""

import gc
import sys
import time

import numpy as np
from bokeh.document import Document
from bokeh.protocol import Protocol
from panel.io.state import set_curdoc

from microbatt.__main__ import COLLECTOR
from microbatt.explorer import CubeSource, Explorer, opener
from microbatt.explorer.serving import warm_up

VIEWS = 5
TAPS = 200


def first_view(reopen):
    """Return an explorer, its document and how long they took [s]."""
    start = _now()
    explorer = Explorer(CubeSource(reopen))
    document = Document()
    explorer.view.server_doc(document)
    Protocol().create("PULL-DOC-REPLY", "request", document).content  # noqa: B018 - serialises
    return explorer, document, _now() - start


def tap_times(explorer, document):
    """Return how long each of many taps all over the plane takes [s]."""
    plane = explorer._source.plane
    chosen = np.random.default_rng(1).choice(plane.x.size, TAPS)
    times = []
    for number in chosen:
        sent = []
        document.on_change(sent.append)
        start = _now()
        with set_curdoc(document):  # as a server does
            explorer.scene._tap(plane.x[number], plane.y[number])
        if sent:
            Protocol().create("PATCH-DOC", sent).content  # noqa: B018 - serialises
        times.append(_now() - start)
        document.remove_on_change(sent.append)
        document.callbacks._change_callbacks.clear()
    return times


def _now():
    """Return wall-clock and CPU time [s]."""
    return np.array([time.perf_counter(), time.process_time()])


def main(cube="published-sweep"):
    gc.set_threshold(*COLLECTOR)  # as the command does
    reopen = opener(cube)
    warm_up(CubeSource(reopen))  # as `microbatt explore` does before it serves
    views = [first_view(reopen) for _ in range(VIEWS)]
    seconds = np.array([view[-1] for view in views])
    explorer, document, _ = views[-1]
    milliseconds = 1e3 * np.array(tap_times(explorer, document))
    print(f"{cube}, {explorer._source.status.size} curves")
    for column, kind in enumerate(("clock", "CPU")):
        view, tap = seconds[:, column], milliseconds[:, column]
        print(
            f"{kind:<6} first view: median {np.median(view):.2f} s, worst {view.max():.2f} s of "
            f"{VIEWS}; tap: median {np.median(tap):.1f} ms, 95 % {np.percentile(tap, 95):.1f} ms, "
            f"worst {tap.max():.1f} ms of {TAPS}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
