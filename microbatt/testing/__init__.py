"""What every engine, every trained network and every store must keep, as tests to inherit.

Import it in a test module of your own; it needs pytest, which ``microbatt[testing]`` brings.
"""

import sys
from typing import Any

import lazy_loader

from microbatt.checks import check_extra

_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attribute
    """Load a name when it is first used, once pytest is there to explain what fails."""
    if name in __all__:
        check_extra("pytest", extra="testing")
        import pytest

        suites = [f"{__name__}.{stem}" for stem in ("engines", "networks", "stores")]
        pytest.register_assert_rewrite(*(suite for suite in suites if suite not in sys.modules))
    return _load(name)
