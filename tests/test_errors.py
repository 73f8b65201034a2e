"""One root for every deliberate exception, and the built-in kinds people expect."""

import pytest

from microbatt import errors


@pytest.mark.parametrize(
    ("kind", "builtin"),
    [
        (errors.ParameterError, ValueError),
        (errors.CellFileError, ValueError),
        (errors.CampaignError, ValueError),
        (errors.StoreError, OSError),
        (errors.SimulationError, RuntimeError),
        (errors.MissingExtraError, ImportError),
        (errors.ShadowedError, ImportError),
    ],
)
def test_each_error_is_a_microbatt_error_and_the_builtin_kind(kind, builtin):
    with pytest.raises(errors.MicrobattError, match="why"):
        raise kind("why")
    assert issubclass(kind, builtin)


def test_names_between_backticks_become_code_and_all_else_is_escaped():
    told = errors.as_html("`--free <S>` is 3 & ``x``; it's a lone ` here.")
    assert told == (
        "<code>--free &lt;S&gt;</code> is 3 &amp; <code>x</code>; it&#x27;s a lone ` here."
    )
