"""Campaigns whose points run a protocol: what their cubes hold, and that nothing is lost."""

import json
import uuid
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

import microbatt
from microbatt.campaign import Campaign, join_sensitivities, read_pending, run_campaign
from microbatt.campaign.events import CurveCrashed
from microbatt.campaign.reading import read_campaign
from microbatt.cells import load_cell
from microbatt.cube import (
    Grid,
    ListedPoints,
    SobolPoints,
    check_store,
    locate,
    open_cube,
    repair_store,
)
from microbatt.cube.contents import ProtocolOutcome
from microbatt.cube.writing import row_trouble, rows_without_curve
from microbatt.errors import CampaignError, ParameterError
from microbatt.outcomes import Outcome, StepOutcome
from microbatt.protocols import Step, profile, protocol_from_dict, protocol_to_dict
from microbatt.testing import stored_bytes
from tests.campaign.processes import curves_done, kill_tree, start_run, wait_until

SECONDS = np.arange(0.0, 21.0)
DRIVE = profile(SECONDS, current=20.0 * np.sin(SECONDS / 3.0), between="hold")
STEPS = ("Discharge at 1C for 2 min", "Rest for 1 min", DRIVE, "Hold at 3.8 V for 1 min")
GRID = Grid(alpha=(0.5, 2.0), S=(2.0, 3.0))


def campaign(**terms):
    """Four points of a cell of LCO and graphite, unless told otherwise."""
    settings = {
        "name": "pulses",
        "cell": load_cell("lco-graphite"),
        "design": GRID,
        "protocol": STEPS,
        "samples_per_step": 24,
        "curves_per_task": 2,
    }
    return Campaign(**settings | terms)


@pytest.fixture(scope="module")
def store(tmp_path_factory, threads):
    place = tmp_path_factory.mktemp("protocol") / "a.zarr"
    run_campaign(campaign(), place, client=threads)
    return place


@pytest.fixture(scope="module")
def cube(store):
    return open_cube(locate(store), chunks=None)


@pytest.fixture(scope="module")
def simulation():
    return microbatt.simulate("lco-graphite", STEPS, alpha=2.0, S=3.0)


def test_a_cube_holds_what_a_simulation_of_each_point_says_of_its_steps(cube, simulation):
    point = cube.sel(alpha=2.0, S=3.0)
    assert point.status == ProtocolOutcome.COMPLETED
    for step in simulation.steps:
        told = point.sel(step=step.number)
        assert told.step_outcome == step.outcome
        for name in ("start", "duration", "capacity", "energy", "end_voltage", "end_current"):
            assert float(told[f"step_{name}"]) == getattr(step, name)
        resistances = [simulation.resistance(step.number, after) for after in (1e-3, 1.0, 10.0)]
        np.testing.assert_array_equal(told.step_resistance, resistances)
    assert float(point.step_resistance.sel(step=1, after=10.0)) > 0.0


def test_samples_of_a_step_lie_on_the_curve_of_the_simulation(cube, simulation):
    run = cube.microbatt.run(alpha=2.0, S=3.0)
    for step in (0, 1, 3):
        stored = run.isel(point=np.flatnonzero(run.point_step == step))
        solved = simulation.steps[step].points
        assert stored.sizes["point"] == 24
        for name in ("voltage", "current", "capacity", "temperature"):
            curve = getattr(simulation, name)[solved]
            found = np.interp(stored.time, simulation.time[solved], curve)
            # Straight lines here, a monotone cubic there: apart by the bend between two points,
            # most where the current of a held voltage falls by half in a tenth of a second.
            allowed = {"rtol": 0.0, "atol": 2e-4} if name == "voltage" else {"rtol": 1e-3}
            np.testing.assert_allclose(stored[name], found, **{"atol": 1e-6} | allowed)
        ends = simulation.voltage[solved][[0, -1]].astype(np.float32)
        np.testing.assert_array_equal(stored.voltage[[0, -1]], ends)


