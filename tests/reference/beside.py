"""Reference data that are no part of the project: looked for in a folder beside it.

That is ``shared/reference``, beside the folder of the project, or the one that the environment
variable ``MICROBATT_REFERENCE`` names.
"""

import os
from pathlib import Path

import pytest

FOLDER = Path(
    os.environ.get("MICROBATT_REFERENCE", Path(__file__).parents[3] / "shared" / "reference")
)


def beside(name):
    """Return the path of a file or folder among them; a test that asks for one that is absent is
    skipped, and all such tests are counted in one line of pytest's summary.
    """
    path = FOLDER / name
    if not path.exists():
        pytest.skip(
            "no reference data in a folder shared/reference beside the project; if they are "
            "elsewhere, MICROBATT_REFERENCE names their folder"
        )
    return path
