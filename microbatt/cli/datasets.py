"""``microbatt datasets``: the cubes that can be had by name."""

import click


@click.command("datasets", epilog="Example: microbatt datasets")
def command() -> None:
    """List the data sets of the catalog, and which of them are computed already.

    A name stands wherever a cube is asked for; its cube is computed the first time and kept in
    the cache.
    """
    from rich.table import Table

    from microbatt.catalog import catalog_table
    from microbatt.cli.terminal import console

    table = Table(box=None, pad_edge=False)
    for column in ("name", "what it is", "curves", "in the cache"):
        table.add_column(column, justify="right" if column == "curves" else "left")
    for row in catalog_table().itertuples():
        curves = f"{row.curves:,}".replace(",", " ") if row.curves else "–"
        table.add_row(str(row.Index), str(row.title), curves, "yes" if row.ready else "no")
    console().print(table)
