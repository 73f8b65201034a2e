"""Labels instead of indices: slice a cube, ask it the usual questions, draw what comes.

Run it with: python examples/03_slice_a_cube.py
"""

from matplotlib.figure import Figure

import microbatt

cube = microbatt.open_dataset("demo")  # computed the first time, in seconds
print(cube.microbatt.summary())

one_c, two_c = (microbatt.load_cell("chen-2020").current_density(rate) for rate in ("1C", "2C"))

# One curve, as voltage against delivered capacity.
curve = cube.microbatt.curve(alpha=2.0, S=3, current=one_c)
print(f"\nthis curve: {curve.attrs['reason']} after {float(curve.capacity[-1]):.2f} A h m⁻²")

# A map at one current, whole curves only; nothing is read before it is needed.
capacity = cube.discharge_capacity.where(cube.microbatt.ok()).sel(current=two_c, method="nearest")
print(capacity.sel(S=[1, 3, 20]).to_pandas().iloc[::4].round(2))

figure = Figure(figsize=(9.0, 4.0), layout="constrained")
left, right = figure.subplots(1, 2)
capacity.plot(ax=left)
for alpha in (0.0, 1.0, 1.5, 2.0):
    cube.microbatt.curve(alpha=alpha, S=3, current=two_c).plot(ax=right, label=f"alpha {alpha:g}")
right.legend()
right.set(title="S = 3, 2C")
figure.savefig("slices.png", dpi=150)

cube.isel(current=[3, 5]).microbatt.to_netcdf("slices.nc", overwrite=True)
