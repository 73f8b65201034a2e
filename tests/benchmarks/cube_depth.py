"""How far curves rebuilt from a cube are from the engine's, over the box, as a Markdown table.

    python tests/benchmarks/cube_depth.py [POINTS]

POINTS scattered points (alpha, S) at six currents each; 256 without an argument.
"""

import sys

import numpy as np

from microbatt.engines import Settings
from tests.cube.rebuilding import box, rebuilding_errors

SETTINGS = {
    "default": Settings(),
    "tolerance 1e-6": Settings(tolerance=1e-6, max_steps=100_000),
}


def main():
    points = box(int(sys.argv[1]) if len(sys.argv) > 1 else 256, seed=7)
    print("| engine | curves | rms, worst | largest error: median | 95 % | 99 % | worst |")
    print("|---|---|---|---|---|---|---|")
    for name, settings in SETTINGS.items():
        rms, largest = rebuilding_errors(points, settings)
        shown = [rms.max(), *np.quantile(largest, [0.5, 0.95, 0.99, 1.0])]
        cells = " | ".join(f"{1e3 * value:.2f} mV" for value in shown)
        print(f"| {name} | {rms.size} | {cells} |")


if __name__ == "__main__":
    main()
