"""Campaigns from TOML files, by path or by a name of the catalog."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from microbatt.campaign.axes import read_axis, read_quantity, read_spread
from microbatt.campaign.campaign import Campaign
from microbatt.cells import load_cell, nearest_meaning
from microbatt.checks import check_choice, shown, suggestion
from microbatt.cube import Design, Grid, ListedPoints, SobolPoints
from microbatt.cube.contents import MOST_IN_FILE
from microbatt.data_files import catalog_folder
from microbatt.engines import thermal_from_dict
from microbatt.engines.contract import load_engine
from microbatt.errors import CampaignError, ParameterError
from microbatt.parameters import PARAMETERS, POINT, parameter
from microbatt.places import read_text
from microbatt.protocols import as_protocol, read_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from microbatt.cells import Cell
    from microbatt.protocols import Protocol

_LONG: Final = frozenset({"positive_alpha", "positive_S"})
"""Other ways to write ``alpha`` and ``S``."""
FORMAT: Final = 1
"""Version of the file format that this reader understands."""
_KEYS: Final = {
    "format", "name", "title", "cell", "engine", "inventory", "cutoff_voltage",
    "thermal", "settings", "grid", "points", "tasks", "voltage_rounding",
    "protocol", "samples_per_step", "lower_voltage", "upper_voltage",
}  # fmt: skip
_VOLTAGES: Final = ("cutoff_voltage", "voltage_rounding", "lower_voltage", "upper_voltage")
_PROFILE: Final = ("profile", "discharge_is", "between")
"""Keys of a table of a protocol that follows the samples in a file."""


def load_campaign(campaign: Campaign | str | Path) -> Campaign:
    """Return a campaign, by name, from a file, or as it is.

    Parameters
    ----------
    campaign : Campaign, str or pathlib.Path
        A recipe of the catalog (`available_recipes`), the path of a TOML file, or a campaign.
        Text that ends in ``.toml`` or holds a folder separator is a path.

    Returns
    -------
    Campaign
        Checked, with its cell read.

    Raises
    ------
    CampaignError
        If there is no such file, or it does not describe a campaign.
    ParameterError
        If the catalog has no such name; the nearest are offered.

    Examples
    --------
    >>> load_campaign("published-sweep").design.shape
    (101, 40, 6)
    """
    if isinstance(campaign, Campaign):
        return campaign
    if isinstance(campaign, Path) or campaign.lower().endswith(".toml") or "/" in campaign:
        return read_campaign(Path(campaign))
    check_choice("campaign", campaign, available_recipes())
    return read_campaign(recipe_path(campaign))


def read_campaign(path: Path) -> Campaign:
    """Read a campaign file; a cell given by path is looked for beside it.

    Raises
    ------
    CampaignError
        With the file, the key and what to do.
    """
    try:
        document = tomllib.loads(read_text(path, MOST_IN_FILE))
    except OSError as error:
        raise CampaignError(
            f"{path}: cannot be read ({error.strerror}). Known campaigns: "
            f"{', '.join(available_recipes())}; anything else must be the path of a file."
        ) from error
    except ParameterError as error:
        raise CampaignError(str(error)) from error
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        told = str(error).partition("; use sys.")[0]
        raise CampaignError(f"{path}: is not valid TOML: {told}. Mend it there.") from error
    try:
        return parse_campaign(document, folder=path.parent)
    except ParameterError as error:
        raise CampaignError(f"{path}: {error}") from error


def parse_campaign(document: Mapping[str, Any], *, folder: Path) -> Campaign:
    """Make a campaign from the content of a file.

    Parameters
    ----------
    document : dict
        As `tomllib` gives it.
    folder : pathlib.Path
        Where a cell given by a relative path lies.

    Raises
    ------
    ParameterError
        If it does not describe a campaign.
    """
    _check_keys("", document, _KEYS, required={"format", "name", "cell"})
    if document["format"] != FORMAT or isinstance(document["format"], bool):
        raise ParameterError(
            f"`format` is {shown(document['format'])}; this version reads `format = {FORMAT}`."
        )
    cell = _cell(document["cell"], folder)
    engine = document.get("engine", "native")
    tasks = document.get("tasks", {})
    _check_keys("tasks", tasks, {"curves", "time_limit"})
    thermal, settings = (
        document.get("thermal", {"mode": "isothermal"}),
        document.get("settings", {}),
    )
    for key, table in (("thermal", thermal), ("settings", settings)):
        if not isinstance(table, dict):
            raise ParameterError(
                f"`{key}` is {shown(table)}; it must be a table: write `[{key}]` on a line of its "
                "own, and its keys below."
            )
    optional = _optional(document, folder)
    if "time_limit" in tasks:
        optional["time_limit"] = read_quantity("tasks.time_limit", tasks["time_limit"], "s")
    return Campaign(
        name=document["name"],
        cell=cell,
        engine=engine,
        design=_design(document, cell),
        thermal=thermal_from_dict(thermal),
        settings=load_engine(engine).settings.from_dict(settings),
        curves_per_task=tasks.get("curves"),
        **optional,
    )


def _optional(document: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return what a file says beside what it must say."""
    plain = ("title", "inventory", "samples_per_step")
    optional = {key: document[key] for key in plain if key in document}
    for key in _VOLTAGES:
        if key in document:
            optional[key] = read_quantity(key, document[key], "V")
    if "protocol" in document:
        _refuse_cutoff(document)
        optional["protocol"] = _protocol(document["protocol"], folder)
    elif "samples_per_step" in document:
        raise ParameterError(
            "`samples_per_step` is of a protocol, and the campaign has none; leave it out."
        )
    return optional


