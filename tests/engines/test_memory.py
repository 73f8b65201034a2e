"""Memory stays where it is however many curves are computed."""

import subprocess
import sys

import pytest

SCRIPT = """
import resource
import numpy as np
from microbatt.engines import simulate_discharges

points = np.random.default_rng(1).uniform([0, 0.3, 1.75], [10, 40, 122.5], (500, 3))
for part in range(21):
    simulate_discharges("doyle-1996-cell-1", points)
    if part == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(before, after)
"""


@pytest.mark.slow
def test_ten_thousand_curves_leave_the_memory_where_five_hundred_left_it():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=600
    )
    before, after = map(int, run.stdout.split())
    # kB, the largest ever held: 500 curves are 2 MB; a leak would have grown twentyfold.
    assert after - before < 8_000
