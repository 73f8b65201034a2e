"""What people hold is taken as it is: paths, tables, discharges, and mixtures of them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

from microbatt.cli.commands import main
from microbatt.engines import simulate, simulate_discharge
from microbatt.errors import MeasurementError, ParameterError
from microbatt.measured import Measurement, Reading, gather
from tests.measured.protocols import AREA, ONE_C, Protocol, write

TABLE = Protocol().rest().discharge().frame()
FRAME = TABLE[["time", "voltage"]].rename(columns={"time": "time [s]", "voltage": "voltage [V]"})
FRAME["current [A]"] = TABLE["current"]
HOW = Reading(area=AREA)


def dataset():
    return xr.Dataset(
        {
            "voltage": ("row", TABLE["voltage"], {"units": "V"}),
            "current": ("row", TABLE["current"], {"units": "A"}),
        },
        coords={"time": ("row", TABLE["time"], {"units": "s"})},
    )


def discharge():
    return simulate_discharge("doyle-1996-cell-1", current=35.0)


THINGS = {
    "a path": lambda folder: write(folder / "a.csv", TABLE),
    "the text of a path": lambda folder: str(write(folder / "a.csv", TABLE)),
    "a folder": lambda folder: write(folder / "a.csv", TABLE).parent,
    "a DataFrame": lambda _: FRAME,
    "an indexed DataFrame": lambda _: FRAME.set_index("time [s]"),
    "a Dataset": lambda _: dataset(),
    "an experiment": lambda _: gather(FRAME, HOW),
    "a measurement": lambda _: gather(FRAME, HOW).measurements[0],
}


@pytest.mark.parametrize("name", THINGS)
@pytest.mark.parametrize("wrapped", [False, True])
def test_one_curve_is_taken_by_itself_or_in_a_list(tmp_path, name, wrapped):
    thing = THINGS[name](tmp_path)
    experiment = gather([thing] if wrapped else thing, HOW)
    assert experiment.currents == pytest.approx((ONE_C,), rel=2e-3)
    assert len(experiment.measurements[0]) == 176


def test_simulated_discharges_are_taken_with_their_own_capacity():
    curve = discharge()
    for given in (curve, [curve], (one for one in [curve])):
        (one,) = gather(given).measurements
        np.testing.assert_array_equal(one.capacity, curve.capacity)
        np.testing.assert_array_equal(one.voltage, curve.voltage)


def test_a_list_may_mix_everything(tmp_path):
    other = Protocol().rest().discharge(3 * ONE_C).frame()
    mixed = [discharge(), FRAME, write(tmp_path / "a.csv", other), dataset()]
    assert gather(mixed, HOW).name.endswith("and 3 others")
    assert gather(mixed, HOW).currents == pytest.approx((35.0, ONE_C, 3 * ONE_C), rel=2e-3)


def test_a_simulated_protocol_is_one_run_as_it_is_as_a_dataset_and_as_a_file(tmp_path):
    steps = [
        "Rest for 5 minutes",
        "Discharge at C/2 for 15 minutes",
        "Rest for 5 minutes",
        "Discharge at 1C for 30 s",
        "Rest for 2 minutes",
    ]
    simulation = simulate("lco-graphite", steps, alpha=2.0, S=4.0)
    file = tmp_path / "run.csv"
    save = ["simulate", "lco-graphite", "--alpha", "2", "--S", "4", "--csv", str(file)]
    assert CliRunner().invoke(main, [*save, *steps]).exit_code == 0
    for thing in (simulation, simulation.to_dataset(), file):
        (run,) = gather(thing, Reading(runs="auto")).runs
        assert run.rest_voltage == pytest.approx(simulation.open_circuit_voltage)
        switches, currents = run.drive()
        jump = np.flatnonzero(np.diff(currents) != 0.0)
        np.testing.assert_allclose(switches[jump], [300, 1200, 1500, 1530], atol=0.05)
        np.testing.assert_allclose(run.current, simulation.current_at(run.time), rtol=1e-12)
    # At a switch both tell what was before it.
    one_c = simulation.current.max()
    assert simulation.current_at([300.0, 301.0, 1530.0, 1531.0, 1e9]) == pytest.approx(
        [0.0, 0.5 * one_c, one_c, 0.0, np.nan], nan_ok=True
    )


@pytest.mark.parametrize(
    ("thing", "words"),
    [
        (3.0, "is a float"),
        (None, "is a NoneType"),
        ({"time": [1.0]}, "pandas.DataFrame"),
        (np.zeros((3, 2)), "holds a ndarray"),
        ([1.0, 2.0], "holds a float"),
        (b"a.csv", "is a bytes"),
        ([], "is empty"),
    ],
)
def test_anything_else_is_refused_by_its_type_with_what_is_allowed(thing, words):
    with pytest.raises(ParameterError) as caught:
        gather(thing)
    assert words in str(caught.value)
    assert "a pandas DataFrame" in str(caught.value)


def test_a_dataset_of_many_curves_is_refused_with_the_remedy():
    many = xr.Dataset({"voltage": (("curve", "row"), np.ones((2, 9)), {"units": "V"})})
    with pytest.raises(MeasurementError, match=r"isel\(curve=0\)"):
        gather(many)


def test_dates_and_time_differences_are_seconds():
    seconds = FRAME["time [s]"]
    for name, times in (
        ("time", pd.to_timedelta(seconds, unit="s")),
        ("timestamp", pd.Timestamp("2024-09-20") + pd.to_timedelta(seconds, unit="s")),
    ):
        frame = FRAME.drop(columns="time [s]").assign(**{name: times})
        (one,) = gather(frame, HOW).measurements
        assert one.time[-1] == pytest.approx(3500.0, rel=2e-3)


def test_what_people_see_in_a_notebook_is_short():
    experiment = gather(FRAME, HOW)
    assert repr(experiment) == "<Experiment 'table': 1 curves at 17.5 A m⁻²>"
    assert len(repr(experiment.measurements[0])) < 120
    for thing in (experiment, experiment.measurements[0]):
        shown = thing._repr_html_()
        assert "<svg" in shown
        assert len(shown) < 5000


def test_names_are_escaped_in_a_notebook():
    one = Measurement(
        source="<script>", current=1.0, capacity=np.arange(9.0), voltage=np.linspace(4, 3, 9)
    )
    assert "<script>" not in one._repr_html_()
