"""The documentation tells the truth: its code runs, its commands exist, its pages build."""

import itertools
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from microbatt.campaign import reading
from microbatt.cli.commands import COMMANDS, main
from microbatt.outcomes import Outcome
from tests.documentation import PAGES, ROOT, commands_in, python_of, shell_of, text_of
from tests.furnishing import furnish, make_grid
from tests.surroundings import CAMPAIGN, surroundings

pytestmark = pytest.mark.docs


def name(page):
    return str(page.relative_to(ROOT / "docs"))


FETCHING = {"notebooks/measured-cell.md": "tests/measured/test_published.py"}
"""Pages whose code fetches from a network → where it is run on copies."""
WITH_PYTHON = [page for page in PAGES if python_of(page) and name(page) not in FETCHING]
WITH_SHELL = [page for page in PAGES if shell_of(page)]
WARNINGS = ("-W", "error", "-W", "ignore:Port 8787 is already in use")  # somebody else's cluster
RUNNING = "test_the_python_of_a_page_runs_from_top_to_bottom"
CALLING = "test_the_commands_of_a_page_do_what_they_say"
ELSEWHERE = {
    "guide/explorer.md": "serves until it is interrupted; tests/browser",
    "guide/learning.md": "trains for hours; tests/cli/test_learning.py",
    "howto/gpu.md": "trains; tests/cli/test_learning.py",
    "results/comparison.md": "measures for an hour; tests/cli/test_compare.py",
}
"""Pages whose commands are too long for a test → why, and where they are tested small."""
CALLED = [page for page in WITH_SHELL if name(page) not in ELSEWHERE]


@pytest.fixture(scope="module")
def here(tmp_path_factory, s3):
    """What the pages take for granted."""
    with surroundings(tmp_path_factory.mktemp("pages"), s3) as found:
        yield found


def asked(request, test):
    """Return the pages that are asked of a test."""
    items = request.session.items
    return {i.callspec.params["page"] for i in items if getattr(i, "originalname", "") == test}


def results_of(module, pages, here):
    """Run pages in one process of their own: page → what went wrong.

    Starting an interpreter for each would take longer than the pages do.
    """
    done = subprocess.run(
        [sys.executable, *WARNINGS, "-m", module],
        input=json.dumps(pages),
        cwd=ROOT,
        env=here.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def errors(request, here):
    """Run the Python of the pages that were asked for."""
    pages = {name(page): program(page, here.folder, here) for page in asked(request, RUNNING)}
    results = results_of("tests.run_pages", pages, here)
    return {page: result["error"] for page, result in results.items()}


@pytest.fixture(scope="module")
def refusals(request, here):
    """Run the commands of the pages that were asked for, each page in a folder of its own."""
    make_grid(here.grid)
    pages = {}
    for page in asked(request, CALLING):
        folder = here.folder / "commands" / name(page).removesuffix(".md")
        folder.mkdir(parents=True)
        furnish(folder)
        pages[name(page)] = {"folder": str(folder), "calls": calls_of(page, here)}
    return results_of("tests.run_commands", pages, here)


def calls_of(page, here):
    """Return the calls of microbatt on a page.

    `srun` and its like are tested apart, and measured data are no part of the project.
    """
    calls = [call for script in shell_of(page) for call in commands_in(here.script(script))]
    left_out = ("$campaign", "NMC_25degC_1C.csv")
    return [call for call in calls if call and not any(one in call for one in left_out)]


def program(page, folder, here):
    """Write the Python of a page to a folder of its own; return the path."""
    place = folder / name(page).removesuffix(".md")
    place.mkdir(parents=True)
    (place / "my-sweep.toml").write_text(CAMPAIGN, encoding="utf-8")
    code = "\n\n".join(block.code for block in python_of(page))
    (place / "page.py").write_text(here.program(code), encoding="utf-8")
    return str(place / "page.py")


def test_there_are_pages_with_code():
    assert len(WITH_PYTHON) > 5
    assert len(WITH_SHELL) > 5


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, errors):
    assert errors[name(page)] == ""


@pytest.mark.slow
@pytest.mark.parametrize("page", CALLED, ids=name)
def test_the_commands_of_a_page_do_what_they_say(page, refusals):
    assert refusals[name(page)] == ""


