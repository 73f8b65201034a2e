"""The reference can be read in a clone: what the package says of itself stands in the pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from microbatt.cells import PARTS, Cell, LithiumMetal, specs
from microbatt.cells.file_keys import FIT_KEYS, MATERIAL, NUMBER_KEYS, OWN_KEYS, keys_of
from microbatt.cells.parts import LABELS
from microbatt.cells.toml import parse_cell
from microbatt.cli.commands import COMMANDS
from microbatt.errors import ParameterError
from microbatt.quantities import QUANTITIES

pytest.importorskip("numpydoc")
pytest.importorskip("sphinx")

DOCS = Path(__file__).parents[1] / "docs"
sys.path.insert(0, str(DOCS))

import describe_pages  # noqa: E402 - a script beside the pages

pytestmark = pytest.mark.docs
REFERENCE = DOCS / "reference"


def test_the_pages_say_what_the_package_says():
    """In a process of its own, whose commands no other test has touched."""
    script = [sys.executable, str(DOCS / "describe_pages.py"), "--check"]
    checked = subprocess.run(script, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, f"{checked.stderr}: run `python docs/describe_pages.py`"


def test_every_description_stands_in_a_page():
    text = "".join(page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))
    for name in describe_pages.DESCRIBED:
        assert text.count(f"<!-- described: {name} -->") == 1
    assert "{described}" not in text


def test_every_command_key_and_quantity_can_be_read():
    commands, keys, quantities = (
        (REFERENCE / f"{name}.md").read_text(encoding="utf-8")
        for name in ("commands", "cell-file", "quantities")
    )
    for command in COMMANDS:
        assert f"## microbatt {command}\n" in commands
    for record in (Cell, *PARTS.values()):
        for key in specs(record):
            assert f"| `{key}` |" in keys
    for quantity in QUANTITIES:
        assert f"| `{quantity}` |" in quantities


def keys_on_the_page():
    """The keys of each table of the page of the cell file, by the words above it."""
    text = (REFERENCE / "cell-file.md").read_text(encoding="utf-8")
    described = text.partition("<!-- described: cell_fields -->")[2]
    found, section = {}, ""
    for line in described.partition("<!-- end of cell_fields -->")[0].splitlines():
        section = line if line.startswith("**") else section
        if line.startswith("| `"):
            found.setdefault(section, []).append(line.split("`")[1])
    return found


def test_every_key_that_the_reader_of_a_cell_file_takes_has_a_row():
    page = keys_on_the_page()
    at_top, entry = (page.pop(next(iter(page))) for _ in range(2))
    assert at_top == ["format", *LABELS]
    assert set(entry) == NUMBER_KEYS | FIT_KEYS | set().union(*OWN_KEYS.values()) | {MATERIAL}
    half = page.pop("**`[negative]`** of a half-cell")
    assert half == list(keys_of("negative", LithiumMetal))
    for part, kind in {"cell": Cell, **PARTS}.items():
        (keys,) = (keys for section, keys in page.items() if f"`[{part}]`" in section)
        assert keys == list(keys_of(part, kind))


@pytest.mark.parametrize("part", ["cell", *PARTS])
def test_a_key_of_the_page_is_no_unknown_key_to_the_reader(part):
    (keys,) = (keys for section, keys in keys_on_the_page().items()
               if f"`[{part}]`" in section and "half" not in section)  # fmt: skip
    for key in (*keys, "no_key"):
        text = f'format = 1\nname = "a"\n[{part}]\n{key} = {{}}\n'
        with pytest.raises(ParameterError) as refused:
            parse_cell(text)
        assert ("is not a key here" in str(refused.value)) == (key == "no_key")


def test_what_may_be_left_out_is_told_as_the_reader_takes_it():
    """Functions that a cell need not have, and numbers that follow from others."""
    text = (REFERENCE / "cell-file.md").read_text(encoding="utf-8")
    rows = {
        line.split("`")[1]: line.split(" | ")
        for line in text.splitlines()
        if line.startswith("| `")
    }
    for key in ("exchange_current_shape", "solid_diffusivity_shape", "entropic_change_coefficient"):
        assert rows[key][3] == "none"
    assert rows["one_c_current"][3].startswith("`nominal_capacity` over the area")
    assert "–" not in {row[1] for row in rows.values()}


def test_a_page_that_is_behind_is_written_anew():
    old = "a\n<!-- described: quantities -->\nold\n<!-- end of quantities -->\nb\n"
    new = describe_pages.written(old)
    assert new.startswith("a\n")
    assert new.endswith("-->\nb\n")
    assert "| `alpha` | α |" in new
    assert describe_pages.written(new) == new
