"""Shipped networks: small, plain, described, and refused for other cells."""

import subprocess
import sys

import pytest

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.networks.weights import read_arrays, read_description
from microbatt.prediction.loading import SHIPPED, load_shipped, shipped_networks

FIVE_MEGABYTES = 5_000_000


def cell_and_balance(name):
    """Return the cell and the balance that a shipped network is named after."""
    balance = next(one for one in ("area-only", "conserving") if name.endswith(f"-{one}"))
    return name.removesuffix(f"-{balance}"), balance


def test_all_shipped_weights_together_are_below_five_megabytes():
    files = [path for path in SHIPPED.rglob("*") if path.is_file()]
    assert 0 < sum(path.stat().st_size for path in files) < FIVE_MEGABYTES
    assert {path.suffix for path in files} == {".json", ".npz"}


@pytest.mark.parametrize("name", shipped_networks())
def test_each_says_where_it_comes_from_and_what_it_reached(name):
    described = read_description(SHIPPED / name)
    read_arrays(SHIPPED / name, described)
    assert described["origin"]["cube"]
    assert described["settings"]["command"].startswith("microbatt train")
    for scores in described["scores"].values():
        assert {"alpha", "S"} <= set(scores)
    assert described["scores"]


@pytest.mark.parametrize("name", shipped_networks())
def test_cell_and_balance_choose_among_the_shipped_networks(name):
    cell, balance = cell_and_balance(name)
    trained = load_shipped(cell, balance)
    assert trained.record.origin.inventory == balance
    assert trained.record.origin.cutoff_voltage == load_cell(cell).cutoff_voltage
    assert trained.weights_hash == read_description(SHIPPED / name)["weights_hash"]


def test_the_shipped_network_is_found_by_the_cell_itself_too():
    by_name = load_shipped("doyle-1996-cell-1", "area-only")
    by_cell = load_shipped(load_cell("doyle-1996-cell-1"), "area-only")
    assert by_name.weights_hash == by_cell.weights_hash
    assert by_name.kind == "curve"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"cell": "doyle-1996-cell-3"}, "'doyle-1996-cell-1' and not 'doyle-1996-cell-3'"),
        ({"inventory": "none"}, "'area-only' and not 'none'"),
        ({"cutoff_voltage": 2.7}, "2.0 and not 2.7"),
        ({"thermal_mode": "adiabatic"}, "'isothermal' and not 'adiabatic'"),
    ],
)
def test_other_curves_are_refused_with_what_differs(asked, said):
    with pytest.raises(ParameterError) as refusal:
        load_shipped(**({"inventory": "area-only"} | asked))
    assert said in str(refusal.value)


def test_shipped_weights_are_used_without_tensorflow():
    program = (
        "import sys; from microbatt.prediction import load_shipped; "
        "load_shipped(inventory='area-only'); print({'tensorflow', 'keras'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
