"""Equations as MathML, which browsers draw by themselves: pages need no script and no network."""

import re

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator


def mathml(equation: str, *, as_block: bool) -> str:
    """Return an equation in LaTeX as MathML, in which brackets grow by themselves."""
    return str(tex2mathml(re.sub(r"\\[bB]igg?[lr]?(?![a-zA-Z])", "", equation), as_block=as_block))


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write an equation within a line."""
    translator.body.append(mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write an equation of its own."""
    translator.body.append(mathml(node.astext(), as_block=True))
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make it known as the way to write equations."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True}
