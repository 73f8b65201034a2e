"""The codec of the voltages as Zarr has it, but for the warning that Zarr gives at each array.

It takes the place of Zarr's own when this module is imported, which Zarr does by itself where it
meets the codec: `pyproject.toml` names the class as an entry point.
"""

from typing import Any

import zarr.codecs  # noqa: F401 - which makes its own known first
from zarr.codecs.numcodecs import PCodec
from zarr.registry import register_codec

NAME = "numcodecs.pcodec"


class QuietPCodec(PCodec):
    """pcodec without the warning that other programs may not know it."""

    def __init__(self, **configuration: Any) -> None:  # noqa: ANN401 - JSON
        object.__setattr__(self, "codec_config", {"id": "pcodec"} | configuration)


register_codec(NAME, QuietPCodec, qualname="zarr.codecs.numcodecs.PCodec")
