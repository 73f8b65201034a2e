"""A cube made ready for an archive: one file, its checksum, and a datasheet for its readers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from microbatt.cube import check_store, locate, open_cube
from microbatt.errors import ParameterError, StoreError
from microbatt.places import Kind, mark, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from microbatt.cube import Location

MANIFEST: Final = "manifest.json"
_LEFTOVER: Final = ".partial"
_YEAR_ONE: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every file in an archive, so that the same cube has the same checksum."""
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What `publish_cube` wrote.

    Attributes
    ----------
    folder : pathlib.Path
        That holds all of it.
    archive : pathlib.Path
        The zipped store.
    checksum : str
        ``sha256:...`` of the archive; `open_dataset` takes it with the address.
    """

    folder: Path
    archive: Path
    checksum: str


def publish_cube(
    store: str | Path,
    folder: str | Path,
    *,
    license: str = "CC BY 4.0",  # noqa: A002 - what archives call it
    creators: Sequence[str] = (),
    overwrite: bool = False,
) -> Publication:
    """Write a finished cube as people archive it.

    The folder gets the zipped store, ``SHA256SUMS``, a datasheet (what is in it, how it was made,
    its limits, licence, how to cite), a README and a catalog entry. The same cube gives the same
    bytes.

    Parameters
    ----------
    store : str or pathlib.Path
        A local cube, complete and undamaged.
    folder : str or pathlib.Path
        To write; it must not exist, or hold an earlier publication and `overwrite` be given.
    license : str, default 'CC BY 4.0'
        Under which the data may be used.
    creators : sequence of str, optional
        Who made the cube, to be cited.
    overwrite : bool, default False
        Replace an earlier publication.

    Returns
    -------
    Publication
        Where it lies and its checksum.

    Raises
    ------
    StoreError
        If the cube is damaged, not complete, or not a folder of this machine.
    OccupiedError
        If something else lies at `folder`.
    """
    location = locate(store)
    _check_ready(location, store)
    cube = open_cube(location, chunks=None)
    name = str(cube.attrs.get("name") or location.path.stem)
    with replacing(folder, Kind.PUBLICATION, overwrite=overwrite) as written:
        written.mkdir(parents=True)
        archive = written / f"{name}.zarr.zip"
        _zip(location.path, archive)
        checksum = _sha256(archive)
        facts = _facts(name, cube.attrs, license=license, creators=creators, checksum=checksum)
        summary = str(cube.microbatt.summary())
        for file, text in {
            "DATASHEET.md": _datasheet(facts, cube.attrs, summary),
            "README.md": _readme(facts),
            "SHA256SUMS": f"{checksum}  {archive.name}\n",
            f"{name}.toml": _entry(facts),
            MANIFEST: json.dumps(mark(Kind.PUBLICATION) | facts, indent=2, ensure_ascii=False),
        }.items():
            (written / file).write_text(text, encoding="utf-8")
    target = Path(folder).expanduser().absolute()
    return Publication(folder=target, archive=target / archive.name, checksum=f"sha256:{checksum}")


def _check_ready(location: Location, store: str | Path) -> None:
    if not location.is_local or location.path.is_file():
        raise StoreError(
            f"{store} is not a folder of this machine; a cube is published from a local store. "
            "Copy it here first."
        )
    report = check_store(location)
    if report.damages:
        raise StoreError(
            f"{store} is damaged at {report.damages[0].key} ({report.damages[0].what}); run "
            f"`microbatt check {store} --repair` before it is published."
        )
    if report.finished < report.blocks:
        raise StoreError(
            f"{store} holds {report.finished} of {report.blocks} blocks; finish it with "
            "`microbatt run` before it is published."
        )


def _zip(store: Path, archive: Path) -> None:
    """Zip a store, uncompressed (its chunks are compressed) and in a fixed order."""
    files = sorted(path for path in store.rglob("*") if path.is_file())
    with ZipFile(archive, "w", ZIP_STORED) as opened:
        for path in files:
            if path.name.endswith(_LEFTOVER):
                continue
            entry = ZipInfo(path.relative_to(store).as_posix(), date_time=_YEAR_ONE)
            entry.external_attr = 0o644 << 16
            opened.writestr(entry, path.read_bytes())


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _facts(
    name: str,
    attrs: Mapping[str, Any],
    *,
    license: str,  # noqa: A002
    creators: Sequence[str],
    checksum: str,
) -> dict[str, Any]:
    for text in (license, *creators):
        if not text.strip() or not text.isprintable():
            raise ParameterError(
                f"{text!r} cannot be printed on a datasheet; write the licence and the creators "
                "as one line of text each."
            )
    return {
        "name": name,
        "title": str(attrs.get("title", "")) or name,
        "license": license,
        "creators": list(creators),
        "made": str(attrs.get("ended", ""))[:10],
        "archive": f"{name}.zarr.zip",
        "sha256": checksum,
        "campaign_hash": str(attrs.get("campaign_hash", "")),
        "source": str(attrs.get("source", "microbatt")),
    }


def _citation(facts: Mapping[str, Any]) -> str:
    who = ", ".join(facts["creators"]) or "The creators of this cube"
    when = facts["made"][:4] or "n.d."
    return f"{who} ({when}): {facts['title']}. Data set, SHA-256 {facts['sha256']}."


_BALANCES: Final = {
    "area-only": """The lithium balance is `area-only`: the shape factor also scales how much
  lithium an electrode delivers, which no real particle does.""",
    "conserving": "The lithium balance is `conserving`: a particle loses what crosses its surface.",
}


def _range(attrs: Mapping[str, Any]) -> str:
    """Say between which voltages the curves run."""
    if "protocol" not in attrs:
        return f"cut-off {attrs.get('cutoff_voltage')} V"
    highest = attrs.get("upper_voltage")
    return f"from {attrs.get('lower_voltage')} V" + ("" if highest is None else f" to {highest} V")


def _datasheet(facts: Mapping[str, Any], attrs: Mapping[str, Any], summary: str) -> str:
    packages = ", ".join(f"{k} {v}" for k, v in dict(attrs.get("packages", {})).items())
    return f"""# {facts["title"]}

