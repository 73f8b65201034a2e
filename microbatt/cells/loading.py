"""Cells by name or from a file."""

from pathlib import Path
from typing import Final

from microbatt.cells.bpx import read_bpx
from microbatt.cells.cell import Cell
from microbatt.cells.doubts import cell_doubts, tell_doubts
from microbatt.cells.pybamm_sets import PREFIX, read_pybamm_set
from microbatt.cells.toml import read_cell
from microbatt.checks import check_choice
from microbatt.data_files import catalog_folder
from microbatt.errors import CellFileError, ParameterError


def available_cells() -> tuple[str, ...]:
    """Return the names of the catalog's cells, sorted.

    Returns
    -------
    tuple of str
        Each is understood by `load_cell`.

    Examples
    --------
    >>> "doyle-1996-cell-1" in available_cells()
    True
    """
    return tuple(sorted(path.stem for path in catalog_folder("cells").glob("*.toml")))


def cell_path(name: str) -> Path:
    """Return the file of a catalog cell; it exists if the name is one of `available_cells`."""
    return catalog_folder("cells") / f"{name}.toml"


def load_cell(cell: str | Path | Cell) -> Cell:
    """Return a cell, by name, from a file, or as it is.

    Parameters
    ----------
    cell : str, Path or Cell
        A name of the catalog (`available_cells`), the path of a TOML or BPX file, ``pybamm:`` and
        the name of a parameter set of an installed PyBaMM, or a cell. Text that ends in ``.toml``
        or ``.json``, or holds a folder separator, is a path.

    Returns
    -------
    Cell
        In SI units.

    Raises
    ------
    MissingExtraError
        If a set of PyBaMM is asked for and PyBaMM is not installed.
    CellFileError
        If there is no such file, or it does not describe a cell; file, key, value, allowed range
        and remedy are named.
    ParameterError
        If the catalog has no such name; the nearest are offered.

    Warns
    -----
    UserWarning
        If the numbers of a file, or of a set of PyBaMM, contradict each other, or are unlike those
        of cells: windows, nominal capacity, electrolyte, poles of formulas.

    Examples
    --------
    >>> cell = load_cell("doyle-1996-cell-1")
    >>> cell.positive.thickness
    0.000174
    """
    if isinstance(cell, Cell):
        return cell
    if not isinstance(cell, str | Path):
        raise ParameterError(
            f"`cell` is {cell!r}; it must be a name that `microbatt cells` lists, the path of a "
            "cell file, or a Cell."
        )
    if isinstance(cell, str) and cell.startswith(PREFIX):
        of_set = read_pybamm_set(cell.removeprefix(PREFIX))
        tell_doubts(cell, cell_doubts(of_set))
        return of_set
    if isinstance(cell, Path) or cell.lower().endswith((".toml", ".json")) or "/" in cell:
        return _read_file(Path(cell))
    path = cell_path(cell)
    if path.is_file():
        return read_cell(path)
    if Path(cell).is_file():
        raise CellFileError(f"{cell}: {_NO_CELL_FILE}")
    check_choice("cell", cell, available_cells())
    return read_cell(path)


def _read_file(path: Path) -> Cell:
    """Read a cell file of either format, and tell where it is doubtful."""
    if not path.exists():
        raise CellFileError(
            f"{path}: cannot be read (there is no such file). Known cells: "
            f"{', '.join(available_cells())}; anything else must be the path of a file."
        )
    if path.suffix.lower() in _TABLES:
        raise CellFileError(f"{path}: {_NO_CELL_FILE}")
    if path.suffix.lower() == ".json":
        return read_bpx(path)
    read = read_cell(path)
    tell_doubts(str(path), cell_doubts(read))
    return read


_TABLES: Final = (
    *(".csv", ".tsv", ".txt", ".dat", ".gz", ".parquet", ".xlsx", ".xlsm"),
    *(".mpt", ".mpr", ".dta", ".nda", ".ndax", ".res"),
)
"""Endings of measured files."""
_NO_CELL_FILE: Final = (
    "is no cell file; those end in .toml or .json. If it holds measured curves, it looks exchanged "
    "with the cell: on the command line the curves stand alone, and `--cell` names the cell."
)
