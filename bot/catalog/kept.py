"""A note of the catalog, for whoever keeps a text somewhere and does not know where."""

from collections.abc import Awaitable, Callable

from bot.catalog.database import Catalog
from bot.catalog.notes import Note

__all__ = ["kept"]


def kept(catalog: Catalog, key: Note) -> tuple[Callable[[], Awaitable[str | None]], Callable[[str], Awaitable[None]]]:
    """What loads and what saves the text that the catalog keeps under `key`."""

    async def load() -> str | None:
        return await catalog.read(lambda tables: tables.notes.get(key))

    async def save(text: str) -> None:
        await catalog.write(lambda tables: tables.notes.put(key, text))

    return load, save
