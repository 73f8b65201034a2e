"""The reference can be read in a clone: what the package says of itself stands in the pages."""

import subprocess
import sys
from pathlib import Path

import pytest

from microbatt.cells import PARTS, Cell, specs
from microbatt.cli.commands import COMMANDS
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


def test_a_page_that_is_behind_is_written_anew():
    old = "a\n<!-- described: quantities -->\nold\n<!-- end of quantities -->\nb\n"
    new = describe_pages.written(old)
    assert new.startswith("a\n")
    assert new.endswith("-->\nb\n")
    assert "| `alpha` | α |" in new
    assert describe_pages.written(new) == new
