"""A protocol at every point of a campaign: what pulses and rests tell of the microstructure.

Run it with: python examples/09_pulses_over_microstructures.py
"""

from pathlib import Path

from matplotlib.figure import Figure

import microbatt

CAMPAIGN = """
format = 1
name = "pulses"
cell = "lco-graphite"
protocol = [
    "Discharge at 1C for 5 min",
    "Rest for 10 min",
    "Discharge at 2C for 10 s",
    "Rest for 1 min",
]

[grid]
alpha = { start = 0.5, stop = 3.0, step = 0.25 }
S = { values = [2, 3, 4, 5, 6] }
"""


def main() -> None:
    """Run the campaign, look at its steps, and draw two of its answers."""
    Path("pulses.toml").write_text(CAMPAIGN, encoding="utf-8")
    cube = microbatt.run_campaign("pulses.toml", "pulses.zarr")
    print(cube.microbatt.summary())

    pulse = cube.sel(step=2)
    resistance = 1e4 * pulse.step_resistance.sel(alpha=2.0).to_pandas()
    print(f"\nresistance of the pulse after so many seconds [Ω cm²]:\n{resistance.round(2)}")

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    cube.sel(step=2, after=10.0).microbatt.plot.map("step_resistance", axes=left)
    for alpha in (0.5, 1.0, 2.0, 3.0):
        run = cube.microbatt.run(alpha=alpha, S=3.0)
        pulse = run.isel(point=(run.point_step == 2).values)
        drop = 1e3 * (pulse.voltage - pulse.voltage[0])
        right.plot(pulse.time - pulse.time[0], drop, label=f"alpha {alpha:g}")
    right.legend(frameon=False)
    right.set(xlabel="Time in the pulse [s]", ylabel="Voltage since its start [mV]")
    figure.savefig("pulses.png")


if __name__ == "__main__":
    main()
