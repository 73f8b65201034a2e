"""A sweep of your own on a Dask cluster: any client will do, here one of this machine's cores.

Run it with: python examples/02_sweep_on_dask.py
"""

from pathlib import Path

from dask.distributed import Client

import microbatt

CAMPAIGN = """
format = 1
name = "porosity-study"
cell = "doyle-1996-cell-1"
inventory = "conserving"

[grid]
alpha = { start = 0.5, stop = 8.0, step = 0.5 }
S = { values = [1, 3, 10] }
current = { values = [17.5, 70.0], unit = "A m⁻²" }

[tasks]
curves = 12
"""


def main() -> None:
    """Run the campaign, then run it again."""
    Path("porosity-study.toml").write_text(CAMPAIGN, encoding="utf-8")

    # On a cluster: Client("tcp://scheduler:8786"), or the client of dask-jobqueue, Coiled, ...
    with Client(processes=False, dashboard_address="127.0.0.1:0") as client:
        cube = microbatt.run_campaign(
            "porosity-study.toml",
            "porosity-study.zarr",
            client=client,
            listeners=[lambda event: print(type(event).__name__, end=" ")],
        )
    print(f"\n\n{cube.microbatt.summary()}")

    # Killed, stopped, out of disk? The same call goes on with what is left; here nothing is.
    cube = microbatt.run_campaign("porosity-study.toml", "porosity-study.zarr")
    print("\nwhole curves:", int(cube.microbatt.ok().sum()))


if __name__ == "__main__":
    main()
