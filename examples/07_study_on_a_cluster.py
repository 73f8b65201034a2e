"""A study of three cells on one cluster: thick electrodes and winding pores.

Run it with: python examples/07_study_on_a_cluster.py [tcp://scheduler:8786]
Without an address two processes of this machine are the cluster.
"""

import dataclasses
import sys
from pathlib import Path

import pandas as pd
import xarray as xr
from dask.distributed import Client
from matplotlib.figure import Figure

import microbatt
from microbatt.cells import to_toml

FACTORS = (0.5, 1.0, 2.0)  # on the thickness of both electrodes
CAMPAIGN = """
format = 1
name = "thickness-{0}"
cell = "cell-{0}.toml"
inventory = "conserving"

[grid]
alpha = {{ start = 0, stop = 8, step = 0.5 }}
S = {{ values = [10] }}
current = {{ values = [17.5, 35.0], unit = "A m⁻²" }}
"""


def main(address: str | None = None) -> None:
    """Run a campaign for each thickness on the same workers; join the cubes."""
    cluster = {"address": address} if address else {"n_workers": 2, "threads_per_worker": 1}
    cell = microbatt.load_cell("doyle-1996-cell-1")
    cubes = []
    with Client(**cluster, dashboard_address="127.0.0.1:0") as client:
        for by in FACTORS:
            negative, positive = (
                dataclasses.replace(one, thickness=by * one.thickness)
                for one in (cell.negative, cell.positive)
            )
            own = dataclasses.replace(cell, negative=negative, positive=positive)
            Path(f"cell-{by}.toml").write_text(to_toml(own, source="this study"), "utf-8")
            Path("study.toml").write_text(CAMPAIGN.format(by), "utf-8")
            cubes.append(microbatt.run_campaign("study.toml", f"{by}.zarr", client=client))
    factor = pd.Index(FACTORS, name="times as thick")
    capacity = xr.concat([cube.discharge_capacity for cube in cubes], factor).sel(S=10)
    print(capacity.sel(current=35).to_pandas().iloc[:, ::4].round(2))
    figure = Figure(figsize=(7.5, 3.6), layout="constrained")
    for axes, current in zip(figure.subplots(1, 2, sharey=True), (17.5, 35.0), strict=True):
        capacity.sel(current=current).plot.line(x="alpha", ax=axes)
        axes.set(title=f"{current:g} A m⁻²", xlabel="alpha", ylabel="Capacity [A h m⁻²]")
    figure.savefig("study.png", dpi=150)


if __name__ == "__main__":
    main(*sys.argv[1:])