## What it holds

```text
{summary}
```

## How it was made

- By {facts["source"]}, campaign {facts["campaign_hash"] or "unknown"}.
- From {attrs.get("started", "an unknown time")} to {attrs.get("ended", "an unknown time")}; with
  {packages or "unknown packages"}.
- Settings `{json.dumps(attrs.get("settings", {}))}`, thermal
  `{json.dumps(attrs.get("thermal", {}))}`, {_range(attrs)}.
- `microbatt.campaign.Campaign.from_dict(cube.attrs)` is the campaign; running it again gives the
  same numbers.

## Limits

- The curves are simulated, not measured: a porous-electrode model with one particle size per
  electrode.
- They are of one cell, `{attrs.get("cell_name", "unknown")}`; other cells have other curves.
- {_BALANCES.get(attrs.get("inventory", ""), "The lithium balance is not stated.")}
- A curve that does not exist is NaN; `status` says why. Nothing is filled in.
- Voltages are stored as 32-bit numbers, finer where a curve, or a step of a protocol, begins and
  ends; those of a sampled step at the times of its samples.

## Licence and citation

Licence: {facts["license"]}.

{_citation(facts)}

## The cell

```json
{json.dumps(attrs.get("cell", {}), indent=2, ensure_ascii=False)}
```
"""


def _readme(facts: Mapping[str, Any]) -> str:
    return f"""# {facts["title"]}

`{facts["archive"]}` is a Zarr store of format 3 in a zip file: labelled curves over their axes,
with units and attributes by the CF conventions. `DATASHEET.md` says what is in it, how it was made
and what its limits are. Licence: {facts["license"]}.

Check the download, then open it with microbatt, or with xarray alone:

```bash
sha256sum -c SHA256SUMS
```

```python
import microbatt

cube = microbatt.open_dataset("{facts["archive"]}")
cube = microbatt.open_dataset(
    "https://…/{facts["archive"]}",  # where it was put
    checksum="sha256:{facts["sha256"]}",
)
```

```python
import xarray, zarr

cube = xarray.open_zarr(zarr.storage.ZipStore("{facts["archive"]}", mode="r"))
```

`{facts["name"]}.toml` is the entry for a catalog, once the address is filled in.

{_citation(facts)}
"""


def _entry(facts: Mapping[str, Any]) -> str:
    return f"""# {" ".join(str(facts["title"]).split())}; {facts["license"]}
[archive]
url = "https://example.org/{facts["archive"]}"    # where it was put
checksum = "sha256:{facts["sha256"]}"
"""
