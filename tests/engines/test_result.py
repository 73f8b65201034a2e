"""What a simulation returns, and how it is labelled."""

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest
import xarray as xr

from microbatt.engines import DischargeBatch, join_batches, simulate_discharge, simulate_discharges
from microbatt.outcomes import Outcome
from tests.engines.idealised import CELL

# The second cannot even start.
POINTS = [(2.3, 3.0, 17.5), (10.0, 0.3, 2000.0), (4.0, 10.0, 70.0), (9.0, 30.0, 35.0)]


@pytest.fixture(scope="module")
def batch():
    return simulate_discharges(CELL, POINTS)


@pytest.fixture(scope="module")
def discharge():
    return simulate_discharge(CELL)


def test_a_result_cannot_be_changed(discharge, batch):
    for record in (discharge, batch):
        with pytest.raises(FrozenInstanceError):
            record.current = 1.0
        with pytest.raises((AttributeError, TypeError)):
            record.remark = "slotted"


def test_the_capacity_is_the_current_times_the_time(discharge):
    expected = discharge.current * discharge.time / 3600.0
    np.testing.assert_array_equal(discharge.capacity, expected)
    assert discharge.discharge_capacity == expected[-1]


def test_a_batch_is_a_sequence_of_its_discharges(batch):
    assert len(batch) == len(POINTS) == len(list(batch))
    assert [d.current for d in batch] == [17.5, 2000.0, 70.0, 35.0]
    assert batch[-1].alpha == 9.0
    for index in (4, -5):
        with pytest.raises(IndexError, match="of a batch of 4"):
            batch[index]


def test_the_curves_of_a_batch_fill_its_flat_arrays(batch):
    assert batch.offsets[0] == 0
    assert batch.offsets[-1] == batch.time.size == batch.voltage.size == batch.temperature.size
    np.testing.assert_array_equal(np.concatenate([d.voltage for d in batch]), batch.voltage)


def test_a_discharge_without_a_curve_is_empty_and_its_numbers_say_so(batch):
    none = batch[1]
    assert none.outcome is Outcome.CUTOFF_AT_START
    assert none.time.size == none.voltage.size == none.capacity.size == 0
    for value in (none.discharge_capacity, none.energy, none.power):
        assert np.isnan(value)


def test_joined_parts_are_the_whole(batch):
    parts = [simulate_discharges(CELL, POINTS[:1]), simulate_discharges(CELL, POINTS[1:])]
    joined = join_batches(parts)
    for field in fields(DischargeBatch):
        np.testing.assert_array_equal(getattr(joined, field.name), getattr(batch, field.name))


def test_every_variable_of_a_dataset_has_a_long_name_and_all_but_the_outcome_a_unit(
    discharge, batch
):
    for dataset in (discharge.to_dataset(), batch.to_dataset()):
        assert dataset.attrs["Conventions"].startswith("CF-")
        for name, variable in dataset.variables.items():
            assert variable.attrs["long_name"], name
            assert name == "outcome" or variable.attrs["units"], name


def test_the_outcome_is_labelled_as_flags(batch):
    outcome = batch.to_dataset().outcome
    meanings = outcome.attrs["flag_meanings"].split()
    assert outcome.dtype == outcome.attrs["flag_values"].dtype == np.int8
    assert len(meanings) == len(outcome.attrs["flag_values"]) == len(Outcome)
    assert [meanings[code] for code in outcome.values[:2]] == ["cutoff_reached", "cutoff_at_start"]


def test_the_units_are_those_of_the_record(discharge):
    dataset = discharge.to_dataset()
    units = {name: dataset[name].attrs["units"] for name in dataset.variables if name != "outcome"}
    expected = {
        "time": "s",
        "voltage": "V",
        "temperature": "K",
        "current": "A m-2",
        "capacity": "A h m-2",
        "discharge_capacity": "A h m-2",
        "energy": "W h kg-1",
        "power": "W kg-1",
        "min_salt_concentration": "mol m-3",
        "alpha": "1",
        "S": "1",
        "steps": "1",
    }
    assert {name: units[name] for name in expected} == expected


def test_a_dataset_holds_the_numbers_of_the_record(discharge, batch):
    dataset = discharge.to_dataset()
    np.testing.assert_array_equal(dataset.voltage, discharge.voltage)
    np.testing.assert_array_equal(dataset.time, discharge.time)
    assert float(dataset.energy) == discharge.energy
    assert float(dataset.discharge_capacity) == discharge.discharge_capacity
    table = batch.to_dataset()
    for i, d in enumerate(batch):
        row = table.isel(point=i)
        np.testing.assert_array_equal(row.voltage.dropna("step"), d.voltage)
        np.testing.assert_array_equal(row.capacity.dropna("step"), d.capacity)
        np.testing.assert_array_equal(row.discharge_capacity, d.discharge_capacity)


def test_nothing_is_lost_on_the_way_through_netcdf(discharge, batch, tmp_path):
    for name, dataset in (("one", discharge.to_dataset()), ("many", batch.to_dataset())):
        path = tmp_path / f"{name}.nc"
        dataset.to_netcdf(path)
        with xr.open_dataset(path) as back:
            xr.testing.assert_equal(back.load(), dataset)
            for variable in dataset.variables:
                expected = dataset[variable].attrs
                assert back[variable].attrs.keys() >= expected.keys()
                assert all(np.all(back[variable].attrs[k] == v) for k, v in expected.items())
