"""Labels instead of indices: slice a cube, ask it the usual questions, draw what comes.

Run it with: python examples/03_slice_a_cube.py
"""

from matplotlib.figure import Figure

import microbatt

cube = microbatt.open_dataset("demo")  # computed the first time, in seconds
print(cube.microbatt.summary())

# One curve, as voltage against delivered capacity.
curve = cube.microbatt.curve(alpha=4.0, S=3, current=35)
print(f"\nthis curve: {curve.attrs['reason']} after {float(curve.capacity[-1]):.2f} A h m⁻²")

# A map at one current, whole curves only; nothing is read before it is needed.
capacity = cube.discharge_capacity.where(cube.microbatt.ok()).sel(current=70)
print(capacity.sel(S=[1, 3, 40]).to_pandas().iloc[::5].round(2))

figure = Figure(figsize=(9.0, 4.0), layout="constrained")
left, right = figure.subplots(1, 2)
capacity.plot(ax=left)
for alpha in (0.0, 2.0, 4.0, 8.0):
    cube.microbatt.curve(alpha=alpha, S=3, current=70).plot(ax=right, label=f"alpha {alpha:g}")
right.legend()
right.set(title="S = 3, 70 A m⁻²")
figure.savefig("slices.png", dpi=150)

cube.sel(current=[17.5, 70]).microbatt.to_netcdf("slices.nc", overwrite=True)
