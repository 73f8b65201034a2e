"""One cell, six currents: simulate, print what came, draw the curves.

Run it with: python examples/01_first_curve.py
"""

from matplotlib.figure import Figure

import microbatt
from microbatt.plots import draw_discharges

CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)  # A m⁻²: C/10 to 4C of this cell

cell = microbatt.load_cell("doyle-1996-cell-1")
discharges = [microbatt.simulate_discharge(cell, current=current) for current in CURRENTS]

for d in discharges:
    print(
        f"{d.current:5.4g} A m⁻²: {d.discharge_capacity:5.2f} A h m⁻², {d.energy:5.1f} W h kg⁻¹, "
        f"{d.power:6.1f} W kg⁻¹; {d.outcome.message}"
    )

figure = Figure(figsize=(6.0, 4.0), layout="constrained")
axes = draw_discharges(figure.add_subplot(), discharges)
axes.set_title(cell.description, fontsize="small")
axes.set_ylim(2.0, 4.4)
figure.savefig("first_curve.png", dpi=200)
