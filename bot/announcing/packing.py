"""Which of the waiting cards go into the next message: pure."""

from collections.abc import Callable, Sequence

from bot.catalog.records import PendingDelivery
from bot.content.post import Post

__all__ = ["MESSAGE_CHARACTERS", "pack"]

# In all cards of a message together (https://discord.com/developers/docs/resources/message#embed-object-embed-limits).
MESSAGE_CHARACTERS = 6000


def pack(
    waiting: Sequence[PendingDelivery], card_characters: Callable[[Post], int], most: int
) -> tuple[PendingDelivery, ...]:
    """Take from the front of `waiting` what one message can carry.

    Args:
        waiting: deliveries of one channel, in the order in which they are to stand.
        card_characters: how many of the message's characters the card of a post takes.
        most: how many cards at the most.

    Returns:
        At least one delivery if any waits. The order is kept: what does not fit any more ends the message. Discord
        shows two cards with one URL as one, so posts with one canonical URL never share a message; a delivery that is
        to be tried alone is.
    """
    packed: list[PendingDelivery] = []
    characters = 0
    links: set[str] = set()
    for delivery in waiting[:most]:
        characters += card_characters(delivery.post)
        fits = characters <= MESSAGE_CHARACTERS and delivery.post.canonical_url not in links and not delivery.alone
        if packed and not fits:
            break
        packed.append(delivery)
        links.add(delivery.post.canonical_url)
        if delivery.alone:
            break
    return tuple(packed)
