"""Who follows what, and which posts they want by direct message.

The direct messages with a follower are a channel: what waits and what was sent there is in `bot.catalog.deliveries`, as
of any other channel. What is kept of a person is what `FollowerTable.forget` deletes, and nothing else.
"""

import sqlite3
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from bot.catalog.columns import fold, from_microseconds, to_microseconds
from bot.catalog.deliveries import OPEN, SENDABLE
from bot.catalog.following import (
    MOST_FOLLOWS,
    Budget,
    Follow,
    Followed,
    Follower,
    FollowerCounts,
    FollowKind,
    KeptOfPerson,
    Refusal,
)
from bot.catalog.pauses import FOLLOWERS
from bot.catalog.records import Claim
from bot.catalog.wishes import matching_follows

__all__ = ["FollowerTable"]

A_DAY = timedelta(days=1)  # that a budget is for
LEFT_ALONE = timedelta(days=1)  # who refuses for the first time; each time in a row doubles it
LONGEST = 30  # times as long they are left alone at most
REFUSALS = 6  # in a row: with 1, 2, 4, 8 and 16 days between them they refused for a month

# Left alone until then; not if the clock was set back meanwhile.
TRIED_AGAIN = "(refused_until IS NULL OR refused_until <= :now OR refused_until > :longest)"
IN_DOUBT = (
    "EXISTS (SELECT 1 FROM deliveries"
    f" WHERE deliveries.channel_id = followers.channel_id AND state = 'sending' AND {OPEN})"
)
WAITING = (
    "EXISTS (SELECT 1 FROM deliveries CROSS JOIN posts ON posts.id = post_id"
    f" WHERE deliveries.channel_id = followers.channel_id AND state = 'pending' AND {OPEN} AND {SENDABLE})"
)
WITHIN_BUDGET = (
    "coalesce((SELECT claimed_at FROM messages WHERE messages.channel_id = followers.channel_id"
    " ORDER BY messages.id DESC LIMIT 1 OFFSET :budget - 1) NOT BETWEEN :yesterday AND :today, 1)"
)
PAUSED = f"EXISTS (SELECT 1 FROM paused_channels WHERE paused_channels.channel_id = {FOLLOWERS})"
IS_DUE = f"NOT {PAUSED} AND {TRIED_AGAIN} AND ({IN_DOUBT} OR ({WITHIN_BUDGET} AND {WAITING}))"
OF_FOLLOWERS = "channel_id IN (SELECT channel_id FROM followers)"


