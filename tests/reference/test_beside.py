"""Reference data beside the project are found, or their absence is said."""

import pytest

from tests.reference import beside


def test_what_is_there_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "FOLDER", tmp_path)
    (tmp_path / "curves.csv").write_text("1", encoding="utf-8")
    assert beside.beside("curves.csv").read_text("utf-8") == "1"


def test_what_is_absent_skips_the_test_and_says_where_it_belongs(tmp_path, monkeypatch):
    monkeypatch.setattr(beside, "FOLDER", tmp_path)
    with pytest.raises(pytest.skip.Exception, match="shared/reference beside the project"):
        beside.beside("curves.csv")


def test_the_copy_of_dualfoils_curves_is_what_lies_there():
    from tests.reference.dualfoil import DATA

    for name in ("dualfoil_curves.csv.gz", "dualfoil_runs.csv"):
        assert (DATA / name).read_bytes() == beside.beside(name).read_bytes()
