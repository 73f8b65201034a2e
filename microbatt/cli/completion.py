"""What the shell offers where a cell or a cube is asked for: names of the catalog, else files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    import click


def cell_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the cells of the catalog; where none begins so, leave it to the shell's files."""
    del ctx, param
    return _offered("cells", incomplete)


def cube_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the data sets of the catalog; where none begins so, the shell's files."""
    del ctx, param
    return _offered("datasets", incomplete)


def _offered(kind: str, incomplete: str) -> list[CompletionItem]:
    from microbatt.data_files import catalog_folder

    names = sorted(path.stem for path in catalog_folder(kind).glob("*.toml"))
    offered = [CompletionItem(one) for one in names if one.startswith(incomplete)]
    return offered or [CompletionItem(incomplete, type="file")]
