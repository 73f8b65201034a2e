"""The code blocks of the documentation, found in its pages."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("**/*.md"))
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?:\{code-cell\} )?(?P<language>[a-z0-9]+)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_GENERATED = re.compile(r"<!-- described: (\w+) -->.*?<!-- end of \1 -->", re.DOTALL)
"""What `docs/describe_pages.py` writes."""
_SHELLS = {"bash", "sh", "shell", "console"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block: its language and its text."""

    language: str
    code: str


def text_of(page):
    """Return what people wrote on a page: all but what the package says of itself."""
    return _GENERATED.sub("", page.read_text(encoding="utf-8"))


def blocks_of(page):
    """Return the fenced blocks that people wrote on a page, in order."""
    return [
        Block(
            language={"ipython3": "python"}.get(found["language"], found["language"]),
            code=re.sub(rf"^{found['indent']}", "", found["code"], flags=re.MULTILINE),
        )
        for found in _BLOCK.finditer(text_of(page))
    ]


def python_of(page):
    """Return the Python blocks of a page."""
    return [block for block in blocks_of(page) if block.language == "python"]


def shell_of(page):
    """Return the shell blocks of a page as scripts; of a console only what is typed counts."""
    scripts = []
    for block in blocks_of(page):
        if block.language in _SHELLS - {"console"}:
            scripts.append(block.code)
        elif block.language == "console":
            typed = re.findall(r"^\$ (.*(?:(?<=\\)\n.*)*)", block.code, re.MULTILINE)
            scripts.append("\n".join(typed))
    return scripts


def commands_in(script):
    """Return every call of microbatt in a shell script, as words."""
    joined = script.replace("\\\n", " ")
    calls = []
    for line in joined.splitlines():
        for part in re.split(r"&&|\|\||[|;]", line):
            words = _words(part)
            while words and (
                words[0] in {"$launch", "nice", "srun", "time", "RUN"} or "=" in words[0]
            ):
                words = words[1:]
            if words and Path(words[0]).name == "microbatt":
                calls.append(tuple(words[1:]))
    return calls


def _words(text):
    try:
        return [word for word in shlex.split(text, comments=True) if word != "&"]
    except ValueError:  # a quotation that spans a pipe
        return []
