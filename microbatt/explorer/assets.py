"""The style sheet and the programs that run in the browser."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent / "browser"


@cache
def asset(name: str) -> str:
    """Return the text of a file of the folder ``browser``."""
    return (_FOLDER / name).read_text(encoding="utf-8")


HIDDEN: Final[dict[str, Any]] = {"visible": False, "width": 10, "margin": 0}
"""Options of a widget that carries messages only."""

STYLED: Final[dict[str, Any]] = {"stylesheets": [asset("style.css")]}
"""Options of a Panel widget or pane in the explorer's style."""
