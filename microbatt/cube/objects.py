"""Single objects of a Zarr store as bytes: what the array interface leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zarr.core.buffer import default_buffer_prototype
from zarr.core.sync import sync

if TYPE_CHECKING:
    from zarr.abc.store import Store


def read_object(store: Store, key: str) -> bytes | None:
    """Return the bytes under a key, or None if there is nothing."""
    found = sync(store.get(key, prototype=default_buffer_prototype()))
    return None if found is None else found.to_bytes()


def write_object(store: Store, key: str, content: bytes) -> None:
    """Put bytes under a key, in one piece: readers see the old object or the new one."""
    sync(store.set(key, default_buffer_prototype().buffer.from_bytes(content)))


def delete_object(store: Store, key: str) -> None:
    """Remove the object under a key, if there is one."""
    sync(store.delete(key))


def list_objects(store: Store, prefix: str = "") -> list[str]:
    """Return every key that starts with a prefix, sorted."""

    async def listed() -> list[str]:
        return [key async for key in store.list_prefix(prefix)]

    return sorted(sync(listed()))


def object_exists(store: Store, key: str) -> bool:
    """Whether there is an object under a key."""
    return bool(sync(store.exists(key)))


def list_folder(store: Store, prefix: str = "") -> list[str]:
    """Return the names directly under a prefix, without descending."""

    async def listed() -> list[str]:
        return [name async for name in store.list_dir(prefix)]

    return sorted(sync(listed()))
