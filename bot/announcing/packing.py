"""Which of the waiting posts go into the next message: pure."""

from collections.abc import Callable, Sequence
from itertools import takewhile

from bot.catalog.records import PendingDelivery
from bot.content.post import Post

__all__ = ["CARDS", "LISTED", "MESSAGE_CHARACTERS", "pack", "pack_for_follower"]

# In all cards of a message together (https://discord.com/developers/docs/resources/message#embed-object-embed-limits).
MESSAGE_CHARACTERS = 6000

CARDS = 10  # in one message (https://discord.com/developers/docs/resources/message#create-message)
LISTED = 40  # posts in one list at the most; a longer one nobody reads


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
    if any(delivery.alone for delivery in waiting[:1]):
        return tuple(waiting[:1])
    together = tuple(takewhile(lambda delivery: not delivery.alone, waiting))
    return _fitting(together, card_characters, most)


def _fitting(
    waiting: Sequence[PendingDelivery], card_characters: Callable[[Post], int], most: int
) -> tuple[PendingDelivery, ...]:
    """As many from the front as one message can carry, be they to be tried alone or not."""
    packed: list[PendingDelivery] = []
    characters = 0
    links: set[str] = set()
    for delivery in waiting[:most]:
        characters += card_characters(delivery.post)
        if packed and (characters > MESSAGE_CHARACTERS or delivery.post.canonical_url in links):
            break
        packed.append(delivery)
        links.add(delivery.post.canonical_url)
    return tuple(packed)


def pack_for_follower(
    waiting: Sequence[PendingDelivery],
    card_characters: Callable[[Post], int],
    fitting_into_list: Callable[[Sequence[Post]], int],
) -> tuple[PendingDelivery, ...]:
    """Take from the front of `waiting` what one direct message can carry: up to 10 cards, or a list of more posts.

    Args:
        waiting: deliveries to one follower, in the order in which they are to stand; `LISTED` of them are enough.
        card_characters: how many of the message's characters the card of a post takes.
        fitting_into_list: how many of some posts, from the first, one list can carry.

    Returns:
        At least one delivery if any waits. More than `CARDS` of them are a list: that alone tells the one from the
        other, so that a claim that a crash left behind is the same message again.

        Of those that were in a message that was refused, which are marked to be tried `alone`, the first half: the one
        to blame is in it or in the other, and is found in a few steps, while nobody gets a message for each post.
    """
    suspects = [delivery for delivery in waiting if delivery.alone]
    listed = suspects[: (len(suspects) + 1) // 2] if suspects else waiting[:LISTED]
    if len(listed) > CARDS:
        fitting = fitting_into_list([delivery.post for delivery in listed])
        if fitting > CARDS:
            return tuple(listed[:fitting])
    return _fitting(listed, card_characters, CARDS)
