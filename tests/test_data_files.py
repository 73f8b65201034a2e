"""Shipped data is found, or its lack is told."""

import pytest

from microbatt import data_files
from microbatt.errors import StoreError


def test_a_catalog_that_is_nowhere_says_where_it_was_sought():
    with pytest.raises(StoreError, match=r"_catalogs.*Install microbatt again"):
        data_files.catalog_folder("no-such-catalog")


def test_the_installed_catalog_comes_before_the_one_of_a_clone(tmp_path, monkeypatch):
    installed, clone = tmp_path / "_catalogs", tmp_path / "catalogs"
    for place in (installed, clone):
        (place / "cells").mkdir(parents=True)
    monkeypatch.setattr(data_files, "_PLACES", (installed, clone))
    assert data_files.catalog_folder("cells") == installed / "cells"