def available_recipes() -> tuple[str, ...]:
    """Return the names of the catalog's data sets that are campaigns, sorted.

    Returns
    -------
    tuple of str
        Each a name that `load_campaign` takes.

    Examples
    --------
    >>> "demo" in available_recipes()
    True
    """
    return tuple(
        path.stem
        for path in sorted(catalog_folder("datasets").glob("*.toml"))
        if "archive" not in tomllib.loads(path.read_text(encoding="utf-8"))
    )


def recipe_path(name: str) -> Path:
    """Return the file of a catalog entry."""
    return catalog_folder("datasets") / f"{name}.toml"


def default_store(campaign: Campaign) -> Path:
    """Return where the cube of a campaign goes unless a place is given.

    The cube of a catalog entry goes to the cache, where `microbatt.open_dataset` finds it.

    Parameters
    ----------
    campaign : Campaign
        Of the catalog or not.

    Returns
    -------
    pathlib.Path
        In the cache, or in this folder.
    """
    if campaign.name in available_recipes() and campaign == load_campaign(campaign.name):
        return cached_store(campaign)
    return Path(f"{campaign.name}.zarr")


def cached_store(campaign: Campaign, cache_dir: str | Path | None = None) -> Path:
    """Return where the cube of a catalog entry is cached; the name tells its hash.

    Parameters
    ----------
    campaign : Campaign
        Of the catalog.
    cache_dir : str or pathlib.Path, optional
        Where to cache; None is the user's cache.

    Returns
    -------
    pathlib.Path
        Which need not exist.
    """
    return cache_folder(cache_dir) / f"{campaign.name}-{campaign.hash[:12]}.zarr"


def cache_folder(cache_dir: str | Path | None = None) -> Path:
    """Return the folder of cached cubes: as given, or the user's cache.

    Parameters
    ----------
    cache_dir : str or pathlib.Path, optional
        Where to cache; None is the user's cache.

    Returns
    -------
    pathlib.Path
        Which need not exist.
    """
    if cache_dir is not None:
        return Path(cache_dir).expanduser().absolute()
    import pooch

    return Path(pooch.os_cache("microbatt")) / "cubes"


def _is_path(given: str) -> bool:
    return given.isprintable() and max(map(len, given.split("/"))) <= _LONGEST_NAME


_LONGEST_NAME: Final = 200
"""Characters of the name of a cell file or its folder."""


def _cell(given: object, folder: Path) -> Cell:
    if not isinstance(given, str) or not _is_path(given):
        raise ParameterError(
            f"`cell` is {shown(given)}; it must be a name or the path of a cell file."
        )
    return load_cell(folder / given if given.lower().endswith((".toml", ".json")) else given)


def _design(document: Mapping[str, Any], cell: Cell) -> Design:
    if ("grid" in document) == ("points" in document):
        raise ParameterError(
            "a campaign has either a table `[grid]` or a table `[points]`; write one of them."
        )
    if "grid" in document:
        grid = document["grid"]
        _refuse_current("grid", grid, document)
        numbers = _numbers("grid", grid, {"current", "c_rate"})
        axes = {
            name: read_axis(f"grid.{key}", grid[key], PARAMETERS[name].unit)
            for name, key in numbers.items()
        }
        current = None if "protocol" in document else _current("grid", grid, cell)
        return Grid(current=current, **_as_arguments(axes))
    points = document["points"]
    _refuse_current("points", points, document)
    numbers = _numbers("points", points, {"sobol", "current", "c_rate"})
    current = None if "protocol" in document else _current("points", points, cell)
    return _points(points, numbers, current)


def _points(
    points: Mapping[str, Any], numbers: Mapping[str, str], current: tuple[float, ...] | None
) -> Design:
    if "sobol" not in points:
        columns = {
            name: read_axis(f"points.{key}", points[key], PARAMETERS[name].unit)
            for name, key in numbers.items()
        }
        return ListedPoints(current=current, **_as_arguments(columns))
    sobol = points["sobol"]
    _check_keys("points.sobol", sobol, {"count", "seed"}, required={"count", "seed"})
    spreads = {
        name: read_spread(f"points.{key}", points[key], PARAMETERS[name].unit)
        for name, key in numbers.items()
    }
    return SobolPoints(
        count=sobol["count"], seed=sobol["seed"], current=current, **_as_arguments(spreads)
    )