def test_a_sampled_step_has_the_times_and_the_currents_of_its_samples(cube, simulation):
    run = cube.microbatt.run(alpha=2.0, S=3.0)
    drive = run.isel(point=np.flatnonzero(run.point_step == 2))
    np.testing.assert_allclose(drive.time - simulation.steps[2].start, DRIVE.time, atol=1e-9)
    # Both sides of each jump are there, but for one at the very end, after which nothing flows.
    np.testing.assert_allclose(drive.current[:-1], DRIVE.value[:-1], atol=1e-5)
    jumps = (np.diff(DRIVE.time) == 0.0) & (np.abs(np.diff(drive.current)) > 1.0)
    assert jumps.sum() > 10
    assert (np.diff(drive.voltage)[jumps] * np.diff(drive.current)[jumps] < 0.0).all()


def test_a_run_that_stops_early_is_told_and_leaves_nothing_for_what_was_not_run(tmp_path, threads):
    steps = ["Discharge at 1C for 10 hours", "Rest for 1 min"]
    planned = campaign(protocol=steps, design=Grid(alpha=(0.5,)), lower_voltage=3.0)
    cube = run_campaign(planned, tmp_path / "a.zarr", client=threads).load()
    assert cube.status.item() == ProtocolOutcome.STOPPED
    assert not cube.microbatt.ok().any()
    assert cube.microbatt.outcomes() == {"stopped": 1}
    assert cube.step_outcome.values.tolist() == [[StepOutcome.VOLTAGE_LIMIT, StepOutcome.NOT_RUN]]
    first, second = (cube.isel(sample=cube.sample_step == step) for step in (0, 1))
    assert first.voltage.notnull().all()
    for name in ("time", "voltage", "current", "capacity", "temperature"):
        assert second[name].isnull().all()
    assert cube.step_duration.sel(step=1).isnull().all()
    assert not check_store(locate(tmp_path / "a.zarr")).damages


def test_a_step_that_takes_no_time_has_no_samples_and_its_run_is_whole(tmp_path, threads):
    steps = ["Charge at 1C until 3.9 V", "Discharge at 1C for 10 s"]
    cube = run_campaign(campaign(protocol=steps), tmp_path / "a.zarr", client=threads).load()
    assert (cube.step_outcome.sel(step=0) == StepOutcome.ALREADY).all()
    assert cube.voltage.isel(sample=cube.sample_step == 0).isnull().all()
    assert cube.microbatt.ok().all()
    assert not check_store(locate(tmp_path / "a.zarr")).damages


@pytest.mark.parametrize(
    ("design", "dims"),
    [
        (SobolPoints(count=3, seed=1, alpha=(0.5, 3.0), S=(2.0, 4.0)), ("point",)),
        (ListedPoints(others={"positive_thickness": (8e-5, 1e-4)}), ("point",)),
        (
            Grid(alpha=(0.5, 2.0), others={"contact_resistance": (0.0, 1e-3)}),
            ("alpha", "contact_resistance"),
        ),
    ],
    ids=["drawn", "listed", "of another number"],
)
def test_points_of_every_design_run_it(design, dims, tmp_path, threads):
    planned = campaign(design=design, protocol=["Discharge at 1C for 10 s", "Rest for 5 s"])
    cube = run_campaign(planned, tmp_path / "a.zarr", client=threads)
    assert cube.status.dims == dims
    assert cube.microbatt.ok().all()
    assert Campaign.from_dict(cube.attrs) == replace(planned, curves_per_task=None)
    if "contact_resistance" in dims:  # which is in series with all else
        added = cube.step_resistance.isel(step=0, after=0).diff("contact_resistance")
        np.testing.assert_allclose(added, 1e-3, rtol=1e-6)


def test_a_cube_says_what_it_is_and_goes_on_as_a_plain_dataset(cube, tmp_path):
    summary = str(cube.microbatt.summary())
    assert "every step was run to its end" in summary
    assert "2 Follow 41 samples of current: 20 s" in summary
    assert Campaign.from_dict(cube.attrs) == campaign(curves_per_task=None)
    cube.microbatt.to_netcdf(tmp_path / "a.nc")
    with xr.open_dataset(tmp_path / "a.nc") as exported:
        xr.testing.assert_equal(exported.drop_attrs(), cube.drop_attrs())
        assert "Rest for 60 s" in str(exported.microbatt.summary())
    curve = cube.microbatt.curve(alpha=0.5, S=2.0)
    assert curve.dims == ("sample",)
    assert curve.time.dims == ("sample",)
    assert curve.attrs["outcome"] == "completed"


