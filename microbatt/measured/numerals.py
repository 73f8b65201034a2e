"""Numbers as people and testers write them: decimal signs, thousands, clocks and dates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import MeasurementError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

_SAMPLE: Final = 20_000
"""Texts of a column among which the decimal sign is looked for, from both ends and between."""
_FEW: Final = 50
"""So many numbers tell at least how many decimal places there are."""
_DAY: Final = 86400.0
"""[s]."""
_BODY: Final = r"[+-]?(\d[\d.,]*|[.,]\d+)([eE][+-]?\d+)?"
_NUMBER: Final = re.compile(rf"^{_BODY}$")
_CLOCK: Final = re.compile(
    r"^(?:(?P<days>\d+)\s*(?:d|days?|\.|-|\s)\s*)?"
    r"(?P<hours>\d+):(?P<minutes>[0-5]?\d)(?::(?P<seconds>[0-5]?\d(?:[.,]\d*)?))?$"
)
_GROUPS: Final = {
    sign: re.compile(rf"^[+-]?[1-9]\d{{0,2}}(?:{re.escape(sign)}\d{{3}})+$") for sign in ".,"
}
_GROUP: Final = 3
"""Digits between two signs of thousands."""
_BLANKS: Final = str.maketrans("", "", " \u00a0\u202f\u2009'’_")
_SIGNS: Final = re.compile(r"[\s'_]")
_MINUS: Final = str.maketrans("−–", "--")


def tidy(texts: pd.Series) -> pd.Series:
    """Return the texts of a column without blanks and apostrophes between digits."""
    if not texts.str.contains("[\\s'’_−–]", regex=True, na=False).any():
        return texts
    return (
        texts.str.strip()
        .str.translate(_MINUS)
        .where(
            texts.str.contains(r"\d:\d", na=False),
            texts.str.translate(_MINUS).str.translate(_BLANKS),
        )
    )


def decimal_sign(source: str, columns: Mapping[str, Sequence[str]]) -> str:
    """Tell which sign is the decimal one in a file.

    A number with both signs ends with the decimal one; so does one whose sign is not followed by
    three digits. ``1,000`` beside ``980`` and without either proof is a thousand.

    Parameters
    ----------
    source : str
        The file, for messages.
    columns : mapping of str to sequence of str
        Heading → some of its texts.

    Returns
    -------
    str
        ``"."`` or ``","``.

    Raises
    ------
    MeasurementError
        If columns contradict each other.
    """
    proofs = {name: _proof([tidied(one) for one in texts]) for name, texts in columns.items()}
    sure = {name: (sign, text) for name, (sign, text, certain) in proofs.items() if certain}
    signs = {sign for sign, _ in sure.values()}
    if len(signs) > 1:
        (one, (first, text)), (other, (_, another)) = _two_that_differ(sure)
        raise MeasurementError(
            f"{source}: `{text}` in column `{one}` has the decimal sign `{first}`, and `{another}` "
            f"in column `{other}` the other one. One file must have one decimal sign: export it "
            "again with points throughout, and without a sign between thousands."
        )
    if signs:
        return signs.pop()
    likely = {sign for sign, _, _ in proofs.values() if sign}
    if not likely:  # a single sign that never groups thousands beside smaller numbers
        likely = {sign for _, text, _ in proofs.values() for sign in ".," if sign in text}
    return likely.pop() if len(likely) == 1 else "."


def to_numbers(texts: pd.Series, decimal: str) -> Array:
    """Return the numbers in texts; NaN where there is none."""
    import pandas as pd

    thousands = "," if decimal == "." else "."
    plain = tidy(texts.astype("string"))
    grouped = plain.str.contains(thousands, regex=False, na=False)
    if grouped.any():
        head = plain.str.partition(decimal)[0]
        fits = head.str.fullmatch(_GROUPS[thousands].pattern.strip("^$"))
        plain = plain.where(~grouped | fits.fillna(value=False), other=pd.NA)
        plain = plain.str.replace(thousands, "", regex=False)
    if decimal != ".":
        plain = plain.str.replace(decimal, ".", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce")
    return np.asarray(numbers.to_numpy(dtype=float, na_value=np.nan))


def grouped_text(texts: Iterable[str], decimal: str) -> str | None:
    """Return a text of a column that writes thousands with the file's decimal sign, if one does.

    A current of 0 and 1.361 does not: what counts in thousands passes 100 to 999 or is round.
    """
    written = [tidied(one) for one in texts]
    sign, text, certain = _proof(written)
    if not sign or sign == decimal:
        return None
    return text if certain or _may_be_thousands(written, decimal) else None


def _may_be_thousands(texts: Sequence[str], sign: str) -> bool:
    """Tell whether numbers of which some have three digits behind `sign` may be thousands."""
    numbers = [one.lstrip("+-") for one in texts if _NUMBER.match(one)]
    hundreds = any(len(one) == _GROUP and one.isdigit() for one in numbers)
    return hundreds or all(one.endswith("0") for one in numbers if sign in one)


def proves_points(texts: Sequence[str]) -> bool:
    """Tell whether a column without commas has decimal points, or none that could mean a thousand.

    A text that is no number, such as ``1'000``, leaves it open.
    """
    proof = False
    for text in texts:
        if "." not in text:
            continue
        if _GROUPS["."].match(text) is None:
            proof = True
            break
    return proof or not any("." in one for one in texts)


def tidied(text: str) -> str:
    """Return a number without blanks and apostrophes between its digits."""
    plain = text.strip()
    if plain.isascii() and not _SIGNS.search(plain):
        return plain
    plain = plain.translate(_MINUS)
    return plain if ":" in plain else plain.translate(_BLANKS)


def is_clock(texts: pd.Series) -> bool:
    """Tell whether a column holds hours, minutes and seconds."""
    known = texts.dropna().head(5)
    return bool(len(known)) and all(is_time(str(one)) for one in known)


def is_time(text: str) -> bool:
    """Tell whether a text is one of hours, minutes and seconds."""
    return _CLOCK.match(text.strip()) is not None


def clock_seconds(texts: pd.Series) -> Array:
    """Return times such as ``h:mm:ss``, ``h:mm`` and ``1d 02:03:04`` as seconds."""
    import pandas as pd

    quick = _three_parts(texts)
    if quick is not None:
        return over_midnight(quick)
    plain = texts.astype("string").str.strip().str.replace(",", ".", regex=False)
    parts = plain.str.extract(_CLOCK.pattern)
    days, hours, minutes, seconds = (
        np.asarray(pd.to_numeric(parts[name]).to_numpy(dtype=float, na_value=np.nan))
        for name in ("days", "hours", "minutes", "seconds")
    )
    whole = hours * 3600.0 + minutes * 60.0
    total = np.nan_to_num(days) * _DAY + whole + np.nan_to_num(seconds)
    return over_midnight(np.asarray(total))


def _three_parts(texts: pd.Series) -> Array | None:
    """Return times that are all ``h:mm:ss`` as seconds, quickly; None if they are not."""
    import io

    import pandas as pd

    written = "\n".join(map(str, texts.tolist()))
    if "," in written:
        written = written.replace(",", ".")
    try:
        parts = pd.read_csv(
            io.StringIO(written), sep=":", header=None, names=["h", "m", "s"], dtype=float,
            skip_blank_lines=False,
        )  # fmt: skip
    except (ValueError, pd.errors.ParserError):
        return None
    hours, minutes, seconds = (parts[name].to_numpy() for name in ("h", "m", "s"))
    known = np.isfinite(hours) & np.isfinite(minutes) & np.isfinite(seconds)
    if len(parts) != len(texts) or not known.all() or max(minutes.max(), seconds.max()) >= 60.0:
        return None
    return np.asarray(hours * 3600.0 + minutes * 60.0 + seconds)


def date_seconds(dates: pd.Series) -> Array:
    """Return dates as seconds since the first; NaN where there is none."""
    import warnings

    import pandas as pd

    if not pd.api.types.is_datetime64_any_dtype(dates):
        texts = dates.astype("string").str.strip()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of a format that pandas must guess
            tried = [
                pd.to_datetime(texts, errors="coerce", dayfirst=dayfirst, format=form)
                for dayfirst, form in ((False, None), (True, None), (True, "mixed"))
            ]
        dates = max(tried, key=_likely)
    known = dates.dropna()
    if known.empty:
        return np.full(len(dates), np.nan)
    return np.asarray((dates - known.iloc[0]).dt.total_seconds().to_numpy(dtype=float))


def _likely(dates: pd.Series) -> tuple[int, bool, float]:
    """Rank a way to read dates: most of them, in order, and without leaps.

    9.3. and 10.3. are a day apart; read as months first they are thirty.
    """
    known = dates.dropna()
    span = (known.max() - known.min()).total_seconds() if len(known) else 0.0
    return len(known), bool(known.is_monotonic_increasing), -span


def over_midnight(seconds: Array) -> Array:
    """Return times of day that go on over midnight; any other clock as it is."""
    steps = np.diff(seconds)
    back = steps < 0.0
    usual = steps[steps > 0.0]
    if not back.any() or not usual.size or not seconds[0] > 0.0 or np.nanmax(seconds) >= _DAY:
        return seconds
    went = steps[back] + _DAY
    if (went > max(10.0 * float(np.median(usual)), 60.0)).any():
        return seconds
    return np.asarray(seconds + _DAY * np.concatenate([[0.0], np.cumsum(back)]))


def rounding(values: Array, *, decimals: int = 9) -> float:
    """Return the power of ten to which values are rounded: 1, 0.1 … 1e-9; 0 if finer.

    Parameters
    ----------
    values : numpy.ndarray
        As they stand in the file.
    decimals : int, default 9
        Places that are looked at.

    Returns
    -------
    float
        The step.

    Examples
    --------
    >>> rounding(np.array([0.0, 0.25, 1.5]))
    0.01
    """
    known = values[np.isfinite(values)]
    if known.size > _SAMPLE:
        known = known[:: known.size // _SAMPLE + 1]
    largest = float(np.abs(known).max(initial=0.0))
    few = _places(known[:: known.size // _FEW + 1], largest, range(decimals + 1))
    if few is None:
        return 0.0
    found = _places(known, largest, range(few, decimals + 1))
    return 0.0 if found is None else float(10.0**-found)


def _places(values: Array, largest: float, among: Iterable[int]) -> int | None:
    """Return the first number of decimal places to which all values are rounded."""
    for places in among:
        scaled = values * 10.0**places
        scaled -= np.rint(scaled)
        off = max(float(scaled.max(initial=0.0)), -float(scaled.min(initial=0.0)))
        if off <= 1e-6 + 1e-13 * largest * 10.0**places:
            return places
    return None


def middle(values: ArrayLike) -> float:
    """Return the median of finite numbers; of a few in a tenth of the time that NumPy takes.

    Examples
    --------
    >>> middle([3.0, 1.0, 2.0]), middle([1.0, 2.0])
    (2.0, 1.5)
    """
    every = np.asarray(values, dtype=float)
    half = every.size // 2
    if not every.size:
        return float("nan")
    if every.size % 2:
        return float(np.partition(every, half)[half])
    lower, upper = np.partition(every, (half - 1, half))[half - 1 : half + 1]
    return float(0.5 * (lower + upper))


def last_place(texts: Iterable[str], decimal: str) -> float:
    """Return the last decimal place that is written in any of some texts: 0.001 of ``2.500``."""
    finest = 1.0
    for text in texts:
        body, _, exponent = text.lower().partition("e")
        places = len(body.rpartition(decimal)[2]) if decimal in body else 0
        try:
            finest = min(finest, 10.0 ** (int(exponent or 0) - places))
        except (ValueError, OverflowError):
            continue
    return finest


def sampled(texts: pd.Series) -> list[str]:
    """Return some of the texts of a column, from all of it."""
    known = texts.dropna()
    if len(known) > _SAMPLE:
        known = known.iloc[:: len(known) // _SAMPLE + 1]
    return [str(one) for one in known]


def _proof(texts: list[str]) -> tuple[str, str, bool]:
    """Return a column's decimal sign, a text that shows it, and whether it is certain."""
    numbers = [one for one in texts if _NUMBER.match(one)]
    for text in numbers:
        body = text.lower().partition("e")[0]
        if "." in body and "," in body:
            return max(".,", key=body.rfind), text, True
    for sign, other in (".,", ",."):
        with_sign = [one for one in numbers if sign in one]
        if not with_sign:
            continue
        ungrouped = next((one for one in with_sign if not _GROUPS[sign].match(one)), None)
        if ungrouped is not None:
            return sign, ungrouped, True
        bare = [one.lstrip("+-") for one in numbers if sign not in one]
        if bare and all(len(one) <= 3 for one in bare):  # 980 and 1,000: thousands
            return other, with_sign[0], False
        if any(one.count(sign) > 1 for one in with_sign):
            return other, with_sign[0], True
        return "", with_sign[0], False
    return "", "", False


def _two_that_differ(
    sure: Mapping[str, tuple[str, str]],
) -> tuple[tuple[str, tuple[str, str]], tuple[str, tuple[str, str]]]:
    first = next(iter(sure.items()))
    return first, next(one for one in sure.items() if one[1][0] != first[1][0])
