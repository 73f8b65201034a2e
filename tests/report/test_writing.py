"""Writing a report: three files that say the same."""

import json

import pytest
import xarray as xr

from microbatt.errors import ParameterError
from microbatt.report import write_report
from tests.report.estimates import made_estimate

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")


def test_the_page_and_its_numbers_are_written_beside_each_other(tmp_path):
    files = write_report(made_estimate(), tmp_path / "cell.html", map_steps=2)
    assert "</html>" in files.page.read_text("utf-8")
    numbers = json.loads(files.numbers.read_text("utf-8"))
    assert numbers["parameters"][0]["value"] == 2.3
    assert numbers["bounds"]["alpha_bound"] > 0.0
    with xr.open_datatree(files.arrays) as tree:
        assert "alpha_bound" in tree["identifiability"]
        assert len(tree.to_dataset().data_vars) > 0


def test_another_kind_of_file_is_refused_before_anything_is_computed(tmp_path):
    with pytest.raises(ParameterError, match=r"\.html"):
        write_report(made_estimate(), tmp_path / "cell.pdf")
