"""A curve that stands twice is found by its content, and tells no more than once."""

import gzip

import numpy as np
import pytest

from microbatt.measured import Measurement, Reading, gather, read_experiment, read_files
from microbatt.measured import copies as copies_module
from microbatt.measured.copies import without_copies
from tests.measured.protocols import AREA, ONE_C, Protocol, rate_test, write


def measurement(name, seed=0, *, every=1, decimals=4):
    times = np.arange(0.0, 3000.0, 10.0)
    noise = 5e-4 * np.random.default_rng(seed).standard_normal(times.size)
    volts = np.round(4.0 - times / 3000.0 + noise, decimals)
    return Measurement(
        source=name,
        current=17.5,
        capacity=17.5 * times[::every] / 3600.0,
        voltage=volts[::every],
    )


def test_one_file_in_three_formats_counts_once_and_the_others_are_named(tmp_path):
    table = rate_test().frame()
    names = {"time": "time [s]", "current": "current [A]", "voltage": "voltage [V]"}
    write(tmp_path / "a.csv", table)
    write(tmp_path / "b.txt", table.round({"voltage": 3}), sep="\t")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes()))
    pytest.importorskip("openpyxl")
    table[list(names)].rename(columns=names).to_excel(tmp_path / "d.xlsx", index=False)
    experiment = read_experiment(tmp_path, Reading(area=AREA))
    assert len(experiment) == 2
    told = "; ".join(note for one in experiment.measurements for note in one.remarks)
    for copy in ("b.txt", "c.csv.gz", "d.xlsx"):
        assert f"{copy}, discharge 1 left out: a copy of a.csv, discharge 1" in told
    assert any("is a copy of" in note for file in experiment.reading for note in file.remarks)
    files, unread = read_files(sorted(tmp_path.iterdir()), Reading(area=AREA))
    assert (len(files), unread) == (4, ())
    assert len(gather(one for file in files for one in file.measurements)) == 2


def test_a_file_given_twice_counts_once(tmp_path):
    path = write(tmp_path / "a.csv", Protocol().rest().discharge().frame())
    assert len(gather([path, str(path)], Reading(area=AREA))) == 1


def test_copies_among_measurements_are_left_out_too():
    one = measurement("first")
    for copy in (measurement("again"), measurement("thinned", every=3)):
        kept = gather([one, copy]).measurements
        assert [each.source for each in kept] == ["first"]
        assert f"{copy.source} left out" in kept[0].remarks[-1]


def test_a_repeated_measurement_is_no_copy():
    assert len(gather([measurement("first"), measurement("second", seed=1)])) == 2


def test_of_one_file_a_curve_is_a_copy_only_where_every_voltage_is_the_same():
    first, again, thinned = measurement("1"), measurement("2"), measurement("3", every=3)
    kept, copies = without_copies([[first, again, thinned]])
    assert [one.source for one in kept] == ["1", "3"]
    assert copies == (("2", "1"),)
    kept, copies = without_copies([[first], [again, thinned]])
    assert [one.source for one in kept] == ["1"]
    assert copies == (("2", "1"), ("3", "1"))


def test_looking_for_copies_among_many_curves_of_one_file_takes_no_time(monkeypatch):
    compared = []
    monkeypatch.setattr(copies_module, "_are_copies", lambda *_: compared.append(1))
    without_copies([[measurement(str(seed), seed) for seed in range(60)]])
    assert compared == []


def test_curves_at_other_currents_are_no_copies(tmp_path):
    path = write(tmp_path / "a.csv", rate_test((ONE_C, 1.1 * ONE_C)).frame())
    assert len(gather(path, Reading(area=AREA))) == 2
