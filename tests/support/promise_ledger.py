"""The promise, as anybody who looks at the channels can check it: what was announced how often, and what stands."""

from collections import Counter, defaultdict

from bot.content.post import Post
from tests.support.courier_fakes import FakeDiscord, Stored

__all__ = ["Ledger", "PromiseBroken", "key_of"]


class PromiseBroken(AssertionError):  # noqa: N818 - it reads as what it says
    """A post was lost, announced twice, or stands where or as it should not."""


def key_of(post: Post) -> str:
    """What makes a post that post, through renames and edits; tests keep it in the source."""
    assert post.source is not None
    return post.source


class Ledger:
    """Looks at the channels after each request, and remembers what was put there and what was taken back."""

    def __init__(self, discord: FakeDiscord, channel_ids: list[int]) -> None:
        self._discord = discord
        self.channel_ids = channel_ids
        self._announced: Counter[tuple[int, str]] = Counter()
        self._taken_back: Counter[tuple[int, str]] = Counter()
        self._standing: dict[int, frozenset[tuple[int, str]]] = defaultdict(frozenset)
        self._deleted_by_people: dict[tuple[int, int], list[str]] = {}
        self._to_be_deleted: set[tuple[int, int]] = set()
        self._deleted_unknown: dict[tuple[int, str], int] = {}
        self._allowed_again: Counter[tuple[int, str]] = Counter()

    def look(self) -> None:
        """Compare what stands with what stood before the request."""
        for channel_id in self.channel_ids:
            before, now = self._standing[channel_id], self._look_at(channel_id)
            for _, key in now - before:
                self._announced[channel_id, key] += 1
                self._allow_again(channel_id, key)
            self._taken_back.update((channel_id, key) for _, key in before - now)
            self._standing[channel_id] = now

    def a_person_deletes(self, channel_id: int, message: Stored, *, is_known: bool) -> None:
        """A moderator deletes a message: its posts were announced, and that was it.

        If it is not known to the bot yet, which then looks for it in vain, it has to announce its posts again.
        """
        self.look()  # it may have come with a request that is still under way
        self._discord.moderator_deletes(channel_id, message.id)
        keys = self._deleted_by_people[channel_id, message.id] = [key_of(post) for post in message.posts]
        if (channel_id, message.id) in self._to_be_deleted:
            self._nobody_can_tell(channel_id, message.id)
        self._standing[channel_id] = self._look_at(channel_id)
        if not is_known:
            self._deleted_unknown.update(((channel_id, key), len(self._discord.searches)) for key in keys)

    def the_bot_deletes(self, channel_id: int, message_id: int) -> None:
        """The bot asks for the message to be deleted."""
        self._to_be_deleted.add((channel_id, message_id))
        self._nobody_can_tell(channel_id, message_id)

    def times(self, channel_id: int, key: str) -> int:
        """How often a post was announced and not taken back; what a person deleted counts."""
        return self._announced[channel_id, key] - self._taken_back[channel_id, key]

    def allowed(self, channel_id: int, key: str) -> int:
        """How many times a post may have been announced."""
        return 1 + self._allowed_again[channel_id, key]

    def cards(self, channel_id: int, key: str) -> list[Post]:
        """What the standing cards of a post show."""
        posts = (post for message in self._discord.messages(channel_id) for post in message.posts)
        return [post for post in posts if key_of(post) == key]

    def check(self) -> None:
        """Nothing was announced twice.

        Raises:
            PromiseBroken: something was.
        """
        for channel_id, key in self._announced:
            if self.times(channel_id, key) > self.allowed(channel_id, key):
                raise PromiseBroken(f"{key} was announced again in channel {channel_id}")
            if len(self.cards(channel_id, key)) > 1:
                raise PromiseBroken(f"{key} stands more than once in channel {channel_id}")

    def _nobody_can_tell(self, channel_id: int, message_id: int) -> None:
        """Both a person and the bot wanted the message gone: it may count as taken back, or as deleted."""
        keys = self._deleted_by_people.pop((channel_id, message_id), [])
        self._allowed_again.update((channel_id, key) for key in keys)

    def _allow_again(self, channel_id: int, key: str) -> None:
        searches = self._discord.searches[self._deleted_unknown.get((channel_id, key), len(self._discord.searches)) :]
        if any(search.channel_id == channel_id and key in map(key_of, search.posts) for search in searches):
            del self._deleted_unknown[channel_id, key]
            self._allowed_again[channel_id, key] += 1

    def _look_at(self, channel_id: int) -> frozenset[tuple[int, str]]:
        messages = self._discord.messages(channel_id)
        return frozenset((message.id, key_of(post)) for message in messages for post in message.posts)
