"""The reference of the API: a page for each module, gathered by the stage that it belongs to.

``{stages}`` lists what the package holds when the documentation is built, in the order in which
data flows; kernels and the command line are left out, since nobody calls them from Python.
``{pages}`` lists the pages of a folder.
"""

import pkgutil
import types
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from docutils import nodes
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import microbatt

_ORDER = """
errors checks units quantities outcomes constants data_files cells engines cube campaign catalog
features bridge networks training prediction scoring comparison inference plots report explorer
diagnosis
"""
"""Stages in the order of the reference; one that is not here comes last."""

PRIVATE = {"__main__", "cli", "porous_electrode"}


def modules_by_stage() -> dict[str, list[str]]:
    """Return the full names of the public modules of each stage."""
    found: dict[str, list[str]] = {}
    for one in pkgutil.walk_packages(microbatt.__path__, "microbatt."):
        stage = one.name.split(".")[1]
        if stage not in PRIVATE and not one.ispkg:
            found.setdefault(stage, []).append(one.name)
    place = {stage: i for i, stage in enumerate(_ORDER.split())}
    return dict(sorted(found.items(), key=lambda one: place.get(one[0], len(place))))


def write_pages(app: Sphinx) -> None:
    """Write a page for each module and one for each stage; unchanged pages are left alone."""
    folder = Path(app.srcdir) / "reference" / "api"
    wanted = dict(pages())
    for path in folder.glob("**/*.rst"):
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
    for name, lines in wanted.items():
        path, text = folder / name, "\n".join(lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[str, list[str]]]:
    """Yield the file and the lines of each page."""
    for stage, names in modules_by_stage().items():
        title = f"microbatt.{stage}"
        if names == [title]:
            yield f"{stage}.rst", module_page(title)
            continue
        words = (import_module(title).__doc__ or "").strip()
        entries = [f"   {name.removeprefix(f'{title}.')} <{stage}/{name}>" for name in names]
        toctree = ["", ".. toctree::", "   :maxdepth: 1", "", *entries, ""]
        yield f"{stage}.rst", [title, "=" * len(title), "", words, *toctree]
        for name in names:
            yield f"{stage}/{name}.rst", module_page(name)


def module_page(name: str) -> list[str]:
    """Return the lines of the page of one module."""
    return [name, "=" * len(name), "", f".. automodule:: {name}", "   :members:", ""]


def skip_aliases(*event: object) -> bool:
    """Leave names for types out: autodoc takes them for classes of their own."""
    _app, _what, _name, member, skip, _options = event
    return bool(skip) or isinstance(member, types.GenericAlias)


def keep_bars(
    _app: Sphinx, _what: str, _name: str, _obj: object, _: object, lines: list[str]
) -> None:
    """Keep the bars of absolute values, which reStructuredText takes for substitutions."""
    lines[:] = [line.replace("|", "\\|") if "``" not in line else line for line in lines]


class Stages(SphinxDirective):
    """Insert the list of stages."""

    def run(self) -> list[nodes.Node]:
        """Return a table of contents."""
        self.env.note_reread()  # the package may have changed although the page has not
        entries = [f"{stage} <api/{stage}>" for stage in modules_by_stage()]
        lines = ["```{toctree}", ":maxdepth: 1", "", *entries, "```"]
        return self.parse_text_to_nodes("\n".join(lines))


class Pages(SphinxDirective):
    """Insert the list of the pages beside this one: those named first, the others after them."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a table of contents."""
        self.env.note_reread()  # there may be new pages
        folder, _, own = self.env.docname.rpartition("/")
        beside = {
            name.removeprefix(f"{folder}/")
            for name in self.env.found_docs
            if name.startswith(f"{folder}/")
        }
        there = {name for name in beside if "/" not in name} - {own}
        named = [name for name in self.content if name in there]
        lines = ["```{toctree}", ":maxdepth: 1", "", *named, *sorted(there - {*named}), "```"]
        return self.parse_text_to_nodes("\n".join(lines))


def compile_template_once() -> None:
    """Let numpydoc keep its template, which it compiles anew for every docstring."""
    loader = FileSystemLoader(Path(docscrape_sphinx.__file__).parent / "templates")
    environment = SandboxedEnvironment(loader=loader)
    docscrape_sphinx.SandboxedEnvironment = lambda **_: environment


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks which there are."""
    compile_template_once()
    app.add_directive("pages", Pages)
    app.add_directive("stages", Stages)
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", skip_aliases)
    app.connect("autodoc-process-docstring", keep_bars)
    return {"parallel_read_safe": True}
