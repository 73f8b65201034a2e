"""How long the explorer's first view and a tap take on the server.

``python -m tests.benchmarks.explorer_views [CUBE]``: the cube is a path or a name of the catalog.
The first view is everything from opening the store to the document as the browser gets it; a tap
is everything from its coordinates to the message with the new curves. Imports are not counted.
"""

import sys
import time
from statistics import median

import numpy as np
from bokeh.document import Document
from bokeh.protocol import Protocol

from microbatt.explorer.application import Explorer
from microbatt.explorer.opening import opener
from microbatt.explorer.source import CubeSource

VIEWS = 5
TAPS = 200


def first_view(reopen):
    """Return an explorer, its document and how long they took [s]."""
    start = time.perf_counter()
    explorer = Explorer(CubeSource(reopen))
    document = Document()
    explorer.view.server_doc(document)
    Protocol().create("PULL-DOC-REPLY", "request", document).content  # noqa: B018 - serialises
    return explorer, document, time.perf_counter() - start


def tap_times(explorer, document):
    """Return how long each of many taps all over the plane takes [s]."""
    plane = explorer._source.plane
    chosen = np.random.default_rng(1).choice(plane.alpha.size, TAPS)
    times = []
    for number in chosen:
        sent = []
        document.on_change(sent.append)
        start = time.perf_counter()
        explorer._tap(plane.alpha[number], plane.S[number])
        if sent:
            Protocol().create("PATCH-DOC", sent).content  # noqa: B018 - serialises
        times.append(time.perf_counter() - start)
        document.remove_on_change(sent.append)
        document.callbacks._change_callbacks.clear()
    return times


def main(cube="published-sweep"):
    reopen = opener(cube)
    views = [first_view(reopen) for _ in range(VIEWS)]
    seconds = [view[-1] for view in views]
    taps = tap_times(*views[-1][:2])
    print(f"{cube}, {views[-1][0]._source.status.size} curves")
    print(f"first view: first {seconds[0]:.3f} s, then {median(seconds[1:]):.3f} s")
    print(
        f"tap: median {1e3 * median(taps):.1f} ms, 95 % {1e3 * np.percentile(taps, 95):.1f} ms, "
        f"worst {1e3 * max(taps):.1f} ms of {TAPS}"
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
