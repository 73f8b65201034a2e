"""A damaged file is read, or refused in a sentence; nothing else comes out of it."""

import numpy as np
import pytest

from microbatt.errors import MicrobattError
from microbatt.measured import Reading, read_file
from tests.measured.protocols import AREA, rate_test, write

HEADINGS = {
    "time": "Test Time (s)",
    "current": "Current (A)",
    "voltage": "Voltage (V)",
    "capacity": "Capacity (Ah)",
    "word": "Step Type",
    "step": "Step Index",
}
TABLE = rate_test(interval=200.0).frame()
ODD = (
    "1e300",
    "inf",
    "nan",
    "",
    "abc",
    "9" * 400,
    "1,000",
    "1.000,5",
    '"',
    "\x01",
    "1:00:00",
    "−5",
)


def damaged(lines, rng):
    """Lines with a cell, a column, a row or the end exchanged or gone."""
    at = int(rng.integers(1, len(lines)))
    column = int(rng.integers(len(HEADINGS)))
    word = str(rng.choice(ODD))

    def exchanged(line):
        fields = line.split(",")
        fields[column % len(fields)] = word
        return ",".join(fields)

    ways = (
        lambda: [*lines[:at], exchanged(lines[at]), *lines[at + 1 :]],
        lambda: [lines[0], *map(exchanged, lines[1:])],
        lambda: [exchanged(lines[0]), *lines[1:]],
        lambda: lines[:at] + lines[at + 1 :],
        lambda: [*lines[:at], lines[int(rng.integers(len(lines)))], *lines[at:]],
        lambda: lines[: at + 1],
    )
    return ways[int(rng.integers(len(ways)))]()


@pytest.mark.parametrize("seed", range(40))
def test_damage_is_read_or_refused_in_a_sentence(tmp_path, seed):
    rng = np.random.default_rng(seed)
    path = write(tmp_path / "a.csv", TABLE, headings=HEADINGS)
    path.write_text("\n".join(damaged(path.read_text().splitlines(), rng)), encoding="utf-8")
    try:
        found, reason = read_file(path, Reading(area=AREA)).measurements, ""
    except MicrobattError as error:
        found, reason = (), str(error)
    assert found or "a.csv" in reason
    assert len(reason) < 2000
    assert all(np.isfinite(one.voltage).all() for one in found)


def test_rows_shorter_than_their_headings_are_refused_with_the_column(tmp_path):
    rows = "\n".join(f"{20 * i},-0.01" for i in range(20))
    (tmp_path / "a.csv").write_text(f"time [s],current [A],voltage [V]\n{rows}\n")
    with pytest.raises(MicrobattError, match=r"fewer fields .* `voltage \[V\]`"):
        read_file(tmp_path / "a.csv", Reading(area=AREA))
