"""Packed voltages: every bit comes back, plain Zarr reads them, and rounding keeps its bound."""

import os
import pickle
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import zarr

from microbatt.campaign import Campaign, campaign_of, run_campaign
from microbatt.cells import load_cell
from microbatt.cube import Grid, check_store, locate, open_cube
from microbatt.cube.contents.schema import compression
from microbatt.cube.store.voltage_codec import known_codec, packing, rounded
from microbatt.errors import CampaignError, ParameterError
from tests.campaign.small import lay_small, small_campaign

ROOT = Path(__file__).parents[2]


def native(**terms):
    """54 curves of the engine: smooth, as real ones are."""
    return Campaign(
        name="smooth",
        cell=load_cell("doyle-1996-cell-1"),
        design=Grid(alpha=(0.5, 2.3, 4.0), S=(1.0, 3.0, 9.0), current=(8.75, 17.5, 35.0)),
        **terms,
    )


def size(place):
    return sum(f.stat().st_size for f in (place / "voltage" / "c").rglob("*") if f.is_file())


def test_every_bit_comes_back_in_a_third_of_the_room(tmp_path):
    values = run_campaign(native(), tmp_path / "a.zarr").voltage.to_numpy()
    sizes = {}
    for name, how in {"zstd": {"compressors": compression()}, "packed": packing()}.items():
        array = zarr.create_array(
            tmp_path / name, shape=values.shape, dtype=values.dtype, chunks=values.shape, **how
        )
        array[...] = values
        np.testing.assert_array_equal(zarr.open_array(tmp_path / name)[...], values)
        files = (tmp_path / name / "c").rglob("*")
        sizes[name] = sum(f.stat().st_size for f in files if f.is_file())
    # 0.35 with 27 curves; with a thousand in a chunk 0.30 of what the numbers take in memory.
    assert sizes["packed"] < 0.5 * values.nbytes
    assert sizes["packed"] < 0.6 * sizes["zstd"]


def test_zarr_alone_reads_the_voltages(tmp_path):
    store = tmp_path / "a.zarr"
    cube = run_campaign(small_campaign(), store)
    script = (
        "import importlib.metadata as m, sys; "  # as where microbatt is not installed
        "every = (e for one in m.distributions() for e in one.entry_points); "
        "others = m.EntryPoints(e for e in every if 'microbatt' not in e.value); "
        "m.entry_points = lambda **of: others.select(**of); "
        "import zarr; v = zarr.open_array(sys.argv[1])[...]; "
        "assert 'microbatt' not in sys.modules; print(float(v[0, 0, 0, 3]))"
    )
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script, str(store / "voltage")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(told.stdout) == float(cube.voltage[0, 0, 0, 3])


def test_xarray_opens_a_cube_without_a_warning_where_microbatt_is_installed(tmp_path):
    cube = run_campaign(small_campaign(), tmp_path / "a.zarr")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = settings["project"]["entry-points"]["zarr.codecs"]
    installed = tmp_path / "installed" / "microbatt_codecs-1.dist-info"  # however this checkout is
    installed.mkdir(parents=True)
    (installed / "METADATA").write_text("Name: microbatt-codecs\nVersion: 1\n")
    points = "".join(f"{name} = {value}\n" for name, value in named.items())
    (installed / "entry_points.txt").write_text(f"[zarr.codecs]\n{points}")
    script = (
        "import sys, xarray; cube = xarray.open_zarr(sys.argv[1]).load(); "
        "print(float(cube.voltage[0, 0, 0, 3]))"
    )
    told = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(tmp_path / "a.zarr")],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(installed.parent), str(ROOT)])},
    )
    assert told.stderr == ""
    assert float(told.stdout) == float(cube.voltage[0, 0, 0, 3])


def test_the_codec_travels_between_processes():
    codec = known_codec()(level=8)
    assert pickle.loads(pickle.dumps(codec)) == codec  # noqa: S301 - our own


def test_rounded_voltages_keep_their_bound_and_say_so(tmp_path):
    exact = run_campaign(native(), tmp_path / "a.zarr").voltage
    near = run_campaign(native(voltage_rounding=1e-5), tmp_path / "b.zarr")
    error = np.abs(near.voltage.astype(float) - exact.astype(float)).max()
    assert 0.0 < float(error) <= 1e-5
    assert near.voltage.attrs["comment"] == "rounded, none by more than 1e-05 V"
    assert size(tmp_path / "b.zarr") < 0.6 * size(tmp_path / "a.zarr")
    assert check_store(locate(tmp_path / "b.zarr")).damages == ()
    assert campaign_of(locate(tmp_path / "b.zarr")) == native(voltage_rounding=1e-5)


def test_rounding_makes_another_campaign_and_none_leaves_the_identity_as_it_was(tmp_path):
    assert "voltage_rounding" not in small_campaign().identity
    assert small_campaign(voltage_rounding=1e-5).hash != small_campaign().hash
    lay_small(tmp_path / "a.zarr")
    with pytest.raises(CampaignError, match="voltage_rounding: absent in the store, 1e-05 asked"):
        run_campaign(small_campaign(voltage_rounding=1e-5), tmp_path / "a.zarr")
    run_campaign(small_campaign(voltage_rounding=1e-5), tmp_path / "b.zarr")
    with pytest.raises(CampaignError, match="voltage_rounding: 1e-05 in the store, absent asked"):
        run_campaign(small_campaign(), tmp_path / "b.zarr")


@pytest.mark.parametrize("bound", [1e-6, 1e-5, 3e-4])
def test_no_voltage_moves_by_more_than_the_bound(bound):
    voltage = np.random.default_rng(0).uniform(2.0, 4.5, 10_000).astype(np.float32)
    voltage[3] = np.nan
    moved = np.abs(rounded(voltage, bound).astype(float) - voltage.astype(float))
    assert np.isnan(moved[3])
    assert np.nanmax(moved) <= bound


@pytest.mark.parametrize("bound", [0.0, 1.0, float("nan"), "10 µV"])
def test_a_rounding_that_is_none_is_refused(bound):
    with pytest.raises(ParameterError, match="voltage_rounding"):
        small_campaign(voltage_rounding=bound)


def test_a_cube_of_the_first_schema_opens_and_goes_on(tmp_path, monkeypatch):
    first = {"compressors": compression()}
    monkeypatch.setattr("microbatt.cube.contents.schema.packing", lambda: first)
    monkeypatch.setattr("microbatt.cube.contents.schema.SCHEMA_VERSION", 1)
    store = tmp_path / "a.zarr"
    old = run_campaign(small_campaign(), store).load()
    monkeypatch.undo()
    assert old.attrs["microbatt_schema"] == 1
    (store / "status" / "c" / "1" / "0" / "0").unlink()
    heard = []
    run_campaign(small_campaign(), store, listeners=[heard.append])
    assert heard[-1].simulated == 12
    again = open_cube(locate(store))
    np.testing.assert_array_equal(again.voltage, old.voltage)
    longer = small_campaign(alpha=(0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0))
    larger = run_campaign(longer, store, extend=True)
    assert larger.attrs["microbatt_schema"] == 2
    np.testing.assert_array_equal(larger.voltage.sel(alpha=old.alpha), old.voltage)
