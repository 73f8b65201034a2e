"""How Sphinx builds the documentation; nothing is fetched while it builds.

python -m sphinx -W -n docs docs/_build/html
"""

import sys
import warnings
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

# Docstrings of other projects have sections that numpydoc does not know.
warnings.filterwarnings("ignore", "Unknown section", module="numpydoc")

project = "microbatt"
author = "The microbatt developers"
copyright = "The microbatt developers"  # noqa: A001 - Sphinx's name
version = release = installed("microbatt")

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinxcontrib.bibtex",
    "sphinx_design",
    "mathml",
    "stages",
]
exclude_patterns = ["_build", "_extensions"]

myst_enable_extensions = ["amsmath", "attrs_block", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"  # of the pages that are notebooks; the tests run the others' code
nb_execution_raise_on_error = True
nb_execution_timeout = 600  # the first curve compiles the engine, on a busy machine for minutes
nb_merge_streams = True

bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "author_year"

default_role = "autolink"
autosummary_generate = False  # _extensions/stages.py writes a page for each front door
autodoc_default_options = {"members": True, "show-inheritance": False}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
numpydoc_show_class_members = False

# The build stays offline, so names of other projects are not looked up; names at the root stand
# for those where they are defined, and type variables and private names have no page.
nitpick_ignore_regex = [
    ("py:.*", r"(?!microbatt\.).*"),
    ("py:.*", r"microbatt\.[A-Za-z_]+"),
    ("py:.*", r"microbatt\..*\._\w+"),
    ("py:.*", r"microbatt\.(cells\.records\.Record|explorer\.app|prediction\.\w+)"),
]
suppress_warnings = [
    "ref.python",  # annotations by a short name that two modules have
    "myst-nb.lexer",  # a notebook that is not run does not say in which language it is
    "mystnb.unknown_mime_type",  # HoloViews loads its programs by types of its own
]

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "microbatt"
html_show_sourcelink = False
html_sidebars = {"*": []}  # pages at the top have no neighbours to list
html_static_path = ["_static"]
html_css_files = ["microbatt.css"]
html_theme_options = {
    "show_toc_level": 2,
    "header_links_before_dropdown": 6,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "tango",
}
