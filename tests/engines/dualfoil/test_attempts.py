"""The ladder: what is tried, in words and in the deck."""

from dataclasses import replace

from microbatt.cells import load_cell
from microbatt.engines.dualfoil import DualfoilSettings, deck_from_cell, galvanostatic
from microbatt.engines.dualfoil.attempts import SCALED_RATES, SMALLER_STEP, variations

DECK = deck_from_cell(load_cell("doyle-1996-cell-1"), galvanostatic(35.0, 2.0))


def nodes(deck):
    return deck.negative_nodes, deck.separator_nodes, deck.positive_nodes


def test_the_first_is_the_deck_as_it_is():
    first = next(variations(DECK, DualfoilSettings()))
    assert (first.words, first.deck) == ("", DECK)


def test_each_change_is_made_alone_and_said():
    _, step, mesh, rates = variations(DECK, DualfoilSettings())
    assert step.deck == replace(DECK, largest_step=DECK.largest_step / SMALLER_STEP)
    assert nodes(mesh.deck) == (80, 40, 80)
    assert mesh.deck.largest_step == DECK.largest_step
    assert rates.deck.positive_rate_constant == SCALED_RATES * DECK.positive_rate_constant
    assert "largest step" in step.words
    assert mesh.words == "80+40+80 nodes instead of 60+30+60"
    assert "rate constants" in rates.words


def test_a_mesh_without_room_to_grow_is_made_coarser():
    fine = replace(DECK, negative_nodes=80, separator_nodes=40, positive_nodes=80)
    settings = DualfoilSettings(retries=("other-mesh",))
    *_, mesh = variations(fine, settings)
    assert nodes(mesh.deck) == (53, 27, 53)


def test_the_settings_say_what_is_tried():
    assert len(list(variations(DECK, DualfoilSettings(retries=())))) == 1