def test_a_process_tree_that_is_killed_leaves_a_store_that_resumes(tmp_path, threads):
    alpha = np.round(np.arange(0.2, 3.2, 0.2), 1).tolist()
    path = tmp_path / "pulses.toml"
    path.write_text(
        f"""
format = 1
name = "pulses"
cell = "lco-graphite"
samples_per_step = 16
[[protocol]]
steps = ["Discharge at 1C for 20 s", "Rest for 20 s"]
repeat = 10
[grid]
alpha = {{ values = {alpha} }}
S = {{ values = [2, 3, 4] }}
[tasks]
curves = 3
""",
        encoding="utf-8",
    )
    process = start_run(path, tmp_path / "killed.zarr", "--workers", "1")
    wait_until(lambda: curves_done(tmp_path / "killed.zarr") > 0, process)
    assert kill_tree(process)
    assert 0 < curves_done(tmp_path / "killed.zarr") < 45
    for place in ("killed.zarr", "undisturbed.zarr"):
        assert run_campaign(path, tmp_path / place, client=threads).microbatt.ok().all()
    assert stored_bytes(tmp_path / "killed.zarr") == stored_bytes(tmp_path / "undisturbed.zarr")


def test_a_damaged_block_is_found_repaired_and_simulated_again(store, tmp_path, threads):
    place = tmp_path / "a.zarr"
    run_campaign(campaign(), place, client=threads)
    assert stored_bytes(place) == stored_bytes(store)
    chunk = place / "step_resistance/c/1/0/0/0"
    chunk.write_bytes(bytes(len(chunk.read_bytes())))
    report = check_store(locate(place))
    assert [damage.key for damage in report.damages] == ["step_resistance/c/1/0/0/0"]
    repair_store(locate(place), report)
    assert (read_pending(locate(place)).status == ProtocolOutcome.NOT_RUN).sum() == 2
    run_campaign(campaign(), place, client=threads)
    assert stored_bytes(place) == stored_bytes(store)


def test_an_object_store_holds_it_byte_for_byte_too(store, threads):
    place = f"memory://{uuid.uuid4().hex}/a.zarr"
    run_campaign(campaign(), place, client=threads)
    assert stored_bytes(place) == stored_bytes(store)
    assert not check_store(locate(place)).damages


def test_a_run_that_killed_its_worker_has_nothing_but_its_outcome():
    layout = campaign().layout
    crashed = rows_without_curve(2, layout, Outcome.CRASHED)
    assert not row_trouble(crashed).any()
    crashed["step_outcome"][0, 0] = StepOutcome.TIME
    assert row_trouble(crashed).tolist() == [True, False]
    point = CurveCrashed(alpha=0.5, S=3.0)
    assert str(point) == "alpha=0.5 S=3"


def test_longer_axes_keep_what_is_there(store, tmp_path, threads):
    heard, place = [], tmp_path / "larger.zarr"
    larger = campaign(design=Grid(alpha=(0.5, 1.0, 2.0), S=(2.0, 3.0)))
    grown = run_campaign(larger, place, client=threads, reuse=store, listeners=[heard.append])
    assert heard[-1].simulated == 2
    kept = grown.sel(alpha=[0.5, 2.0]).load().drop_vars("solve_time")
    xr.testing.assert_equal(kept, open_cube(locate(store)).load().drop_vars("solve_time"))


@pytest.mark.parametrize(
    "change",
    [
        {"protocol": (*STEPS[:-1], "Hold at 3.81 V for 1 min")},
        {"protocol": (*STEPS[:2], replace(DRIVE, value=DRIVE.value * 1.001), STEPS[-1])},
        {"samples_per_step": 25},
        {"upper_voltage": 4.2},
        {"lower_voltage": 2.5},
    ],
    ids=["a step", "a sample", "samples_per_step", "upper_voltage", "lower_voltage"],
)
def test_a_store_belongs_to_its_protocol(change, store):
    other = campaign(**change)
    assert other.hash != campaign().hash
    with pytest.raises(CampaignError, match="belongs to another campaign"):
        run_campaign(other, store)


def test_a_store_of_a_protocol_and_campaigns_of_discharges_tell_their_own_hashes(store):
    grid = Grid(alpha=(1.0,), S=(3.0,), current=(20.0,))
    other = Campaign(name="a", cell=load_cell("lco-graphite"), design=grid)
    with pytest.raises(CampaignError) as refused:
        run_campaign(other, store)
    told = str(refused.value)
    assert f"hash {campaign().hash[:12]}, this one {other.hash[:12]}" in told
    for line in ("protocol.steps: [", "samples_per_step: 24 in the store, absent", "depth_points"):
        assert line in told


