"""``microbatt design``: the proposal as a table, a picture and numbers."""

import json

import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main

CELL = ["design", "--cell", "doyle-1996-cell-1", "--alpha", "2.3", "--S", "3"]
FEW = ["--currents", "1.75,17.5,70"]


def run(*arguments):
    return CliRunner().invoke(main, [*CELL, *arguments])


def test_the_table_names_the_best_currents_and_what_they_tell(tmp_path):
    result = run(*FEW, "--max-curves", "2", "--json", str(tmp_path / "d.json"))
    assert result.exit_code == 0, result.output
    numbers = json.loads((tmp_path / "d.json").read_text())
    best = numbers["choices"][-1]
    assert ", ".join(f"{current:g}" for current in best["currents"]) in result.output
    assert f"{best['alpha_bound'][0]:.2g}" in result.output


def test_a_free_nuisance_is_named_and_costs_information(tmp_path):
    sizes = []
    for free in ([], ["--free", "contact_resistance", "--free", "voltage_offset=5mV"]):
        file = tmp_path / f"{len(sizes)}.json"
        result = run(*FEW, "--max-curves", "1", "--json", str(file), *free)
        assert result.exit_code == 0, result.output
        sizes.append(json.loads(file.read_text())["choices"][0]["size"])
    assert sizes[1] > sizes[0]
    assert "voltage offset ± 0.005 V" in result.output


def test_a_tester_of_one_per_mille_tells_less(tmp_path):
    sizes = []
    for error in ("1e-5", "1e-3"):
        file = tmp_path / f"{len(sizes)}.json"
        words = ["--S", "1", "--charge-error", error, "--json", str(file)]  # S 1 is all capacity
        words += ["--cell-error", "0"]
        result = run(*FEW, "--max-curves", "1", *words)
        assert result.exit_code == 0, result.output
        sizes.append(json.loads(file.read_text())["choices"][0]["size"])
    assert sizes[1] > 1.2 * sizes[0]


def test_what_the_cell_file_leaves_open_counts_unless_it_is_called_exact(tmp_path):
    bounds, told = [], []
    for i, words in enumerate((["--cell-error", "0"], [], ["--cell-error", "thickness=2%"])):
        file = tmp_path / f"{i}.json"
        result = run(*FEW, "--max-curves", "1", "--json", str(file), *words)
        assert result.exit_code == 0, result.output
        bounds.append(json.loads(file.read_text())["choices"][0]["alpha_bound"][0])
        told.append(result.output.replace("\n", " "))
    exact, usual, thickness = bounds
    assert exact < thickness < 0.3 * usual
    assert "taken as exact" in told[0]
    assert "`--cell-error 0` takes them as exact" in told[1]
    assert "known as was given" in told[2]


def test_the_picture_shows_the_numbers_of_the_table():
    from matplotlib.figure import Figure

    from microbatt.inference.forward import native_request
    from microbatt.inference.identifiability import propose_currents, region_points
    from microbatt.plots import draw_choices

    points = region_points([1.0, 4.0], [1.0, 10.0], steps=2)
    terms = native_request("doyle-1996-cell-1")
    found = propose_currents(terms, points, [17.5, 35.0], max_curves=1)
    axes = draw_choices(Figure().add_subplot(), found)
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    middle = sorted(found.choices[0].bounds.alpha)[1]  # the lower of the two in the middle of four
    assert lines["alpha, median over the region"] == pytest.approx([middle])
    named = [text.get_text() for text in axes.get_legend().get_texts()]
    assert named == [
        "four fifths of the region",
        "alpha, median over the region",
        "all candidates together",
        "S relative to S, median",
    ]


def test_a_set_can_be_held_against_the_proposal_and_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    result = run(
        *FEW, "--max-curves", "1", "--compare", "8.75,52.5", "--plot", str(tmp_path / "d.svg")
    )
    assert result.exit_code == 0, result.output
    assert "8.75, 52.5" in result.output
    assert (tmp_path / "d.svg").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--noise", "1"], "its unit"),
        (["--noise", "1 kg"], "does not measure"),
        (["--currents", "17.5;35"], "commas"),
        (["--alpha", "1:2:3"], "LOW:HIGH"),
        (["--free", "contact_resistanc"], "contact_resistance"),
        (["--free", "temperature=1"], "its unit"),
        ([*FEW, "--max-curves", "4"], "from 1 to 3"),
        ([*FEW, "--max-hours", "0.01", "--max-curves", "1"], "larger currents"),
    ],
)
def test_bad_input_is_answered_with_the_remedy_and_exit_code_2(arguments, words):
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output.replace("\n", " ")


def test_standard_tests_are_ranked_beside_what_is_measured(tmp_path):
    file = tmp_path / "tests.json"
    result = run(
        "--protocols", "--measured", "C/2", "--cell-error", "0", "--json", str(file)
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "GITT" in result.output
    numbers = json.loads(file.read_text())
    first, *others = numbers["tests"]
    assert first["name"] == "measured already"
    assert any(one["sharper"] > 1.0 for one in others)


def test_options_for_tests_and_for_currents_do_not_mix():
    assert "--protocols" in run(*FEW, "--measured", "1C").output
    assert "--currents" in run(*FEW, "--protocols").output


def test_over_a_range_tests_are_ranked_by_the_median_of_its_points(monkeypatch):
    from microbatt.inference import identifiability

    asked = []

    def worth(name, alpha, protocol="any"):
        return identifiability.Worth(
            name=name, protocol=protocol, hours=1.0, alpha=alpha, S=1.0, sharper=2.0
        )

    def ranked(_cell, *, alpha, S, **_):
        asked.append((alpha, S))
        steady, fast = worth("steady", 0.2), worth("fast", {1.0: 0.1, 2.0: 0.3, 3.0: 0.4}[alpha])
        return (
            worth("measured already", 1.0, None),
            *sorted((steady, fast), key=lambda w: w.alpha),
        )

    monkeypatch.setattr(identifiability, "propose_tests", ranked)
    result = run("--protocols", "--measured", "C/2", "--alpha", "1:3")
    assert result.exit_code == 0, result.output
    assert asked == [(1.0, 3.0), (2.0, 3.0), (3.0, 3.0)]
    assert "medians over 3 points: alpha 1 to 3, S 3 to 3" in result.output
    steady, fast = (
        next(line for line in result.output.splitlines() if line.startswith(name))
        for name in ("steady", "fast")
    )
    assert result.output.index(steady) < result.output.index(fast)
    assert fast.split()[2] == "0.3"
