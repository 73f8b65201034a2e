"""What the command line does for people who have dualfoil: deck, import, dualfoil-compatible."""

import pytest
from click.testing import CliRunner

from microbatt.cells import load_cell
from microbatt.cli.commands import main
from microbatt.engines.dualfoil.files import read_deck
from microbatt.engines.dualfoil.files.output import read_output
from tests.engines.dualfoil.decks import HAND_WRITTEN, edited
from tests.engines.dualfoil.runs import make_run
from tests.engines.dualfoil.test_published import STEPS, write


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, [str(one) for one in arguments])


@pytest.fixture
def deck(tmp_path):
    path = tmp_path / "old" / "dualfoil5.in"
    path.parent.mkdir()
    path.write_text(HAND_WRITTEN, encoding="utf-8")
    return path


def test_a_deck_is_shown_with_its_materials_and_what_has_no_place_here(run, deck):
    result = run("deck", "show", deck)
    assert result.exit_code == 0, result.output
    for words in ("petroleum coke", "rka1", "'lmo-bellcore'", "4.246 V at rest", "isothermal"):
        assert words in result.stdout
    assert "activation energies: no li-ion-ebar.in was given" in result.stderr


def test_a_deck_that_is_no_cell_is_shown_all_the_same(run, deck):
    deck.write_text(edited("nneg", "6"), encoding="utf-8")
    result = run("deck", "show", deck)
    assert result.exit_code == 0
    assert "Not a cell for microbatt" in result.stdout
    assert "Lonza KS6 graphite" in result.stdout


def test_a_deck_becomes_a_cell_file_that_can_be_discharged(run, deck, tmp_path):
    cell = tmp_path / "mine.toml"
    result = run("deck", "convert", deck, "-o", cell, "--alpha", 0.5, "--S", 10)
    assert result.exit_code == 0, result.output
    loaded = load_cell(cell)
    assert loaded.name == "old"
    assert (loaded.positive.alpha, loaded.positive.S) == (0.5, 10.0)
    assert loaded.one_c_current == pytest.approx(18.8, abs=0.1)


def test_a_material_without_a_fit_can_be_replaced(run, deck):
    deck.write_text(edited("nneg", "6"), encoding="utf-8")
    refused = run("deck", "convert", deck)
    assert refused.exit_code == 2
    assert "Lonza KS6 graphite" in refused.stderr
    taken = run("deck", "convert", deck, "--negative-fit", "mcmb-2510")
    assert taken.exit_code == 0
    assert "mcmb-2510" in taken.stdout


def test_a_cell_becomes_a_deck_with_its_activation_energies(run, tmp_path):
    there = tmp_path / "dualfoil5.in"
    terms = ("--current", 35, "--cutoff", 2.5, "--version", "5.2")
    result = run("deck", "convert", "doyle-1996-cell-1", "-o", there, *terms)
    assert result.exit_code == 0, result.output
    written = read_deck(there)
    assert (written.version, written.segments[0].value, written.segments[0].end) == ("5.2", 35, 2.5)
    assert "4000.0" in (tmp_path / "li-ion-ebar.in").read_text()


def test_runs_become_a_cube(run, tmp_path):
    for S in (1, 3):
        for current in (17.5, 35.0):
            make_run(tmp_path / "runs" / f"a2.3_S{S}" / f"I{current:g}", current=current)
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "dualfoil5.out").write_text("")
    store = tmp_path / "runs.zarr"
    result = run(
        "import", "dualfoil", tmp_path / "runs", "--pattern", "a{alpha}_S{S}", "--store", store
    )
    assert result.exit_code == 0, result.output
    assert "imported from 4 runs of dualfoil" in result.stdout
    assert "left out" in result.stderr


def test_runs_of_different_cells_are_told_apart(run, tmp_path):
    make_run(tmp_path / "runs" / "1", current=17.5)
    make_run(tmp_path / "runs" / "2", current=17.5, cell=load_cell("doyle-1996-cell-2"))
    result = run("import", "dualfoil", tmp_path / "runs", "--store", tmp_path / "a.zarr")
    assert result.exit_code == 2
    for words in ("not of the same cell", "thickness", "one cell at a time"):
        assert words in result.stderr


def test_files_of_the_published_form_become_a_cube(run, tmp_path):
    folder = tmp_path / "curves"
    folder.mkdir()
    write(folder / "set1_1Crate.csv", STEPS, current=17.5)
    write(folder / "set1_2Crate.csv", STEPS[:5], current=35.0)
    store = tmp_path / "a.zarr"
    refused = run("import", "published", folder, "--alpha", 2.3, "--store", store)
    assert refused.exit_code == 2
    assert "`--S`" in refused.stderr
    result = run("import", "published", folder, "--alpha", 2.3, "--S", 1, "--store", store)
    assert result.exit_code == 0, result.output
    assert "no_convergence" in result.stdout


def test_the_stand_in_serves_many_folders_in_one_call(run, tmp_path, monkeypatch):
    folders = [make_run(tmp_path / f"{current:g}", current=current) for current in (35.0, 70.0)]
    monkeypatch.setenv("DF_S", "10")
    result = run("dualfoil-compatible", "--environment", "DF_S={S}", *folders)
    assert result.exit_code == 0, result.output
    for folder, current in zip(folders, (35.0, 70.0), strict=True):
        output = read_output(folder / "dualfoil5.out")
        assert (output.column("current") == current).all()
        assert output.column("voltage")[-1] == 2.0


def test_a_variable_without_a_template_is_refused(run, tmp_path):
    result = run("dualfoil-compatible", "--environment", "DF_S", tmp_path)
    assert result.exit_code == 2
    assert "NAME=TEMPLATE" in result.stderr
