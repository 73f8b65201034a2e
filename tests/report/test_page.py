"""The page of a report: complete, self-contained, and safe with any name."""

import html.parser
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import Cell
from microbatt.report.nearby_bounds import bounds_around, bounds_at
from microbatt.report.numbers import estimate_numbers
from tests.report.estimates import made_estimate

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def maps():
    estimate = made_estimate()
    return bounds_around(estimate, steps=3), bounds_at(estimate)


@pytest.fixture(scope="module")
def page(maps):
    from microbatt.report.page import render_page

    return render_page(made_estimate(), *maps)


class Elements(html.parser.HTMLParser):
    """Collects elements and their attributes; unbalanced ones are noticed."""

    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def elements(page):
    parser = Elements()
    parser.feed(page)
    assert not parser.open
    return parser.found


def test_the_page_asks_for_nothing_outside_itself(elements, page):
    for _, attributes in elements:
        for name in ("src", "href", "xlink:href", "data"):
            target = attributes.get(name)
            assert target is None or target.startswith(("#", "data:"))
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)


def test_five_pictures_have_titles_and_no_identifier_twice(elements):
    pictures = [attributes for tag, attributes in elements if tag == "svg"]
    assert len(pictures) == 5
    assert all(attributes["aria-label"] for attributes in pictures)
    identifiers = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))


def test_a_table_of_the_cell_is_told_in_short_and_held_whole():
    from microbatt.report.page import render_page

    estimate = made_estimate()
    theta = np.linspace(0.0, 1.0, 401)
    potential = estimate.cell.positive.open_circuit.potential(np.clip(theta, 0.17, 0.99))
    plain = estimate.cell.to_dict() | {"name": "mylfp"}
    table = {"x": theta.tolist(), "y": np.asarray(potential).tolist()}
    plain["positive"] = plain["positive"] | {"open_circuit": {"material": "LFP", "table": table}}
    page = render_page(replace(estimate, cell=Cell.from_dict(plain)), None, None)
    shown = page[page.index("Every number of the cell") : page.index("<h2>How it was done")]
    assert "table of 401 points, x from 0 to 1, y from 3." in shown
    assert "LFP" in shown
    assert shown.count("\n") < 120
    numbers = json.loads(page.rpartition('id="numbers">')[2].partition("</script>")[0])
    assert numbers["cell"]["positive"]["open_circuit"]["table"] == table
    assert " of mylfp, fitted with" in page


def test_what_files_are_called_cannot_break_the_page(page):
    assert "cell &lt;7&gt; &amp; co" in page
    assert "run <17.5>.csv" not in page


def test_the_page_says_what_was_found_and_what_was_assumed(page):
    for words in (
        "2.300", "3.000", "contact resistance", "tortuosity of the pores", "It fits.",
        "Every discharge began from rest.", "2 rows without numbers", "numpy 2.0",
        "Nothing speaks against this estimate.",
    ):  # fmt: skip
        assert words in page


def test_names_in_the_sentences_of_a_page_are_code(maps):
    from microbatt.report.page import render_page

    estimate = made_estimate()
    told = replace(
        estimate,
        posterior_sentence="`--free x<y` says so.",
        assumptions=("Take `--thermal adiabatic`.",),
        diagnostics=replace(estimate.diagnostics, misfit_sentence="See `--cell-error`."),
    )
    page = render_page(told, *maps)
    visible = page[: page.index('id="numbers"')]
    for words in ("--free x&lt;y", "--thermal adiabatic", "--cell-error"):
        assert f"<code>{words}</code>" in visible
    assert "`" not in visible
    assert "<code>--cell-error</code>" in told._repr_html_()


def test_a_misfit_stands_at_the_top(maps):
    from microbatt.report.page import render_page

    page = render_page(made_estimate(misfit=True), *maps)
    assert page.index("Do not rely on this estimate") < page.index("2.300")


def test_the_numbers_in_the_page_are_the_numbers(page, maps):
    (embedded,) = re.findall(r'id="numbers">(.*?)</script>', page, flags=re.DOTALL)
    assert json.loads(embedded) == json.loads(
        json.dumps(estimate_numbers(made_estimate(), maps[1]))
    )


def test_numbers_that_are_not_finite_become_null():
    numbers = estimate_numbers(made_estimate())
    json.dumps(numbers, allow_nan=False)


def test_the_map_holds_the_estimate_and_its_terms(maps):
    around, here = maps
    assert around["alpha"].min() <= 2.3 <= around["alpha"].max()
    assert around["alpha_bound"].attrs["currents"].tolist() == [17.5, 70.0]
    assert "contact_resistance" in here["alpha_bound"].attrs["free"]
