"""Every kind of store keeps the contract that ships with the package."""

import json
import uuid

import pytest

import microbatt
from microbatt.cli.stores import read_options
from microbatt.cube import locate
from microbatt.errors import StoreError
from microbatt.testing import StoreContract


class TestFolder(StoreContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory):
        return tmp_path_factory.mktemp("store"), {}


class TestMemory(StoreContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls):
        return f"memory://{uuid.uuid4().hex}", {}


class TestObjectStore(StoreContract):
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, s3):
        return f"s3://cubes/{uuid.uuid4().hex}", s3


def test_an_object_store_that_is_away_is_told_in_a_sentence(s3):
    away = s3 | {
        "endpoint_url": "http://127.0.0.1:9",
        "config_kwargs": {"retries": {"max_attempts": 0}},
    }
    with pytest.raises(StoreError, match=r"s3://cubes/a\.zarr"):
        microbatt.open_dataset("s3://cubes/a.zarr", storage_options=away)


def test_options_on_the_command_line_reach_the_protocol(s3):
    words = tuple(f"{key}={json.dumps(value)}" for key, value in s3.items())
    assert locate("s3://cubes/a", read_options(words)) == locate("s3://cubes/a", s3)