def test_a_step_that_took_no_time_is_not_told_as_not_run(tmp_path, threads):
    load = ["Charge at 1C until 3 V", "Discharge at 1C for 10 hours"]
    steps = ["Rest for 1 min", *load, "Rest for 1 min"]
    planned = campaign(protocol=steps, design=Grid(alpha=(0.5,)))
    cube = run_campaign(planned, tmp_path / "a.zarr", client=threads).load()
    told = str(cube.microbatt.summary()).splitlines()
    assert any("Charge at 1C" in line and line.endswith(": took no time") for line in told)
    assert [line for line in told if line.endswith(": not run")] == ["  3 Rest for 60 s: not run"]


def test_one_step_of_a_run_is_taken_by_its_number(cube):
    whole = cube.microbatt.run(alpha=2.0, S=3.0)
    for one in (
        cube.microbatt.run(alpha=2.0, S=3.0, step=1),
        cube.sel(step=1).microbatt.run(alpha=2.0, S=3.0),
    ):
        xr.testing.assert_identical(
            one.drop_attrs(), whole.isel(point=whole.point_step == 1, step=[1]).drop_attrs()
        )
    assert cube.microbatt.curve(alpha=2.0, S=3.0, step=1).sizes == {"sample": 24}
    with pytest.raises(ParameterError, match=r"`step` is 9.*does not hold"):
        cube.microbatt.run(alpha=2.0, S=3.0, step=9)


def test_a_value_that_selects_nothing_is_refused(cube):
    with pytest.raises(ParameterError, match="`dimension` is 'after'"):
        cube.microbatt.run(alpha=2.0, S=3.0, after=1.0)


def test_a_protocol_that_was_edited_in_a_store_is_found(tmp_path, threads):
    place = tmp_path / "a.zarr"
    run_campaign(campaign(), place, client=threads)
    root = json.loads((place / "zarr.json").read_text())
    root["attributes"]["protocol"]["steps"][0]["current"] = "2C"
    (place / "zarr.json").write_text(json.dumps(root))
    told = [damage.what for damage in check_store(locate(place)).damages]
    assert any("have changed since the cube was made" in what for what in told)


def test_cubes_of_discharges_keep_their_schema_and_those_of_a_protocol_have_the_next(store):
    assert open_cube(locate(store)).attrs["microbatt_schema"] == 3
    assert campaign().identity["microbatt_schema"] == 3
    discharges = campaign(protocol=None, design=Grid(alpha=(0.5,), S=(3.0,), current=(17.5,)))
    assert discharges.identity["microbatt_schema"] == 1
    assert "protocol" not in discharges.attributes


def test_a_protocol_survives_the_way_through_a_dictionary():
    cycle = [Step(current="1C", duration=10.0), "Hold at 4 V until C/20", DRIVE]
    protocol = campaign(protocol=cycle * 50).protocol
    described = json.loads(json.dumps(protocol_to_dict(protocol)))
    assert len(described["steps"]) == 3
    assert protocol_from_dict(described) == protocol


@pytest.mark.parametrize(
    "described",
    [
        {"steps": [{"current": 1.0, "duration": 1.0}], "order": [1]},
        {"steps": [{"current": 1.0, "length": 1.0}], "order": [0]},
        {"steps": [{"samples": {"time": [0, 1]}}], "order": [0]},
        {"steps": [], "order": []},
        {"order": [0]},
        "Rest for 1 s",
    ],
)
def test_what_describes_no_protocol_is_refused(described):
    with pytest.raises(ParameterError):
        protocol_from_dict(described)


FILE = """
format = 1
name = "p"
cell = "lco-graphite"
{}
[grid]
alpha = {{ values = [0.5, 2] }}
"""


def read(folder, text, form=FILE):
    path = folder / "p.toml"
    path.write_text(form.format(text), encoding="utf-8")
    return read_campaign(path)


