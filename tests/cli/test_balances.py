"""Options of a heat balance are taken where they count, and refused elsewhere."""

import pytest
from click.testing import CliRunner

from microbatt.cli.balances import thermal_mode
from microbatt.cli.commands import main
from microbatt.engines import Adiabatic, HeatOf, Isothermal, Lumped
from microbatt.errors import ParameterError


def test_each_name_is_its_heat_balance():
    assert thermal_mode("isothermal") == Isothermal()
    assert thermal_mode("adiabatic", heat_of="charge") == Adiabatic(heat_of=HeatOf.CHARGE)
    assert thermal_mode("lumped", 5.0) == Lumped(heat_transfer_coefficient=5.0)


@pytest.mark.parametrize("name", ["isothermal", "adiabatic"])
def test_a_heat_transfer_that_would_not_count_is_refused(name):
    with pytest.raises(ParameterError, match=r"is 5, .*Add `--thermal lumped`"):
        thermal_mode(name, 5.0)


def test_a_composition_of_no_heat_is_refused():
    with pytest.raises(ParameterError, match="computes no heat"):
        thermal_mode("isothermal", heat_of="charge")


@pytest.mark.parametrize(
    "command",
    [
        ("simulate", "lco-graphite", "Rest for 1 s"),
        ("discharge", "lco-graphite"),
        ("infer", "{file}", "--cell", "lco-graphite"),
        ("train", "--cell", "lco-graphite", "--out", "{file}.keras"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize("option", [("--heat-transfer", "5"), ("--heat-of", "charge")])
def test_every_command_refuses_it_at_once(command, option, tmp_path):
    path = tmp_path / "one.csv"
    path.write_text("Time [s],Voltage [V],Current [A/m2]\n0,4,-1\n", encoding="utf-8")
    arguments = [word.format(file=path) for word in command]
    result = CliRunner().invoke(main, [*arguments, *option])
    said = " ".join(result.output.split())
    assert result.exit_code == 2
    assert f"`{option[0]}` is {option[1]}" in said
