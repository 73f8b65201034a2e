"""Count how the package is laid out, as lines of the table in `docs/architecture.md`.

Usage: python docs/count_structure.py
"""

import ast
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

import front_doors

PACKAGE = front_doors.PACKAGE


def module_name(path: Path) -> str:
    """Return the full name of a module."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def stage_of(name: str) -> str:
    """Return the stage to which a module belongs."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else ""


def parsed() -> dict[str, ast.Module]:
    """Return the syntax of every module by name."""
    return {
        module_name(path): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def definitions(tree: ast.Module) -> set[str]:
    """Return the names of the functions and classes that a module defines for others."""
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }


def imports(tree: ast.Module) -> set[tuple[str, str]]:
    """Return module and name of everything that a module imports from the package."""
    return {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("microbatt")
        for alias in node.names
    }


def is_door(module: str) -> bool:
    """Tell whether a module is a front door, or a stage for other stages alone."""
    return module in front_doors.doors() or module.count(".") < 2


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that import each other in a circle."""
    reached = {name: reach(graph, name) for name in graph}
    seen: set[str] = set()
    found = []
    for name in graph:
        together = {other for other in reached[name] if name in reached[other]} | {name}
        if len(together) > 1 and not together & seen:
            found.append(sorted(together))
            seen |= together
    return found


def reach(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return everything that a module imports, directly or through others."""
    found: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += graph.get(name, ())
    return found


BEFORE = {
    "modules": "328",
    "public definitions in them": "940",
    "of these imported past a stage's border": "339",
    "names that the front doors offer": "–",
    "names behind the largest front door": "–",
    "pages of the API": "258",
    "circles of imports inside a stage": "4",
    "modules that only a sibling imports": "58",
}
"""What was counted before there were front doors."""


def counts() -> dict[str, int]:
    """Return what is counted, in words, and how many."""
    trees = parsed()
    public = {(name, one) for name, tree in trees.items() for one in definitions(tree)}
    graph: dict[str, set[str]] = {name: set() for name in trees}
    importers = defaultdict(set)
    deep = set()
    for name, tree in trees.items():
        for module, one in imports(tree):
            target = f"{module}.{one}" if f"{module}.{one}" in trees else module
            graph[name].add(target)
            importers[target].add(name)
            beyond = stage_of(module) != stage_of(name) and not is_door(module)
            if beyond and (module, one) in public:
                deep.add((module, one))
    doors = front_doors.doors()
    for door in doors:
        for module in front_doors.offered(door).values():
            importers[module].add(door)
    siblings = [
        name
        for name in trees
        if [stage_of(one) for one in importers[name]] == [stage_of(name)]
        and not is_door(name)
        and not is_door(*importers[name])
    ]
    return {
        "modules": len(trees),
        "public definitions in them": len(public),
        "of these imported past a stage's border": len(deep),
        "names that the front doors offer": sum(len(front_doors.offered(one)) for one in doors),
        "names behind the largest front door": max(len(front_doors.offered(one)) for one in doors),
        "pages of the API": len(front_doors.doors()),
        "circles of imports inside a stage": len(circles(graph)),
        "modules that only a sibling imports": len(siblings),
    }


if __name__ == "__main__":
    for words, count in counts().items():
        print(f"| {words} | {BEFORE[words]} | {count} |")
