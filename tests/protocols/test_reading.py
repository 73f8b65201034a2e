"""Protocols in TOML files, profiles in CSV files and arrays."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.protocols import Step, as_protocol, profile, read_profile, read_protocol

TOML = """
[[protocol]]
step = "Rest for 1 minute"

[[protocol]]
steps = ["Charge at 1C until 4.2 V", "Hold at 4.2 V until C/20"]
repeat = 2

[[protocol]]
current = "C/3"
duration = 10.0
"""


def test_a_file_holds_sentences_cycles_and_records(tmp_path):
    path = tmp_path / "protocol.toml"
    path.write_text(TOML)
    protocol = read_protocol(path)
    assert len(protocol) == 6
    assert protocol.steps[-1] == Step(current="C/3", duration=10.0)
    assert as_protocol(str(path)).steps == protocol.steps


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1", "no tables"),
        ("[[protocol]]\nstp = 'Rest for 1 s'", "Nearest: 'step'"),
        ("[[protocol]]\nstep = 'Rest for 1 s'\ncurrent = 3", "stands 'repeat' alone"),
        ("[[protocol]]\ncurrent = 3.0", "never ends"),
        ("[[protocol]]\nsteps = 3", "must hold sentences"),
        ("[[protocol]]\nstep = 'Rest for 1 s'\nrepeat = 0", "at least 1|from 1"),
        ("[[protocol]", "no TOML file"),
    ],
)
def test_a_file_that_is_none_is_refused_with_the_reason(tmp_path, text, reason):
    path = tmp_path / "protocol.toml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=reason):
        read_protocol(path)


def test_a_file_that_names_itself_is_refused(tmp_path):
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text(f"[[protocol]]\nsteps = ['Rest for 1 s', '{two}']\n", encoding="utf-8")
    two.write_text("[[protocol]]\nstep = 'Rest for 2 s'\n", encoding="utf-8")
    assert [step.duration for step in read_protocol(one)] == [1.0, 2.0]
    two.write_text(f"[[protocol]]\nstep = '{one}'\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"the protocol file .*one\.toml holds itself"):
        read_protocol(one)


@pytest.mark.parametrize("name", ["P.TOML", "p.Toml"])
def test_a_file_is_known_by_its_ending_in_any_case(tmp_path, name):
    path = tmp_path / name
    path.write_text("[[protocol]]\nstep = 'Rest for 2 s'\n", encoding="utf-8")
    assert as_protocol(str(path)) == as_protocol("Rest for 2 s")


def test_a_profile_is_read_with_its_units_and_its_sign(tmp_path):
    path = tmp_path / "drive.csv"
    path.write_text("Time [min],I [mA],U [V]\n0,0,4\n1,-500,3.9\n2,250,4\n")
    samples = read_profile(path, discharge_is="negative")
    np.testing.assert_allclose(samples.time, [0.0, 60.0, 120.0])
    np.testing.assert_allclose(samples.value, [0.0, 0.5, -0.25])
    assert samples.unit == "A"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Time [s],U [V]\n0,1\n1,2\n", "no column of current or power"),
        ("Time [s],I\n0,1\n1,2\n", "has no unit"),
        ("Time [s],I [V]\n0,1\n1,2\n", "does not measure the same"),
        ("Time [s],I [A]\n0,1\n1,x\n", "line 3 has 'x'"),
        ("Time [s],I [A]\n0,1\n1,nan\n", "must be finite"),
        ("Time [s],I [A]\n1,1\n0,1\n", "must never fall"),
        ("I [A]\n0\n1\n", "no column of time"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused(tmp_path, text, reason):
    path = tmp_path / "drive.csv"
    path.write_text(text)
    with pytest.raises(ParameterError, match=reason):
        read_profile(path, discharge_is="positive")


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("Time", ("0:00:00", "0:00:30.5", "0:02:00")),
        ("Test Time [hh:mm:ss]", ("100:00:00", "100:00:30.5", "100:02:00")),
        ("time", ("2024-05-01 23:59:00", "2024-05-01 23:59:30.5", "2024-05-02 00:01:00")),
        ("Time [s]", ("2024-05-01T23:59:00", "2024-05-01T23:59:30.5", "2024-05-02T00:01:00")),
    ],
)
def test_clocks_and_dates_are_times(tmp_path, heading, rows):
    path = tmp_path / "drive.csv"
    lines = "".join(f"{one},1.5\n" for one in rows)
    path.write_text(f"{heading},Current [A]\n{lines}", encoding="utf-8")
    assert read_profile(path, discharge_is="positive").time.tolist() == [0.0, 30.5, 120.0]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
def test_a_profile_is_text_of_any_encoding(tmp_path, encoding):
    path = tmp_path / "drive.csv"
    text = "Temp [°C],Time [s],Current [A]\n25,0,1\n25,10,-2\n25,20,0\n"
    path.write_bytes(text.encode(encoding))
    samples = read_profile(path, discharge_is="positive")
    assert (samples.time.tolist(), samples.value.tolist()) == ([0, 10, 20], [1, -2, 0])


def test_a_profile_that_is_no_text_is_refused(tmp_path):
    path = tmp_path / "drive.csv"
    for content, reason in ((bytes(range(256)) * 8, "is no text"), (b"1" * 200_000, "no CSV file")):
        path.write_bytes(content)
        with pytest.raises(ParameterError, match=reason):
            read_profile(path, discharge_is="positive")


def test_a_held_profile_jumps_at_its_samples():
    samples = profile([0.0, 1.0, 3.0], current=[1.0, 2.0, 5.0], between="hold")
    np.testing.assert_array_equal(samples.time, [0.0, 1.0, 1.0, 3.0, 3.0])
    np.testing.assert_array_equal(samples.value, [1.0, 1.0, 2.0, 2.0, 5.0])


def test_samples_cannot_be_changed_behind_the_protocol():
    times = np.array([0.0, 1.0])
    samples = profile(times, current=[1.0, 1.0])
    times[1] = 9.0
    assert samples.duration == 1.0
    with pytest.raises(ValueError, match="read-only"):
        samples.time[1] = 2.0
