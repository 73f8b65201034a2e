"""Years of runs: found, read, and what is no run told."""

import json

import pytest

from microbatt.cells import load_cell
from microbatt.engines.dualfoil.archives.archive import (
    ArchivedRun,
    Conventions,
    LeftOut,
    find_runs,
    match_name,
    read_run,
    read_runs,
)
from microbatt.engines.dualfoil.files import ExtraFile
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from tests.engines.dualfoil.runs import make_run
from tests.engines.dualfoil.test_published import STEPS, write


def test_runs_are_found_at_any_depth(tmp_path):
    first = make_run(tmp_path / "2009" / "a", current=17.5)
    second = make_run(tmp_path / "2010" / "b" / "c", current=35.0)
    (tmp_path / "notes").mkdir()
    assert find_runs([tmp_path], Conventions()) == [first, second]


def test_a_run_is_read_with_what_its_deck_and_output_say(tmp_path):
    run = read_run(make_run(tmp_path / "run", current=35.0))
    assert (run.discharge.alpha, run.discharge.S, run.discharge.current) == (2.3, 3.0, 35.0)
    assert run.discharge.outcome is Outcome.CUTOFF_REACHED
    assert run.discharge.voltage[-1] == run.planned.cutoff_voltage == 2.0


@pytest.mark.parametrize(
    ("files", "conventions"),
    [
        ({"point.json": json.dumps({"alpha": 0.5, "S": 10})}, {}),
        ({"record.json": json.dumps({"alpha": 0.5, "S": 10, "attempts": []})}, {}),
        (
            {"alpha.in": "1.5d0 10 ! exponent, S"},
            {"extra_file": ExtraFile(name="alpha.in", template="{exponent} {S}")},
        ),
        ({}, {"folder_name": "a{alpha}_S{S}"}),
        ({}, {"alpha": 0.5, "S": 10.0}),
    ],
)
def test_alpha_and_s_come_from_a_file_the_path_or_the_options(tmp_path, files, conventions):
    folder = make_run(tmp_path / "a0.5_S10", current=35.0)
    for name, text in files.items():
        (folder / name).write_text(text)
    discharge = read_run(folder, Conventions(**conventions)).discharge
    assert (discharge.alpha, discharge.S) == (0.5, 10.0)


def test_the_deepest_name_counts():
    assert match_name("S{S}", "/data/S3/sweep/S10.5") == {"S": 10.5}
    with pytest.raises(ParameterError, match="does not hold"):
        match_name("S{S}", "/data/sweep")


def test_what_is_no_run_is_left_out_with_a_reason(tmp_path):
    make_run(tmp_path / "good", current=35.0)
    (make_run(tmp_path / "no-deck", current=35.0) / "dualfoil5.in").unlink()
    make_run(tmp_path / "charge", current=-35.0)
    (make_run(tmp_path / "sidecar", current=35.0) / "point.json").write_text("[1, 2")
    found = list(read_runs(find_runs([tmp_path], Conventions()), Conventions()))
    assert [type(one) for one in found] == [LeftOut, ArchivedRun, LeftOut, LeftOut]
    assert "no discharge at constant current" in found[0].reason
    assert "cannot be read" in found[2].reason
    assert "point.json" in found[3].reason


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("gave_up_above_the_cutoff", Outcome.NO_CONVERGENCE),
        ("salt_at_a_cliff", Outcome.SALT_EXHAUSTED),
        ("rows_of_nan", Outcome.NO_CONVERGENCE),
        ("nothing_converged", Outcome.NO_CONVERGENCE),
        ("below_the_cutoff_at_once", Outcome.CUTOFF_AT_START),
    ],
)
def test_each_ending_survives(tmp_path, name, outcome):
    run = read_run(make_run(tmp_path / "run", current=35.0, output=name))
    assert run.discharge.outcome is outcome


def test_a_discharge_that_its_deck_ended_after_a_time_is_left_out(tmp_path):
    folder = make_run(tmp_path / "run", current=35.0, output="closed_above_the_cutoff")
    deck = (folder / "dualfoil5.in").read_text()
    to_cutoff, for_a_time = "35.0d0 2.0d0 2 -100.0d0", "35.0d0 25.0d0 1 2.0d0"
    assert to_cutoff in deck
    (folder / "dualfoil5.in").write_text(deck.replace(to_cutoff, for_a_time))
    with pytest.raises(ParameterError, match=r"ran for 25 min.*still above the cut-off of 2 V"):
        read_run(folder)


def test_other_names_of_the_files_can_be_said(tmp_path):
    folder = make_run(tmp_path / "run", current=35.0)
    (folder / "dualfoil5.in").rename(folder / "in.txt")
    (folder / "dualfoil5.out").rename(folder / "out.txt")
    how = Conventions(deck="in.txt", output="out.txt")
    assert [read_run(one, how).discharge.current for one in find_runs([tmp_path], how)] == [35.0]
    with pytest.raises(ParameterError, match="--output-name"):
        find_runs([tmp_path], Conventions())


def test_a_folder_of_the_published_form_is_known_for_what_it_is(tmp_path):
    write(tmp_path / "set1_1Crate.csv", STEPS)
    with pytest.raises(ParameterError, match="microbatt import published"):
        find_runs([tmp_path], Conventions())


def test_a_place_that_is_no_folder_is_told(tmp_path):
    with pytest.raises(ParameterError, match="no folder"):
        find_runs([tmp_path / "nothing"], Conventions())


def test_the_cell_of_the_runs_is_the_decks(tmp_path):
    cell = read_run(make_run(tmp_path / "run", current=35.0)).read.cell
    expected = load_cell("doyle-1996-cell-1")
    assert cell.mass_per_area == pytest.approx(expected.mass_per_area, rel=1e-12)
