"""What the log says of a message that carries posts: a line for each post, with fields by which it is found."""

import logging
from collections.abc import Iterable, Mapping

__all__ = ["tell_each"]


def tell_each(
    logger: logging.Logger,
    text: str,
    posts: Iterable[tuple[int, str]],
    fields: Mapping[str, object],
    *values: object,
    level: int = logging.INFO,
) -> None:
    """Log a line for each post of a message.

    Args:
        logger: of the module that tells it.
        text: with places for the channel's name, the post's path, and `values`.
        posts: the number of each delivery, and the path of its post.
        fields: of all of the lines; see `bot.ops.log_fields`.
        values: more values for `text`.
        level: of the lines.
    """
    if logger.isEnabledFor(level):
        for delivery, path in posts:
            of_this = {**fields, "post": path, "delivery": delivery}
            logger.log(level, text, fields["channel"], path, *values, extra=of_this)
