"""Values as people write them: shares, widths and names of numbers."""

import pytest

from microbatt.cli.values import read_cell_errors, read_free
from microbatt.errors import ParameterError
from microbatt.inference import Prior


def test_a_width_in_percent_is_one_of_the_logarithm():
    assert read_free(("negative_thickness=3%", "temperature", "contact_resistance=1mohm m2")) == {
        "negative_thickness": Prior(kind="log-normal", width=0.03),
        "temperature": None,
        "contact_resistance": 1e-3,
    }


def test_a_cell_error_is_one_share_or_one_for_each_name():
    assert read_cell_errors(()) is None
    assert read_cell_errors(("usual",)) == "usual"
    with pytest.raises(ParameterError, match="NAME=SHARE"):
        read_cell_errors(("2%", "alpha=0.1"))
