"""What the catalog hands out."""

from dataclasses import dataclass

from bot.content.post import Post

__all__ = ["Counted", "ListedPost"]


@dataclass(frozen=True, slots=True)
class ListedPost:
    """A post that members may see."""

    id: int
    post: Post


@dataclass(frozen=True, slots=True)
class Counted:
    """A name (a tag, a source) and how many posts that members may see carry it."""

    name: str
    posts: int