def _refuse_current(where: str, table: object, document: Mapping[str, Any]) -> None:
    """Refuse currents beside a protocol, whose steps say themselves what flows."""
    given = [key for key in ("current", "c_rate") if isinstance(table, dict) and key in table]
    if given and "protocol" in document:
        raise ParameterError(
            f"`{where}.{given[0]}` stands beside `protocol`, whose steps say themselves what "
            "flows. Leave one of them out."
        )


def _refuse_cutoff(document: Mapping[str, Any]) -> None:
    if "cutoff_voltage" in document:
        raise ParameterError(
            "`cutoff_voltage` ends discharges at constant current; the range of a protocol is "
            "`lower_voltage` and `upper_voltage`. Give those, or leave all out."
        )


def _protocol(given: object, folder: Path) -> Protocol:
    """Read sentences, tables of steps, sampled profiles, or the name of a protocol file."""
    if isinstance(given, str) and given.lower().endswith(".toml") and _is_path(given):
        return _from_file(folder / given)
    if isinstance(given, str):
        given = [given]
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list) or not given:
        raise ParameterError(
            f"`protocol` is {shown(given)}; write a list of sentences, tables `[[protocol]]`, or "
            "the name of a protocol file that ends in `.toml`."
        )
    return as_protocol([_steps(f"protocol {k}", part, folder) for k, part in enumerate(given, 1)])


def _steps(where: str, part: object, folder: Path) -> Any:  # noqa: ANN401 - as `as_protocol` takes
    if isinstance(part, dict) and _PROFILE[0] in part:
        _check_keys(where, part, _PROFILE, required=_PROFILE[:2])
        name = part["profile"]
        if not isinstance(name, str) or not _is_path(name):
            raise ParameterError(f"`{where}.profile` is {shown(name)}; it must be a CSV file.")
        told = {key: part[key] for key in _PROFILE[1:] if key in part}
        return _opened(folder / name, lambda path: read_profile(path, **told))
    if not isinstance(part, str | dict):
        raise ParameterError(
            f"`{where}` is {shown(part)}; it must be a sentence or a table of a step."
        )
    return part


def _from_file(path: Path) -> Protocol:
    protocol: Protocol = _opened(path, as_protocol)
    return protocol


def _opened(path: Path, read: Callable[[Path], Any]) -> Any:  # noqa: ANN401 - what is read
    try:
        return read(path)
    except OSError as error:
        raise ParameterError(
            f"{path} cannot be read ({error.strerror}); check its name, relative to the campaign."
        ) from error


def _numbers(where: str, table: object, words: set[str]) -> dict[str, str]:
    """Return which numbers of a cell a table varies: name → key, the way the file writes it."""
    if not isinstance(table, dict):
        raise ParameterError(f"`{where}` is {shown(table)}; it must be a table.")
    numbers: dict[str, str] = {}
    for key in table:
        if key in words:
            continue
        if key not in _LONG and key not in PARAMETERS:
            known = (*words, *PARAMETERS)
            raise ParameterError(f"`{where}.{key}` is not known. {nearest_meaning(key, known)}")
        name = parameter(key).name
        if name in numbers:
            raise ParameterError(f"`{where}.{key}` and `{where}.{numbers[name]}` are the same.")
        numbers[name] = key
    return numbers


def _as_arguments(found: Mapping[str, Any]) -> dict[str, Any]:
    """Sort what varies into the arguments of a design: alpha and S by name, the others in one."""
    return {
        **{name: values for name, values in found.items() if name in POINT},
        "others": {name: values for name, values in found.items() if name not in POINT},
    }


def _current(where: str, table: Mapping[str, Any], cell: Cell) -> tuple[float, ...]:
    if ("current" in table) == ("c_rate" in table):
        raise ParameterError(f"`[{where}]` needs either `current` or `c_rate`; write one of them.")
    if "current" in table:
        return read_axis(f"{where}.current", table["current"], "A m-2")
    rates = read_axis(f"{where}.c_rate", table["c_rate"], "1")
    return tuple(round(rate * cell.one_c_current, 10) for rate in rates)


def _check_keys(
    where: str,
    table: object,
    known: Iterable[str],
    required: Iterable[str] = (),
) -> None:
    if not isinstance(table, dict):
        raise ParameterError(f"`{where}` is {shown(table)}; it must be a table.")
    prefix = f"{where}." if where else ""
    for key in table:
        if key not in set(known):
            if not where and (key in PARAMETERS or key in _LONG or key in ("current", "c_rate")):
                raise ParameterError(
                    f"`{key}` is an axis and stands outside its table; write it below `[grid]`."
                )
            raise ParameterError(f"`{prefix}{key}` is not known. {suggestion(key, known)}")
    for key in sorted(set(required) - set(table)):
        raise ParameterError(f"`{prefix}{key}` is missing; add it.")
