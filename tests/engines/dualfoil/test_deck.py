"""Decks: read as Fortran reads them, written so that it reads the same."""

import pytest
from hypothesis import given, settings

from microbatt.engines.dualfoil.files.activation import Activation, format_activation
from microbatt.engines.dualfoil.files.deck import (
    ENTRIES,
    Heat,
    Mode,
    format_deck,
    parse_deck,
    read_deck,
)
from microbatt.errors import CellFileError
from tests.engines.dualfoil.decks import HAND_WRITTEN, decks, edited


@settings(max_examples=30)
@given(decks())
def test_a_deck_written_is_read_back_whole(deck):
    assert parse_deck(format_deck(deck)) == deck


@settings(max_examples=30)
@given(decks())
def test_a_value_and_its_comment_stand_apart(deck):
    """Fortran reads up to a space: a mark that touches the number is an error to it."""
    for line in format_deck(deck).splitlines()[:74]:
        value, _, mark = line.partition("!")
        assert value.endswith(" ") or not mark


def test_activation_energies_and_their_comments_stand_apart():
    text = format_activation(Activation(conductivity=3962.3948509123457))
    assert all(line.split()[1] == "!" for line in text.splitlines())


def test_a_deck_has_seventy_four_values_in_dualfoils_order():
    symbols = [entry.symbol for entry in ENTRIES]
    assert len(symbols) == 74
    assert (symbols[0], symbols[13], symbols[35], symbols[53], symbols[-1]) == (
        "lim", "T", "rka1", "lht", "lcurs",
    )  # fmt: skip


def test_comments_blank_lines_and_number_forms_are_read():
    deck = parse_deck(HAND_WRITTEN)
    assert (deck.negative_thickness, deck.separator_thickness) == (100e-6, 52e-6)
    assert (deck.positive_radius, deck.positive_stoichiometry) == (8.5e-6, 0.1705)
    assert (deck.heat, deck.version) == (Heat.ISOTHERMAL, "5.1")
    only = deck.segments[0]
    assert (only.value, only.end, only.mode) == (17.5, 2.0, Mode.CURRENT_TO_A_CUTOFF)


def test_a_sixth_number_makes_a_deck_of_5_2():
    deck = parse_deck(HAND_WRITTEN.replace("4.70d0 !discharge", "4.70d0 8.d-4 !discharge"))
    assert deck.version == "5.2"
    assert deck.segments[0].resistance == 8e-4


def test_a_segment_may_go_on_in_the_next_line():
    deck = parse_deck(HAND_WRITTEN.replace("17.5d0  2.0d0  2  1.5d0", "17.5d0  2.0d0\n2  1.5d0"))
    assert deck.segments[0].high_cutoff == 4.7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (edited("h1", "thick"), ["line 4 is 'thick ! h1'", "`h1`, thickness of the negative"]),
        (edited("n1", "80.5"), ["`n1`", "a whole number"]),
        (edited("lht", "7"), ["one of 0, 1, 2"]),
        (edited("lcurs", "2"), ["the deck ends before segment 2 of 2"]),
        (edited("lcurs", "0"), ["no segment"]),
        (HAND_WRITTEN[:200], ["the deck ends before", "74 values"]),
        (HAND_WRITTEN.replace("2.0d0  2  1.5d0", "2.0d0  9  1.5d0"), ["mode", "one of -3"]),
        (edited("Cp", "NaN"), ["`Cp`, heat capacity"]),
    ],
)
def test_a_deck_that_cannot_be_read_is_told_by_line_and_name(text, words):
    if "segment 2" in words[0]:
        text = text.partition("EXPLANATIONS")[0]
    with pytest.raises(CellFileError) as caught:
        parse_deck(text)
    for word in words:
        assert word in str(caught.value)


def test_a_missing_deck_is_told_with_what_to_give(tmp_path):
    with pytest.raises(CellFileError, match=r"dualfoil5\.in"):
        read_deck(tmp_path / "nothing.in")
