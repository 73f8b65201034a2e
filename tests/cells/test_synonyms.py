"""An unknown name is answered with the one that means the same."""

import pytest

from microbatt.cells import NUMBERS, PARTS, number_of, specs
from microbatt.cells.synonyms import _REMARKS, _SAME, nearest_meaning
from microbatt.errors import ParameterError

KEYS = {part: list(specs(kind)) for part, kind in PARTS.items()}


@pytest.mark.parametrize(
    ("part", "word", "meant"),
    [
        ("positive", "porosity", "electrolyte_fraction"),
        ("positive", "Particle radius [m]", "particle_radius"),
        ("negative", "D_s", "solid_diffusivity"),
        ("negative", "Ds", "solid_diffusivity"),
        ("negative", "c_max", "max_concentration"),
        ("negative", "OCV", "open_circuit"),
        ("separator", "length", "thickness"),
        ("electrolyte", "salt concentration", "initial_concentration"),
        ("positive", "Bruggeman exponent", "alpha"),
        ("positive", "sei-resistance", "film_resistance"),
    ],
)
def test_a_word_for_a_key_is_known_whatever_it_is_spelt_like(part, word, meant):
    assert nearest_meaning(word, KEYS[part]).startswith(f"It is called `{meant}` here.")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("cathode_porosity", "positive_electrolyte_fraction"),
        ("positive_bruggeman", "alpha"),
        ("anode_radius", "negative_particle_radius"),
        ("negative_D_s", "negative_solid_diffusivity"),
        ("temperature", "initial_temperature"),
        ("area", "electrode_area"),
        ("positive_electrode_porosity", "positive_electrolyte_fraction"),
        ("electrolyte_kappa", "electrolyte_conductivity_scale"),
        ("electrolyte_conductivity", "electrolyte_conductivity_scale"),
    ],
)
def test_a_word_for_a_number_of_the_vocabulary_is_known(word, meant):
    with pytest.raises(ParameterError, match=f"It is called `{meant}` here"):
        number_of(word)


def test_a_key_without_its_part_offers_every_part():
    words = nearest_meaning("porosity", NUMBERS)
    for part in ("negative", "positive", "separator"):
        assert f"`{part}_electrolyte_fraction`" in words


def test_an_unknown_of_a_fit_is_answered_with_its_meaning_too():
    from microbatt.inference.forward import check_unknowns

    with pytest.raises(ParameterError, match="called `positive_electrolyte_fraction` here"):
        check_unknowns(["positive_porosity"])


def test_a_diameter_is_told_to_be_halved():
    assert "Halve it." in nearest_meaning("positive_diameter", NUMBERS)


def test_a_typing_error_is_answered_with_the_nearest_spelling():
    assert nearest_meaning("thicknes", KEYS["separator"]).startswith("Nearest: 'thickness'")


def test_no_word_means_two_keys_of_one_part_and_every_meaning_exists():
    known = {key for keys in KEYS.values() for key in keys}
    entries = {"value", "unit", "source", "note", "uncertainty", "expression", "table", "range"}
    others = {"fit", "cell", "conductivity", "thermodynamic_factor", "transference_number"}
    assert set(_SAME) <= known | set(NUMBERS) | set(PARTS) | entries | others
    for keys in KEYS.values():
        words = [word for key in keys for word in _SAME.get(key, ())]
        assert len(words) == len(set(words)), sorted(w for w in words if words.count(w) > 1)
    assert set(_REMARKS) <= {word for words in _SAME.values() for word in words}
