"""The stamps of all files, in little memory: a site may have 100,000 of them."""

import struct
from collections.abc import Iterator, Mapping

from bot.content.post import FileStamp

__all__ = ["Stamps"]

_STAMP = struct.Struct("<qqQQ")  # as in `FileStamp`
_END = "/"  # of a name


class Stamps(Mapping[str, FileStamp]):
    """Stamps by path, packed: about 60 bytes a file, where a dictionary takes 300.

    A folder is unpacked when a file of it is asked for, and kept until one of another folder is: ask folder by folder.
    """

    __slots__ = ("_length", "_packed", "_unpacked", "_unpacked_folder")

    def __init__(self) -> None:
        self._length = 0
        self._packed: dict[str, tuple[bytearray, bytearray]] = {}
        self._unpacked: dict[str, FileStamp] = {}
        self._unpacked_folder: str | None = None

    def add(self, path: str, mtime_ns: int, ctime_ns: int, size: int, inode: int) -> None:
        """Add the stamp of a path that is not there yet."""
        folder, name = _split(path)
        names, numbers = self._packed.setdefault(folder, (bytearray(), bytearray()))
        names += (name + _END).encode()
        numbers += _STAMP.pack(mtime_ns, ctime_ns, size, inode)
        self._length += 1
        self._unpacked_folder = None

    def __getitem__(self, path: str) -> FileStamp:
        folder, name = _split(path)
        if folder != self._unpacked_folder:
            self._unpacked = self._unpack(folder)
            self._unpacked_folder = folder
        return self._unpacked[name]

    def __iter__(self) -> Iterator[str]:
        for folder, (names, _) in self._packed.items():
            for name in _names(names):
                yield folder + name

    def __len__(self) -> int:
        return self._length

    def _unpack(self, folder: str) -> dict[str, FileStamp]:
        names, numbers = self._packed.get(folder, (bytearray(), bytearray()))
        stamps = (FileStamp(*stamp) for stamp in _STAMP.iter_unpack(numbers))
        return dict(zip(_names(names), stamps, strict=True))


def _split(path: str) -> tuple[str, str]:
    """The folder, with the slash at its end, and the name."""
    end = path.rfind("/") + 1
    return path[:end], path[end:]


def _names(packed: bytearray) -> list[str]:
    return packed.decode().split(_END)[:-1]
