"""The packed stamps are a mapping like any other."""

from hypothesis import given
from hypothesis import strategies as st

from bot.content.post import FileStamp
from bot.content.stamps import Stamps

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=5)
paths = st.lists(names, min_size=1, max_size=3).map("/".join)
stamps = st.builds(
    FileStamp,
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
)


@given(st.dictionaries(paths, stamps), st.lists(paths))
def test_packed_stamps_are_what_was_packed(known: dict[str, FileStamp], asked: list[str]) -> None:
    """Each file keeps its own stamp, whatever folders there are and in whatever order they are asked for."""
    packed = Stamps()
    for path, stamp in known.items():
        packed.add(path, stamp.mtime_ns, stamp.ctime_ns, stamp.size, stamp.inode)
    assert packed == known
    assert len(packed) == len(known)
    for path in [*asked, *known, *reversed(known)]:
        assert packed.get(path) == known.get(path)
        assert (path in packed) == (path in known)
