"""The reference of the API: a page for each front door, with what it offers and nothing else.

``{stages}`` lists the front doors when the documentation is built, in the order in which data
flows; `front_doors` says which there are. ``{pages}`` lists the pages of a folder.
"""

import inspect
import textwrap
import types
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import front_doors
from docutils import nodes
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape_sphinx
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective
from sphinx.util.inspect import stringify_signature

ACCESSORS = {
    "Dataset.microbatt": ("microbatt.cube.accessor", "CubeAccessor"),
    "Dataset.microbatt.plot": ("microbatt.plots.accessor", "CubePlots"),
}
"""What is written to reach an accessor → the class behind it."""


def write_pages(app: Sphinx) -> None:
    """Write a page for each front door; unchanged pages are left alone."""
    folder = Path(app.srcdir) / "reference" / "api"
    wanted = dict(pages())
    for path in folder.glob("**/*.rst"):
        if str(path.relative_to(folder)) not in wanted:
            path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in wanted.items():
        path, text = folder / name, "\n".join(lines)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[str, list[str]]]:
    """Yield the file and the lines of each page."""
    yield "accessor.rst", list(accessor_page())
    for door in front_doors.doors()[1:]:
        yield f"{page_of(door)}.rst", list(door_page(door))


def page_of(door: str) -> str:
    """Return the name of the page of a front door."""
    return door.removeprefix("microbatt.")


def door_page(door: str) -> Iterator[str]:
    """Yield the lines of the page of one front door: a table of its names, then each of them."""
    names = front_doors.offered(door)
    yield from (door, "=" * len(door), "", f".. py:module:: {door}", "")
    yield from ((import_module(door).__doc__ or "").strip(), "")
    yield from table(door, names)
    for name in names:
        yield from entry(door, name)


def table(door: str, names: Iterator[str] | dict[str, str]) -> Iterator[str]:
    """Yield a table of names, each with its first sentence."""
    yield from (".. list-table::", "   :widths: 30 70", "")
    for name in names:
        yield f"   * - :py:obj:`{name} <{door}.{name}>`"
        yield f"     - {without_bars(front_doors.first_line(door, name))}"
    yield ""


def entry(door: str, name: str) -> Iterator[str]:
    """Yield the directive that documents one name."""
    value = front_doors.value_of(door, name)
    kind = front_doors.kind_of(value)
    if kind == "data" or getattr(value, "__name__", name) != name:
        # Sphinx finds no words about a constant in a module that only passes it on.
        yield from (f".. py:data:: {name}", "")
        words = without_bars(front_doors.docstring(door, name))
        yield from (textwrap.indent(words, "   "), "")
    elif kind == "class":
        yield from (f".. autoclass:: {name}", "   :members:", *inherited(value), "")
    else:
        yield from (f".. autofunction:: {name}", "")


def inherited(cls: type) -> Iterator[str]:
    """Yield the option that shows what a class has from bases that stand behind no door."""
    bases = cls.__mro__[1:]
    shown = [base.__name__ for base in bases if not base.__module__.startswith("microbatt.")]
    if len(shown) < len(bases):
        yield f"   :inherited-members: {', '.join(shown)}"


def accessor_page() -> Iterator[str]:
    """Yield the lines of the page of the accessors that every dataset has."""
    title = "The accessor ``.microbatt`` of a dataset"
    yield from (title, "=" * len(title), "")
    yield from (
        "``import microbatt`` gives every ``xarray.Dataset`` the accessor ``.microbatt``. Its",
        "methods answer questions to a cube; those of ``.microbatt.plot`` draw figures.",
        "",
    )
    for written, (module, name) in ACCESSORS.items():
        owner = getattr(import_module(module), name)
        yield from (f"``{written}``", "-" * (len(written) + 4), "")
        yield from ((inspect.getdoc(owner) or "").replace("|", "\\|"), "")
        for method, value in vars(owner).items():
            if not method.startswith("_") and inspect.getdoc(value):
                yield from accessor_entry(f"{written}.{method}", value)


def accessor_entry(written: str, value: Any) -> Iterator[str]:  # noqa: ANN401 - whatever it is
    """Yield the description of one method or property of an accessor, by what users write."""
    if inspect.isfunction(value):
        signature = inspect.signature(value)
        shown = signature.replace(parameters=list(signature.parameters.values())[1:])
        yield f".. py:method:: {written}{stringify_signature(shown, unqualified_typehints=True)}"
    else:
        yield f".. py:property:: {written}"
    yield ""
    described = docscrape_sphinx.get_doc_object(value, config={"show_class_members": False})
    yield from (textwrap.indent(without_bars(str(described)), "   "), "")


def without_bars(text: str) -> str:
    """Keep the bars of absolute values, which reStructuredText takes for substitutions."""
    return "\n".join(
        line.replace("|", "\\|") if "``" not in line else line for line in text.split("\n")
    )


def skip_aliases(*event: object) -> bool:
    """Leave names for types out: autodoc takes them for classes of their own."""
    _app, _what, _name, member, skip, _options = event
    return bool(skip) or isinstance(member, types.GenericAlias)


def keep_bars(
    _app: Sphinx, _what: str, _name: str, _obj: object, _: object, lines: list[str]
) -> None:
    """Keep bars in the docstrings that autodoc reads."""
    lines[:] = [without_bars(line) for line in lines]


def lead_to_the_door(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.Node | None:
    """Link a name to where its front door shows it; a private one is text without a link."""
    target = str(node.get("reftarget", ""))
    if node.get("refdomain") != "py":
        return None
    public = public_name(target)
    if public is not None:
        python = env.domains.python_domain
        document = node.get("refdoc", "")
        return python.resolve_xref(env, document, app.builder, "obj", public, node, content)
    return content if target.startswith("microbatt.") and is_private(target) else None


def public_name(target: str) -> str | None:
    """Return the name under which a front door offers something, or a member of it."""
    if "." not in target:
        return front_doors.by_short_name().get(target)
    found = front_doors.public_names()
    owner, _, member = target.rpartition(".")
    if target in found:
        return found[target]
    return f"{found[owner]}.{member}" if owner in found else None


def is_private(target: str) -> bool:
    """Tell whether a name is something that exists behind a front door, or a module."""
    parts = target.split(".")
    for length in range(len(parts), 1, -1):
        try:
            found: object = import_module(".".join(parts[:length]))
        except ImportError:
            continue
        try:
            for part in parts[length:]:
                found = getattr(found, part)
        except AttributeError:
            return False
        return True
    return False


class Stages(SphinxDirective):
    """Insert the list of stages."""

    def run(self) -> list[nodes.Node]:
        """Return a table of contents."""
        self.env.note_reread()  # the package may have changed although the page has not
        doors = [page_of(door) for door in front_doors.doors()[1:]]
        entries = ["accessor <api/accessor>", *(f"{door} <api/{door}>" for door in doors)]
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
    app.connect("missing-reference", lead_to_the_door)
    return {"parallel_read_safe": True}
