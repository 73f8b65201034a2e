"""Texts of any usual encoding, told from their bytes and read as UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD: Final = 2**19
"""Bytes by which an encoding is told."""
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY: Final = (
    ("cp1252", "Windows-1252"),
    ("gb18030", "GB 18030"),
    ("cp932", "Shift-JIS"),
    ("cp949", "Korean (CP 949)"),
    ("euc_jp", "EUC-JP"),
    ("big5", "Big5"),
    ("cp1251", "Windows-1251"),
)
"""Encodings older than UTF-8 and their names; the first takes any bytes."""


def as_utf8(raw: bytes, words: Callable[[str, str], tuple[int, ...]]) -> tuple[bytes, str]:
    """Return a text as UTF-8, and the encoding that it had.

    Parameters
    ----------
    raw : bytes
        Of the whole text.
    words : callable
        From the beginning of the text and the encoding in which it was read so, how many words it
        makes; larger is likelier. An older encoding is chosen by it, the Western one among equals.

    Returns
    -------
    text : bytes
        Bytes that mean nothing are replaced.
    encoding : str
        For people.

    Examples
    --------
    >>> as_utf8("25 °C".encode("cp1252"), lambda text, encoding: (0,))[1]
    'Windows-1252'
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            shown = "UTF-8" if encoding == "utf-8" else encoding
            return raw[len(mark) :].decode(encoding, errors="replace").encode(), shown
    head = raw[:4096]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(head) >= 8 and zeros.count(0) > 0.8 * len(zeros):
            return raw.decode(encoding, errors="replace").encode(), encoding
    try:
        if not raw.isascii():  # which is told in a twentieth of the time
            raw.decode("utf-8")
    except UnicodeDecodeError:
        encoding, shown = _legacy(raw, words)
        return raw.decode(encoding, errors="replace").encode(), shown
    return raw, "UTF-8"


def _legacy(raw: bytes, words: Callable[[str, str], tuple[int, ...]]) -> tuple[str, str]:
    """Return the older encoding of a text, and its name: that in which it makes most words."""
    head = raw[:HEAD]
    head = head[: head.rfind(b"\n") + 1] or head
    found = []
    for place, (encoding, shown) in enumerate(_LEGACY):
        try:
            text = head.decode(encoding, errors="strict" if place else "replace")
        except UnicodeDecodeError:
            continue
        found.append(((*words(text, encoding), -place), encoding, shown))
    return max(found)[1:]
