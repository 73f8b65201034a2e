"""``microbatt demo``: all of it, on a cell of today."""

import pytest
from click.testing import CliRunner

from microbatt.cli.commands import main
from microbatt.cli.demo import MEASURED, PICTURES, REPORT, STORE


def said(*words, code=0):
    result = CliRunner().invoke(main, ["demo", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.output


def test_a_folder_with_something_else_is_refused_before_any_work(tmp_path):
    (tmp_path / "sweep.png").write_text("notes")
    assert "sweep.png" in said("--out", tmp_path, code=2)
    (tmp_path / "file").write_text("notes")
    assert "folder" in said("--out", tmp_path / "file", code=2)


@pytest.mark.slow
def test_it_leaves_a_sweep_curves_pictures_and_a_report_and_finds_the_truth(tmp_path):
    output = said("--out", tmp_path / "demo")
    left = {path.name for path in (tmp_path / "demo").iterdir()}
    assert {STORE, MEASURED, REPORT, *PICTURES} <= left
    assert "546 curves" in output
    assert "The cell file explains the data" in output
    assert "alpha                  1.37" in output
    assert "the network alone: alpha 1.37" in output
    assert "was not asked" not in output
