"""``microbatt compare``, and engines on the command line."""

import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main


def run(*words):
    return CliRunner().invoke(main, list(words))


def test_a_comparison_is_shown_and_saved(tmp_path):
    engines = "native,tests.comparison.narrow:ENGINE"
    result = run("compare", "--engines", engines, "--points", "2", "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "median [ms]" in " ".join(result.output.split())
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"comparison.nc", "comparison.json", "times.csv", "endings.csv"} <= written
    assert "comparison.png" in written


def test_settings_are_given_to_the_engine_that_they_name(tmp_path):
    result = run(
        "compare", "--engines", "native", "--points", "0", "--setting", "native.mesh=0.5",
        "--out", str(tmp_path),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert '"mesh": 0.5' in (tmp_path / "comparison.json").read_text()


def test_an_engine_that_gives_no_whole_curve_is_named_and_the_exit_code_is_1(tmp_path):
    engines = ("--engines", "native,tests.comparison.narrow:ENGINE")
    few = ("--points", "1", "--setting", "native.max_steps=10")
    result = run("compare", *engines, *few, "--out", str(tmp_path / "out"))
    assert result.exit_code == 1, result.output
    assert "no whole curve came of native" in result.output
    assert (tmp_path / "out" / "comparison.nc").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("compare", "--engines", "nativ"), "Nearest: 'native'"),
        (("compare", "--engines", "native", "--setting", "pybamm.rtol=1"), "engines compared"),
        (("compare", "--engines", "native", "--points", "-1"), "`points` is -1"),
        (("discharge", "doyle-1996-cell-1", "--engine", "nativ"), "Nearest: 'native'"),
        (("discharge", "doyle-1996-cell-1", "--setting", "mesh"), "KEY=VALUE"),
        (("discharge", "doyle-1996-cell-1", "--setting", "mash=1"), "Nearest: 'mesh'"),
        (("run", "demo", "--engine", "nativ"), "Nearest: 'native'"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_a_mistake_is_told_in_a_sentence_with_exit_code_2(words, message):
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.output


def test_the_engine_that_was_used_is_shown():
    result = run("discharge", "doyle-1996-cell-1", "--current", "35", "--setting", "mesh=0.5")
    assert result.exit_code == 0
    assert "native engine" in result.output
