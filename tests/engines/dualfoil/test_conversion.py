"""Cells to decks and back: nothing that both can say is lost, and what is lost is named."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings

from microbatt.cells import Collector, available_cells, load_cell
from microbatt.engines import Adiabatic, Isothermal, Lumped
from microbatt.engines.dualfoil import (
    activation_from_cell,
    deck_from_cell,
    galvanostatic,
    not_in_a_deck,
)
from microbatt.engines.dualfoil.files.activation import (
    Activation,
    format_activation,
    parse_activation,
    read_activation,
)
from microbatt.engines.dualfoil.files.deck import Mode, format_deck, parse_deck
from microbatt.engines.dualfoil.reading import PlannedDischarge, cell_from_deck
from microbatt.errors import CellFileError, ParameterError
from tests.cells.strategies import cells
from tests.engines.dualfoil.decks import HAND_WRITTEN, edited

CELL = load_cell("doyle-1996-cell-1")


def there_and_back(cell, **terms):
    """Write a cell as a deck and activation energies, and read both."""
    segments = galvanostatic(17.5, 2.0, version="5.2", resistance=cell.contact_resistance)
    text = format_deck(deck_from_cell(cell, segments, **terms))
    energies = parse_activation(format_activation(activation_from_cell(cell)))
    return cell_from_deck(parse_deck(text), energies, alpha=cell.positive.alpha, S=cell.positive.S)


def sayable(cell, read):
    """The cell, with what no deck can say taken from what was read."""

    def electrode(part):
        ours, theirs = getattr(cell, part), getattr(read, part)
        return replace(
            ours,
            solid_conductivity=theirs.solid_conductivity,
            effective_solid_conductivity=None,
            **({} if part == "positive" else {"alpha": theirs.alpha, "S": theirs.S}),
        )

    separator = replace(
        cell.separator,
        filler_fraction=0.0,
        density=read.separator.density,
        alpha=read.separator.alpha,
    )
    labels = {name: getattr(read, name) for name in ("name", "description", "references")}
    return replace(
        cell,
        negative=electrode("negative"),
        positive=electrode("positive"),
        separator=separator,
        one_c_current=read.one_c_current,
        **labels,
    )


@settings(max_examples=15)
@given(cells())
def test_a_cell_read_from_its_deck_is_the_same_cell(cell):
    try:
        deck_from_cell(cell, galvanostatic(1.0, 2.0))
    except ParameterError:
        assume(False)  # noqa: FBT003 - a material that dualfoil does not have
    read = there_and_back(cell).cell
    ours, theirs = sayable(cell, read).to_dict(), read.to_dict()
    for part in ("cell", "negative", "separator", "positive", "electrolyte"):
        for name, value in ours[part].items():
            numeric = isinstance(value, float)
            expected = pytest.approx(value, rel=1e-12, abs=1e-15) if numeric else value
            assert theirs[part][name] == expected, (part, name)
    for part in ("negative", "positive"):
        assert getattr(read, part).matrix_conductivity == pytest.approx(
            getattr(cell, part).matrix_conductivity, rel=1e-12
        )
    assert read.mass_per_area == pytest.approx(cell.mass_per_area, rel=1e-12)


@pytest.mark.parametrize("name", available_cells())
def test_every_cell_of_the_catalog_has_a_deck_that_says_it_or_a_material_of_its_own(name):
    cell = load_cell(name)
    if cell.metal:
        with pytest.raises(ParameterError, match="half-cell"):
            there_and_back(cell)
        return
    own = [e.open_circuit for e in (cell.negative, cell.positive) if e.open_circuit.plain]
    if own or cell.electrolyte.fit.plain:
        with pytest.raises(ParameterError, match="which dualfoil does not have"):
            there_and_back(cell)
        return
    read = there_and_back(cell).cell
    assert read.open_circuit_voltage == cell.open_circuit_voltage
    assert read.mass_per_area == pytest.approx(cell.mass_per_area, rel=1e-12)


@pytest.mark.parametrize(
    "thermal", [Isothermal(), Adiabatic(), Lumped(heat_transfer_coefficient=5.0)]
)
def test_heat_balances_survive(thermal):
    assert there_and_back(CELL, thermal=thermal).thermal == thermal


def test_the_discharge_is_read_with_its_current_and_cutoff():
    read = there_and_back(CELL)
    assert read.discharge == PlannedDischarge(current=17.5, cutoff_voltage=2.0)
    timed = HAND_WRITTEN.replace("2.0d0  2  1.5d0", "60.0d0  1  1.5d0")
    told = cell_from_deck(parse_deck(timed))
    assert told.discharge == PlannedDischarge(current=17.5, cutoff_voltage=1.5, minutes=60.0)
    assert any("ends after 60 min" in words for words in told.unmapped)


def test_a_deck_written_by_hand_is_the_cell_that_it_describes():
    read = cell_from_deck(parse_deck(HAND_WRITTEN))
    assert read.cell.open_circuit_voltage == pytest.approx(CELL.open_circuit_voltage, abs=1e-12)
    assert (read.cell.positive.alpha, read.cell.positive.S) == (2.3, 3.0)
    # 148 mAh/g × 4140 kg/m³ × 3.6e6 / F
    assert read.cell.positive.max_concentration == pytest.approx(22862, abs=1.0)


@pytest.mark.parametrize(
    ("symbol", "value", "words"),
    [
        ("mvdc3", "1", "mvdc3"),
        ("lht", "1", "`lht` 1"),
        ("lflag", "0", "lflag"),
        ("capp1", "0.1", "capp1"),
        ("nside", "1", "nside"),
        ("imp", "1", "imp"),
        ("lcurs", "1", "1 C: not in a deck"),
    ],
)
def test_what_a_cell_cannot_say_is_named(symbol, value, words):
    read = cell_from_deck(parse_deck(edited(symbol, value)))
    assert any(words in sentence for sentence in read.unmapped)


def test_what_is_given_is_not_named_as_missing():
    read = cell_from_deck(parse_deck(HAND_WRITTEN), Activation(), alpha=0.5, S=10.0)
    assert (read.cell.positive.alpha, read.cell.positive.S) == (0.5, 10.0)
    assert [one.partition(":")[0] for one in read.unmapped] == ["1 C"]


@pytest.mark.parametrize(
    ("symbol", "value", "words"),
    [
        ("nneg", "6", ["negative", "Lonza KS6 graphite", "'petroleum-coke'"]),
        ("nprop", "12", ["electrolyte", "LiTFSI in PEO"]),
        ("npos", "1", ["positive", "TiS2"]),
        ("npos", "77", ["does not list"]),
    ],
)
def test_a_material_without_a_fit_is_named(symbol, value, words):
    with pytest.raises(ParameterError) as caught:
        cell_from_deck(parse_deck(edited(symbol, value)))
    for word in words:
        assert word in str(caught.value)


def test_a_film_that_falls_with_temperature_is_named():
    falling = cell_from_deck(parse_deck(HAND_WRITTEN), Activation(negative_film=4000.0))
    assert falling.cell.negative.film_resistance_activation == 0.0
    assert any("film resistance" in sentence for sentence in falling.unmapped)


def test_a_warm_deck_is_told_of_the_other_reference_temperature():
    energies = Activation(conductivity=4000.0)
    warm = cell_from_deck(parse_deck(edited("lht", "0")), energies)
    assert any("298.15 K" in sentence for sentence in warm.unmapped)
    isothermal = cell_from_deck(parse_deck(HAND_WRITTEN), energies)
    assert not any("298.15 K" in sentence for sentence in isothermal.unmapped)


def test_another_fit_may_be_taken_instead():
    deck = parse_deck(edited("nneg", "6"))
    read = cell_from_deck(deck, fits={"negative": "mcmb-2510"})
    assert read.cell.negative.open_circuit.name == "mcmb-2510"
    with pytest.raises(ParameterError, match="mcmb-2510"):
        cell_from_deck(deck, fits={"negative": "mcmb-2511"})


def test_lithium_foil_is_refused():
    with pytest.raises(CellFileError, match="lithium foil"):
        cell_from_deck(parse_deck(edited("n1", "0")))


def test_a_value_that_no_cell_has_is_told():
    with pytest.raises(CellFileError, match="volume fractions"):
        cell_from_deck(parse_deck(edited("epf3", "0.9")))


def test_a_fit_that_dualfoil_lacks_is_refused():
    from microbatt.cells import OPEN_CIRCUIT_FITS

    negative = replace(CELL.negative, open_circuit=OPEN_CIRCUIT_FITS["mcmb-2510"])
    with pytest.raises(ParameterError, match="mcmb-2510"):
        deck_from_cell(replace(CELL, negative=negative), galvanostatic(1.0, 2.0))


def test_what_a_deck_cannot_say_of_a_cell_is_named():
    (sentence,) = not_in_a_deck(CELL, "5.1")
    assert "298.15 K" in sentence
    other = replace(CELL.with_microstructure(alpha=0.5, S=10.0), contact_resistance=0.01)
    sentences = not_in_a_deck(other, "5.1")
    assert [one.partition(":")[0] for one in sentences] == [
        "positive", "positive", "activation energies", "contact resistance",
    ]  # fmt: skip
    assert len(not_in_a_deck(other, "5.2")) == 3


def test_a_discharge_is_asked_for_so_that_nothing_but_the_cutoff_ends_it():
    (segment,) = galvanostatic(35.0, 2.0)
    assert (segment.value, segment.end, segment.mode) == (35.0, 2.0, Mode.CURRENT_TO_A_CUTOFF)
    assert segment.low_cutoff < 0.0


def test_activation_energies_are_read_with_comments_and_told_when_short(tmp_path):
    text = "".join(f"{i}00.d0 ! E{i}\n" for i in range(14))
    assert parse_activation(text).positive_film == 1300.0
    with pytest.raises(CellFileError, match="has 3 values; it must have 14"):
        parse_activation("0\n0\n0\n")
    with pytest.raises(CellFileError, match="'high ! E'"):
        parse_activation("high ! E\n")
    assert read_activation(tmp_path / "li-ion-ebar.in") is None


def test_a_cell_without_masses_makes_a_deck_of_the_same_electrodes():
    bare = replace(
        CELL,
        heat_capacity=None,
        negative_collector=Collector(),
        positive=replace(CELL.positive, density=None),
        electrolyte=replace(CELL.electrolyte, density=None),
    )
    read = there_and_back(bare).cell
    assert read.positive.max_concentration == pytest.approx(CELL.positive.max_concentration)
    assert read.positive.thickness == pytest.approx(CELL.positive.thickness)