class FollowerTable:
    """Followers and what they follow."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def follow(self, user_id: int, channel_id: int, kind: FollowKind, name: str, now: datetime) -> Followed:
        """Let the person follow a tag, a source or words; who refused direct messages is tried again at once.

        Args:
            user_id: a snowflake.
            channel_id: of the direct messages with them; it stays the same for good.
            kind: of what is followed.
            name: of a tag or a source, compared without regard to case; of words what `Words.text` gives.
            now: aware.
        """
        if self.follow_of(user_id, kind, name) is not None:
            self._try_again(user_id)
            return Followed.KNOWN
        if len(self.follows_of(user_id)) >= MOST_FOLLOWS:
            return Followed.TOO_MANY
        self._connection.execute(
            "INSERT OR IGNORE INTO followers (user_id, channel_id, followed_at) VALUES (?, ?, ?)",
            (user_id, channel_id, to_microseconds(now)),
        )
        self._try_again(user_id)
        self._connection.execute(
            "INSERT INTO follows (follower, kind, name, key) SELECT id, ?, ?, ? FROM followers WHERE user_id = ?",
            (kind, name, _key(kind, name), user_id),
        )
        return Followed.NEW

    def follow_of(self, user_id: int, kind: FollowKind, name: str) -> Follow | None:
        """What the person follows that is the same as this; None: nothing."""
        key = _key(kind, name)
        follows = self.follows_of(user_id)
        return next((each for each in follows if each.kind is kind and _key(kind, each.name) == key), None)

    def channel_of(self, user_id: int) -> int | None:
        """The id of the channel of the direct messages with the person; None: nothing is kept of them."""
        row = self._connection.execute("SELECT channel_id FROM followers WHERE user_id = ?", (user_id,)).fetchone()
        return None if row is None else int(row[0])

    def follows_of(self, user_id: int) -> tuple[Follow, ...]:
        """What the person follows, in the order in which they began to."""
        rows = self._connection.execute(
            "SELECT follows.id, kind, name FROM followers JOIN follows ON follower = followers.id"
            " WHERE user_id = ? ORDER BY follows.id",
            (user_id,),
        )
        return tuple(Follow(follow, FollowKind(kind), name) for follow, kind, name in rows)

    def unfollow(self, user_id: int, follow_id: int) -> Follow | None:
        """End what the person follows, and forget what waits for nothing else that they follow.

        Returns:
            What was ended; None: it is not there (any more), or another person's.
        """
        ended = next((follow for follow in self.follows_of(user_id) if follow.id == follow_id), None)
        if ended is None:
            return None
        self._connection.execute("DELETE FROM follows WHERE id = ?", (follow_id,))
        channel_id = self.channel_of(user_id)
        assert channel_id is not None
        self.withdraw_unwanted(channel_id)
        return ended

    def forget(self, user_id: int) -> bool:
        """Delete all that is kept of the person, also of what is just being sent; return whether there was anything."""
        channel_id = self.channel_of(user_id)
        if channel_id is None:
            return False
        for rows in (
            f"deliveries WHERE channel_id = ? AND {OPEN}",
            "deliveries WHERE channel_id = ? AND state = 'dropped'",
            "deliveries WHERE message IN (SELECT id FROM messages WHERE channel_id = ?)",
            "messages WHERE channel_id = ?",
            "followers WHERE channel_id = ?",
        ):
            self._connection.execute(f"DELETE FROM {rows}", (channel_id,))
        return True

    def person(self, user_id: int) -> KeptOfPerson | None:
        """All that is kept of the person; None: nothing is."""
        row = self._connection.execute(
            "SELECT followed_at, refused_until,"
            " (SELECT count(*) FROM deliveries WHERE deliveries.channel_id = followers.channel_id"
            f" AND state IN ('pending', 'sending') AND {OPEN}) AS waiting,"
            " (SELECT count(*) FROM messages JOIN deliveries ON message = messages.id"
            " WHERE messages.channel_id = followers.channel_id AND state = 'sent') AS sent"
            " FROM followers WHERE user_id = ?",
            (user_id,),
        ).fetchone()
        if row is None:
            return None
        followed_at = from_microseconds(row["followed_at"])
        assert followed_at is not None
        refused = row["refused_until"] is not None
        return KeptOfPerson(followed_at, refused, self.follows_of(user_id), row["waiting"], row["sent"])

    def matching(self, post_ids: Collection[int], channel_id: int | None = None) -> Mapping[int, list[int]]:
        """Which followers want which of these posts: by post, the ids of their channels; see `matching_follows`.

        Args:
            post_ids: of the posts.
            channel_id: ask only for the follower with this channel; None: for all.
        """
        return matching_follows(self._connection, post_ids, channel_id)

    def wants(self, claim: Claim) -> bool:
        """Whether the follower still wants every post of `claim`; not if the claim was forgotten with all else."""
        rows = self._connection.execute("SELECT post_id FROM deliveries WHERE message = ?", (claim.id,)).fetchall()
        posts = [post_id for (post_id,) in rows]
        return bool(posts) and self.matching(posts, claim.channel_id).keys() == set(posts)

    def withdraw_unwanted(self, channel_id: int) -> None:
        """Forget what waits in the channel and matches nothing that its follower follows.

        A post that cannot be seen just now has no words to look at: it stays as long as they follow any words at all.
        """
        rows = self._connection.execute(
            "SELECT deliveries.id, post_id, (SELECT 1 FROM searchable WHERE searchable.id = post_id) FROM deliveries"
            f" WHERE channel_id = ? AND state = 'pending' AND {OPEN}",
            (channel_id,),
        ).fetchall()
        wanted = self.matching([post_id for _, post_id, _ in rows], channel_id)
        follows_words = self._connection.execute(
            "SELECT 1 FROM follows JOIN followers ON followers.id = follower WHERE channel_id = ? AND kind = 'words'",
            (channel_id,),
        ).fetchone()
        self._connection.executemany(
            "DELETE FROM deliveries WHERE id = ?",
            [(delivery,) for delivery, post, seen in rows if post not in wanted and (seen or not follows_words)],
        )

    def is_anything_followed(self) -> bool:
        """Whether anybody follows anything."""
        return self._connection.execute("SELECT 1 FROM follows LIMIT 1").fetchone() is not None

    def is_follower_channel(self, channel_id: int) -> bool:
        """Whether the channel is a follower's direct messages."""
        query = "SELECT 1 FROM followers WHERE channel_id = ?"
        return self._connection.execute(query, (channel_id,)).fetchone() is not None

    def refuse(self, channel_id: int, now: datetime, *, gone: bool = False) -> Refusal:
        """The follower took no direct message: leave them alone, from a day on for ever longer, at most for 30 days.

        What waits for somebody who refused for a month, or whose account is `gone`, is dropped.
        """
        row = self._connection.execute("SELECT refusals FROM followers WHERE channel_id = ?", (channel_id,)).fetchone()
        if row is None:
            return Refusal(is_first=False, dropped=0)
        refusals = REFUSALS if gone else min(row[0] + 1, REFUSALS)
        alone = min(2 ** (refusals - 1), LONGEST) * LEFT_ALONE
        self._connection.execute(
            "UPDATE followers SET refusals = ?, refused_until = ? WHERE channel_id = ?",
            (refusals, to_microseconds(now + alone), channel_id),
        )
        dropped = 0
        if refusals == REFUSALS:
            dropped = self._connection.execute(
                "UPDATE deliveries SET state = 'dropped', shown = NULL, reason = 'they take no direct messages'"
                f" WHERE channel_id = ? AND state IN ('pending', 'sending') AND {OPEN}",
                (channel_id,),
            ).rowcount
        return Refusal(is_first=row[0] == 0, dropped=dropped)

    def takes_messages(self, channel_id: int) -> None:
        """The follower took a direct message."""
        self._connection.execute(
            "UPDATE followers SET refused_until = NULL, refusals = 0"
            " WHERE channel_id = ? AND refused_until IS NOT NULL",
            (channel_id,),
        )

    def due(self, now: datetime, budget: Budget, limit: int, *, without: Collection[int] = ()) -> list[Follower]:
        """At most `limit` followers with something that may be sent, or is in doubt.

        Who refuses comes last: Discord bans who makes it refuse much. `without` are ids of channels that are not asked
        for.
        """
        rows = self._connection.execute(
            "SELECT id, channel_id FROM followers WHERE channel_id NOT IN (SELECT value FROM json_each(:without))"
            f" AND {IS_DUE} ORDER BY refusals, id LIMIT :limit",
            {**_moments(now, budget), "without": str(list(without)), "limit": limit},
        )
        return [Follower(follower, channel_id) for follower, channel_id in rows]

    def is_due(self, channel_id: int, now: datetime, budget: Budget) -> bool:
        """Whether something may be sent to the follower with this channel, or is in doubt."""
        row = self._connection.execute(
            f"SELECT 1 FROM followers WHERE channel_id = :channel AND {IS_DUE}",
            {**_moments(now, budget), "channel": channel_id},
        ).fetchone()
        return row is not None

    def counts(self) -> FollowerCounts:
        """How many there are; see `FollowerCounts`."""
        people, refusing = self._connection.execute(
            "SELECT count(*), count(refused_until) FROM followers"
            " WHERE EXISTS (SELECT 1 FROM follows WHERE follower = followers.id)"
        ).fetchone()
        (waiting,) = self._connection.execute(
            f"SELECT count(*) FROM deliveries WHERE state = 'pending' AND {OPEN} AND {OF_FOLLOWERS}"
        ).fetchone()
        return FollowerCounts(people, refusing, waiting)

    def _try_again(self, user_id: int) -> None:
        self._connection.execute(
            "UPDATE followers SET refused_until = NULL, refusals = 0 WHERE user_id = ?", (user_id,)
        )


def _key(kind: FollowKind, name: str) -> str:
    return name if kind is FollowKind.WORDS else fold(name)


def _moments(now: datetime, budget: Budget) -> dict[str, object]:
    return {
        "now": to_microseconds(now),
        "longest": to_microseconds(now + LONGEST * LEFT_ALONE),
        "today": to_microseconds(budget.now),
        "yesterday": to_microseconds(budget.now - A_DAY),
        "budget": budget.messages,
    }
