"""Files that are cut, odd, huge or deep: a sentence for each, no hang, no code run."""

import json
import re
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cells import load_cell
from microbatt.cells.loading import cell_path
from microbatt.cells.toml import parse_cell
from microbatt.errors import CellFileError, ParameterError
from tests.cells.bpx_files import DOCUMENT, document

TEXTS = [cell_path(name).read_text("utf-8") for name in ("doyle-1996-cell-1", "xu-2019")]
ENTRY = re.compile(
    r"(value|expression|unit|source|fit|range|name|description|references|format) = "
    r'("[^"]*"|\[[^\]]*\]|[-\d.e+]+)'
)
ODD = (
    "nan", "inf", "-1", "0", "true", '"x"', "[]", "{}", "9" * 400, "1e-320", "1e308", "-1e308",
    "[1, 2]", "{ x = 1 }", "1979-05-27", '""', "[[]]",
)  # fmt: skip
EXTRA = (
    "start = 3",
    'start = { value = nan, unit = "%", source = "a" }',
    'porosity = { value = 200, unit = "%", source = "a" }',
    "uncertainties = {}",
    "[cell]",
    'film_resistance = { value = 1, unit = "ohm m2", uncertainty = "-3 %", source = "a" }',
)


@st.composite
def odd_texts(draw):
    """The text of a cell file with something wrong in it."""
    text = draw(st.sampled_from(TEXTS))
    lines = text.split("\n")
    row = draw(st.integers(0, len(lines) - 1))
    match draw(st.sampled_from(["cut", "value", "line", "gone", "extra"])):
        case "cut":
            return text[: draw(st.integers(0, len(text)))]
        case "value":
            odd = draw(st.sampled_from(ODD))
            lines[row] = ENTRY.sub(lambda match: f"{match[1]} = {odd}", lines[row], count=1)
        case "line":
            lines[row] = f"{lines[row].split('=')[0]}= {draw(st.sampled_from(ODD))}"
        case "gone":
            del lines[row]
        case "extra":
            lines.insert(row, draw(st.sampled_from(EXTRA)))
    return "\n".join(lines)


@given(odd_texts())
def test_an_odd_cell_file_is_refused_in_a_sentence_or_makes_a_cell(text):
    try:
        cell = parse_cell(text)
    except (ParameterError, tomllib.TOMLDecodeError):
        return
    assert cell.open_circuit_voltage > 0.0


NESTED = "(" * 300 + "x" + ")" * 300
FORMULA = 'open_circuit = { fit = "petroleum-coke", source = "doyle1996" }'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = " + "[" * 20_000, "nested too deeply|not valid TOML"),
        ("format = " + "9" * 5000, "cannot be read|`format` is"),
        (TEXTS[0].replace("value = 100", "value = " + "9" * 5000, 1), "cannot be read"),
        (
            TEXTS[0].replace("value = 100", "value = " + "9" * 400, 1),
            r"`negative.thickness` is inf",
        ),
        ("#" * (2**24 + 1), "larger than 16 MiB"),
        (
            TEXTS[0].replace(
                FORMULA,
                f'open_circuit = {{ x = [{"0," * 100_001}], y = [1], unit = "V", source = "a" }}',
            ),
            "100001 numbers; at most 100000",
        ),
        (
            TEXTS[0].replace(
                FORMULA,
                f'open_circuit = {{ expression = "{NESTED}", unit = "V", source = "a" }}',
            ),
            "is no formula|operations inside",
        ),
    ],
    ids=["deep", "format", "digits", "large", "long", "points", "parentheses"],
)
def test_a_huge_or_deep_cell_file_is_refused_at_once(tmp_path, text, message):
    path = tmp_path / "odd.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CellFileError, match=message):
        load_cell(path)


def test_a_huge_table_beside_a_file_is_refused_by_its_size(tmp_path):
    entry = 'open_circuit = { table = "coke.csv", unit = "V", source = "a" }'
    path = tmp_path / "odd.toml"
    path.write_text(TEXTS[0].replace(FORMULA, entry), encoding="utf-8")
    (tmp_path / "coke.csv").write_bytes(b"0.1,1\n" * (2**24 // 6 + 1))
    with pytest.raises(CellFileError, match=r"larger than 16 MiB\. Thin it out"):
        load_cell(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps(DOCUMENT).replace("0.016", "9" * 5000), "cannot be read"),
        (json.dumps(DOCUMENT).replace("0.016", "9" * 400), "is inf; it must lie"),
        (json.dumps(DOCUMENT).replace("0.016", "NaN"), "is nan; it must lie"),
        (
            json.dumps(
                document(
                    ("Parameterisation", "Positive electrode", "OCP [V]",
                     {"x": list(range(200_000)), "y": [1.0] * 200_000})
                )
            ),
            "200000 numbers; at most 100000",
        ),
        (
            json.dumps(
                document(("Parameterisation", "Positive electrode", "OCP [V]", "(" * 300 + "x"))
            ),
            "is no formula",
        ),
    ],
    ids=["digits", "large", "nan", "points", "parentheses"],
)  # fmt: skip
def test_a_huge_or_deep_bpx_file_is_refused_at_once(tmp_path, content, message):
    path = tmp_path / "odd.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CellFileError, match=message):
        load_cell(path)
