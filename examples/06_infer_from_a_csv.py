"""Measured curves in, microstructure out: alpha and S with their uncertainty, from CSV files.

Run it with: python examples/06_infer_from_a_csv.py [FILE.csv ...]
Without files it writes three of its own first: alpha 4.2, S 6, a millivolt of noise, 1 mΩ m² in the
leads that the inference is not told.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

import microbatt
from microbatt.plots import draw_fit

CELL = "doyle-1996-cell-1"


def measured(current: float) -> Path:
    """Write what a tester would: 200 rows of time, voltage and current."""
    noise = np.random.default_rng(int(current))
    curve = microbatt.simulate_discharge(CELL, alpha=4.2, S=6.0, current=current)
    time = np.linspace(0.0, curve.time[-1], 200)
    voltage = np.interp(time, curve.time, curve.voltage) - 0.001 * current
    table = pd.DataFrame(
        {
            "Time [s]": time.round(1),
            "Voltage [V]": (voltage + noise.normal(scale=1e-3, size=200)).round(5),
            "Current [A/m2]": current,
        }
    )
    path = Path(f"discharge-{current:g}.csv")
    table.to_csv(path, index=False)
    return path


files = [Path(name) for name in sys.argv[1:]] or [measured(one) for one in (17.5, 35.0, 70.0)]
estimate = microbatt.infer(files, CELL, noise=1e-3, free=["contact_resistance"])
for name in ("alpha", "S", "contact_resistance"):
    one = estimate[name]
    print(f"{name:>18}: {one.value:.4g}, 90 % between {one.low:.4g} and {one.high:.4g}")
for curve in estimate.curves:
    print(f"{curve.current:g} A m⁻²: the fit leaves {1e3 * curve.residual_rms:.2f} mV")
print(f"believe it: {estimate.diagnostics.good}")

figure = Figure(figsize=(6.0, 4.0), layout="constrained")
axes = draw_fit(figure.add_subplot(), estimate.curves)
alpha, S = estimate["alpha"], estimate["S"]
axes.set_title(f"alpha {alpha.value:.3f} ± {alpha.std:.3f}, S {S.value:.3f} ± {S.std:.3f}")
figure.savefig("inferred.png", dpi=150)
