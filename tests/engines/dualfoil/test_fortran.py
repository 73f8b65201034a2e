"""Numbers as Fortran reads and writes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.engines.dualfoil.files.fortran import leading_numbers, read_number, write_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.0d-6", 1e-6),
        ("1.0D-06", 1e-6),
        ("1e-6", 1e-6),
        ("25.d-06", 25e-6),
        (".5", 0.5),
        ("-3.", -3.0),
        ("1.5-2", 0.015),
        ("+7Q3", 7000.0),
        ("Infinity", math.inf),
    ],
)
def test_every_form_that_fortran_reads_is_read(text, number):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["NaN", "-nan", "NaN(0x1)", "********"])
def test_what_is_no_number_in_fortrans_output_is_nan(text):
    assert math.isnan(read_number(text))


@pytest.mark.parametrize("text", ["", "!", "lim", "1.0d", "1,5", "0x10", "1_000", "d5"])
def test_words_are_no_numbers(text):
    assert read_number(text) is None


def test_numbers_of_a_line_end_at_its_comment():
    line = "20.0d0, 60.0d0  1\t2.0d0 4.70d0 !Discharge at 10 A/m2 for 60 min"
    assert list(leading_numbers(line)) == [20.0, 60.0, 1.0, 2.0, 4.7]
    assert list(leading_numbers("20.0 60 discharge 3")) == [20.0, 60.0]


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**9), 10**9))
def test_a_number_written_is_read_back_to_the_last_bit(value):
    assert read_number(write_number(value)) == value