@pytest.mark.parametrize("page", WITH_SHELL, ids=name)
def test_the_shell_of_a_page_is_well_formed(page):
    for script in shell_of(page):
        done = subprocess.run(
            ["/bin/bash", "-n"], input=script, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{script}\n{done.stderr}"


@pytest.mark.parametrize("page", WITH_SHELL, ids=name)
def test_the_commands_of_a_page_are_ones_that_the_command_line_takes(page):
    for script in shell_of(page):
        for call in commands_in(script):
            parse(main, [word for word in call if word != "--debug"])


def parse(group, words):
    """Parse a call as the command line does, without running it; files need not exist."""
    if not words or words[0].startswith("-"):
        return
    command = group.get_command(click.Context(group), words[0])
    assert command is not None, words[0]
    if isinstance(command, click.Group):
        parse(command, words[1:])
    elif not {"-h", "--help"} & set(words):
        try:
            command.make_context(words[0], words[1:])
        except click.BadParameter as error:
            if "does not exist" not in str(error):
                raise


def test_local_links_of_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert links
    missing = [link for link in links if not (ROOT / link).exists()]
    assert missing == []


def test_every_example_is_shown():
    text = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    shown = re.findall(r"\{literalinclude\} \.\./examples/(.+)", text)
    assert shown == sorted(path.name for path in (ROOT / "examples").glob("*.py"))
    for picture in re.findall(r"\]\((images/.+?)\)", text):
        assert (ROOT / "docs" / picture).exists(), picture


def test_the_guide_to_the_cube_has_every_ending():
    text = (ROOT / "docs" / "guide" / "cube.md").read_text(encoding="utf-8")
    for outcome in Outcome:
        assert f"| {int(outcome)} `{outcome.name.lower()}` |" in text


def test_the_reference_of_the_campaign_file_has_every_key():
    text = (ROOT / "docs" / "reference" / "campaign-file.md").read_text(encoding="utf-8")
    missing = [key for key in reading._KEYS if not re.search(rf"`\[?{key}[`\]]", text)]
    assert missing == []


def test_the_files_that_the_pages_name_are_there():
    named = re.compile(r"`((?:microbatt|tests|catalogs|docs)/[\w/.*-]+)`|python (tests/[\w/]+\.py)")
    for page in PAGES:
        for found in named.finditer(page.read_text(encoding="utf-8")):
            path = found[1] or found[2]
            assert list(ROOT.glob(path)), f"{name(page)}: {path}"


def test_the_modules_and_names_that_the_pages_name_are_there():
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in re.findall(r"`(microbatt(?:\.\w+)+)`|-m (tests(?:\.\w+)+)", text):
            assert pkgutil.resolve_name("".join(found)), f"{name(page)}: {found}"


def test_every_command_is_used_in_a_page():
    text = "\n".join(text_of(page) for page in PAGES)
    assert [command for command in COMMANDS if f"microbatt {command}" not in text] == []


def test_the_architecture_names_every_package_and_module_at_the_root():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for path in (ROOT / "microbatt").iterdir():
        if not path.name.startswith(("__", "py.typed")):
            assert f"`microbatt/{path.name}{'/' * path.is_dir()}`" in text, path.name


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_reads_as_plain_markdown_and_its_papers_are_in_the_bibliography(page):
    """Where pages are not built, as on a code host, a role of Sphinx shows as it is written."""
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"\{[a-z:]+\}`", text) == []
    known = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
    for paper in re.findall(r"\]\(https://doi\.org/([^)\s]+)\)", text):
        assert paper in known


def test_the_architecture_draws_every_stage_that_the_import_rules_know():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    drawn = re.search(r"```text\n(.*?)```", text, re.DOTALL)[1]
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = rules["importlinter"]["contracts"][0]["layers"]
    stages = [set(re.findall(r"\w+", layer)) for layer in layers[: layers.index("cells") + 1]]
    assert [set(re.findall(r"\w+", line)) for line in drawn.splitlines()] == stages[::-1]


def test_the_architecture_says_why_for_every_dependency():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for requirement in [*project["dependencies"], *itertools.chain(*extras.values())]:
        name = re.match(r"[\w-]+", requirement)[0]
        assert name == "microbatt" or re.search(rf"[| ]{name}[,\[ ]", text), name
    for extra in set(extras) - {"all"}:
        assert f"`{extra}`" in text, extra


@pytest.mark.slow
def test_the_pages_build_without_a_warning(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "sphinx",
            "-W",
            "-n",
            "-q",
            "-j",
            "auto",
            "--keep-going",
            "docs",
            str(tmp_path),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert Path(tmp_path, "index.html").exists()