def test_a_file_gives_sentences_tables_profiles_and_other_files(tmp_path):
    (tmp_path / "drive.csv").write_text("Time [s],Current [A/m2]\n0,0\n5,-20\n10,10\n")
    for name in ("cycle.toml", "OTHER.TOML"):
        (tmp_path / name).write_text('[[protocol]]\nstep = "Rest for 9 s"\nrepeat = 2\n')
    sentences = read(tmp_path, 'protocol = ["Discharge at 1C for 5 s", "Rest for 5 s"]')
    assert [str(step) for step in sentences.protocol] == [
        "Discharge at 1C for 5 s",
        "Rest for 5 s",
    ]
    assert sentences.design.dims == ("alpha",)
    assert len(read(tmp_path, 'protocol = "cycle.toml"').protocol) == 2
    assert len(read(tmp_path, 'protocol = "OTHER.TOML"').protocol) == 2
    tables = read(
        tmp_path,
        """
samples_per_step = 32
lower_voltage = { value = 2.5, unit = "V" }
[[protocol]]
steps = ["Discharge at 1C for 5 s", "Rest for 5 s"]
repeat = 2
[[protocol]]
current = "-C/2"
until_voltage = 4.1
[[protocol]]
profile = "drive.csv"
discharge_is = "negative"
""".replace("{", "{{")
        .replace("}", "}}")
        .format(),
    )
    assert [len(tables.protocol), tables.samples_per_step, tables.lower_voltage] == [6, 32, 2.5]
    assert tables.protocol.steps[-1].samples.value.tolist() == [0.0, 20.0, -10.0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('protocol = ["Fly to the moon"]', "is not understood"),
        ("protocol = 3", "write a list of sentences"),
        ("protocol = [3]", "`protocol 1` is 3"),
        ('protocol = "nowhere.toml"', r"nowhere\.toml cannot be read"),
        ('[[protocol]]\nprofile = "nowhere.csv"\ndischarge_is = "positive"', "cannot be read"),
        ('[[protocol]]\nprofile = "a.csv"', "`protocol 1.discharge_is` is missing"),
        ("samples_per_step = 20", "the campaign has none"),
        (
            'protocol = ["Rest for 1 s"]\ncutoff_voltage = {{ value = 2.0, unit = "V" }}',
            "`lower_voltage` and `upper_voltage`",
        ),
        ('protocol = ["Rest for 1 s"]\nengine = "pybamm"', "runs no protocols"),
        ('protocol = ["Rest for 1 s"]\nsamples_per_step = 2', "samples_per_step"),
        ("", "needs either `current` or `c_rate`"),
    ],
)
def test_a_file_with_a_protocol_that_cannot_be_is_refused_with_the_remedy(text, message, tmp_path):
    with pytest.raises(CampaignError, match=message):
        read(tmp_path, text.format())


def test_currents_and_a_protocol_exclude_each_other(tmp_path):
    form = FILE + "c_rate = {{ values = [1] }}\n"
    with pytest.raises(CampaignError, match=r"`grid\.c_rate` stands beside `protocol`"):
        read(tmp_path, 'protocol = ["Rest for 1 s"]', form)
    with pytest.raises(ParameterError, match="Leave one of them out"):
        campaign(design=Grid(alpha=(0.5,), current=(17.5,)))
    with pytest.raises(ParameterError, match="the design has no `current`"):
        campaign(protocol=None)


def test_a_protocol_that_no_point_can_run_is_refused_before_anything_is_made(tmp_path):
    beyond = campaign(protocol=["Charge at 1C until 4.5 V"], upper_voltage=4.2)
    with pytest.raises(CampaignError, match=r"step 0 of the protocol.*4\.5 V lies outside"):
        run_campaign(beyond, tmp_path / "a.zarr")
    assert not (tmp_path / "a.zarr").exists()


def test_what_needs_discharges_refuses_a_cube_of_a_protocol_by_name(store, cube):
    from microbatt.bridge import select_points
    from microbatt.explorer.source import CubeSource
    from microbatt.inference.identifiability import cube_bounds

    needs = "needs discharges at constant current, and this cube holds runs of a protocol"
    for ask in (
        lambda: select_points(cube),
        lambda: cube_bounds(cube),
        lambda: CubeSource(lambda: cube),
        lambda: join_sensitivities(locate(store), ["alpha"]),
        lambda: cube.microbatt.plot.curves(alpha=0.5, S=2.0),
        cube.microbatt.plot.ragone,
    ):
        with pytest.raises(ParameterError, match=needs):
            ask()
