"""What happens to the service while its moments are counted, and what is promised whatever goes wrong at which."""

import ast
import logging
import random
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.announcing.publisher import ChannelRefused, NotNow
from bot.catalog.database import FILE_NAME
from bot.content.post import Post
from bot.settings import ChannelSettings
from tests.support.catalog_site import ALL, KUBERNETES, a_post, channel
from tests.support.courier_fakes import (
    CHANNEL_REFUSED,
    MESSAGE_REFUSED,
    RATE_LIMITED,
    TOKEN_REFUSED,
    Hangs,
    Lost,
    Refuses,
)
from tests.support.promise_faults import Fault, Moments, Place
from tests.support.promise_ledger import key_of
from tests.support.promise_world import FOLLOWER, FORUM, LEFT_ALONE, NEWS, World

__all__ = ["SCENARIOS", "Faults", "Scenario", "awaits", "broken", "pairs", "play", "singles"]

Faults = Mapping[int, Fault]
LONG = 90.0  # seconds: more than a nonce is trusted
AFTERMATH_SECONDS = 5.0  # before Discord is well-behaved for good


@dataclass(frozen=True)
class Scenario:
    """A story, and the channels that it is about, and whether somebody follows all posts.

    Attributes:
        tell: lets things happen, and time pass.
    """

    tell: Callable[[World], None]
    channels: tuple[ChannelSettings, ...] = (channel(ALL),)
    announce: Mapping[str, Any] = field(default_factory=dict)
    follow: bool = False


def play(scenario: Scenario, faults: Faults | None = None, *, statements: bool = False) -> list[Place]:
    """Tell the story while `faults` happen, bring all to rest and check the promise; return the moments' places."""
    moments = Moments(faults, statements=statements)
    with World(scenario.channels, moments, follow=scenario.follow, **scenario.announce) as world:
        scenario.tell(world)
        world.go_on_restarting(AFTERMATH_SECONDS)
        world.come_to_rest()
        world.people_settle()
        world.come_to_rest()
        world.check_the_end()
        world.stop()
        world.check()
    return moments.places


def singles(places: Sequence[Place], *, thorough: bool) -> Iterator[Faults]:
    """A fault at each moment, and each fault at least once at each of the `places`; each at each if `thorough`.

    A place comes again and again: a lane that waits for work waits on the same line each time.
    """
    done: set[tuple[str, Fault]] = set()
    kinds = list(Fault)
    for moment, place in enumerate(places, start=1):
        new = [fault for fault in kinds if thorough or (str(place), fault) not in done]
        for fault in new or [kinds[moment % len(kinds)]]:
            done.add((str(place), fault))
            yield {moment: fault}


def pairs(moments: int, number: int, seed: int) -> Iterator[Faults]:
    """So many pairs of faults, one after the other.

    The second one may come anywhere behind the first, or soon after it, while the service recovers.
    """
    chance = random.Random(seed)
    kinds = list(Fault)
    for _ in range(number):
        first = chance.randint(1, moments)
        later = chance.randint(1, chance.choice([30, moments]))
        yield {first: chance.choice(kinds), first + later: chance.choice(kinds)}


def broken(name: str, many: Sequence[Faults], *, statements: bool = False) -> list[str]:
    """Tell a story once for each of `many`; return what broke the promise when."""
    logging.disable()
    found = []
    for faults in many:
        try:
            play(SCENARIOS[name], faults, statements=statements)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            where = traceback.extract_tb(error.__traceback__)[-1]
            found.append(f"{name} with {dict(faults)}: {type(error).__name__}: {error} ({where.name}:{where.lineno})")
    logging.disable(logging.NOTSET)
    return found


def awaits(file: Path, functions: Set[str] | None = None) -> dict[range, int]:
    """The lines of each await of a module of the product, or of some functions there, and the first line of each."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if functions is None:
        return _awaits_in(tree)
    chosen = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef) and node.name in functions]
    assert {node.name for node in chosen} == functions
    return {where: line for node in chosen for where, line in _awaits_in(node).items()}


def _awaits_in(tree: ast.AST) -> dict[range, int]:
    found: dict[range, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncWith):
            end = node.items[-1].context_expr.end_lineno
        elif isinstance(node, ast.Await):
            end = node.end_lineno
        else:
            continue
        assert end is not None
        found[range(node.lineno, end + 1)] = node.lineno
    return found


def _post(key: str, **fields: Any) -> Post:
    return a_post(f"{key}.md", source=key, **fields)


@contextmanager
def _locked(world: World) -> Iterator[None]:
    """Somebody else writes to the catalog and does not end."""
    with closing(sqlite3.connect(world.outside.folder / FILE_NAME, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def _packing(world: World) -> None:
    """Three posts in two messages; the answer to the first one is lost."""
    world.outside.discord.next_request(ALL, Lost(stored=True))
    world.write(_post("a"), _post("b"), _post("c"))


def _lost_answers(world: World) -> None:
    """Answers that are lost for long, of a message that stands and of one that does not."""
    world.outside.discord.next_request(ALL, Lost(stored=True, takes=LONG), Lost(stored=False, takes=LONG))
    world.outside.discord.next_search(ALL, NotNow("no connection"), ChannelRefused("not now", 50001))
    world.write(_post("a"))
    world.go_on_restarting(300)
    world.write(_post("b"))


def _edits(world: World) -> None:
    """A message with two cards follows its posts; an answer is lost on the way."""
    world.outside.discord.next_change(ALL, Lost(stored=True), CHANNEL_REFUSED)
    world.write(_post("a"), _post("b"))
    world.go_on_restarting(2)
    world.edit("a.md", text="edited")
    world.go_on_restarting(70)


def _an_edit_undone(world: World) -> None:
    """An edit that is undone while its message is left alone."""
    world.write(_post("a"))
    world.go_on_restarting(2)
    world.edit("a.md", text="edited")
    world.go_on_restarting(0.5)
    world.write(_post("a"))


def _an_edit_too_many(world: World) -> None:
    """An edit that is refused, and later ones, which are not."""
    world.outside.discord.next_change(ALL, MESSAGE_REFUSED)
    world.write(_post("a"))
    world.go_on_restarting(2)
    world.edit("a.md", text="edited")
    world.go_on_restarting(5)
    world.edit("a.md", text="edited again")
    world.come_to_rest()
    world.edit("a.md", text="edited at last")


def _retractions(world: World) -> None:
    """Of a message with two cards one is taken out, then the other; one comes back."""
    world.write(_post("a"), _post("b"))
    world.go_on_restarting(2)
    world.edit("a.md", draft=True)
    world.go_on_restarting(5)
    world.outside.discord.next_change(ALL, Lost(stored=True))
    world.delete("b.md")
    world.go_on_restarting(7)
    world.write(_post("a"))


def _deleted_by_people(world: World) -> None:
    """A person deletes a message whose post is edited, and one whose post is retracted."""
    world.write(_post("a"))
    world.go_on_restarting(2)
    world.people_delete()
    world.edit("a.md", text="edited")


def _publishing(world: World) -> None:
    """A message of an announcement channel is published, at the third try; it is edited meanwhile."""
    world.outside.discord.next_change(NEWS, RATE_LIMITED, Refuses(NotNow("slowly")))
    world.write(_post("a"))
    world.go_on_restarting(2)
    world.edit("a.md", text="edited")


def _not_published(world: World) -> None:
    """Of three messages of an announcement channel, one cannot be published, one is deleted and one is retracted."""
    world.outside.discord.next_change(NEWS, MESSAGE_REFUSED, Refuses(NotNow("slowly", 4.0)))
    world.write(_post("a"))
    world.go_on_restarting(2)
    world.write(_post("b"))
    world.go_on_restarting(2)
    world.people_delete()
    world.write(_post("c"))
    world.outside.discord.next_change(NEWS, Refuses(NotNow("slowly", 4.0)))
    world.go_on_restarting(2)
    world.edit("c.md", draft=True)


def _forum(world: World) -> None:
    """Threads, for which there are no nonces: lost ones, and one that is taken back."""
    world.outside.discord.next_request(FORUM, Lost(stored=True), Lost(stored=False))
    world.write(_post("a"), _post("b"))
    world.go_on_restarting(6)
    world.edit("a.md", draft=True)


def _refused_messages(world: World) -> None:
    """A message that is refused for one of its posts; one that is refused after its answer was lost."""
    discord = world.outside.discord
    discord.refuses_card_of("a.md")
    discord.next_request(ALL, RATE_LIMITED, Lost(stored=False), MESSAGE_REFUSED)
    world.write(_post("a"), _post("b"))


def _refused_channel(world: World) -> None:
    """A channel that is not there, then one that takes nothing, then a token that is not known."""
    discord = world.outside.discord
    discord.removed.add(ALL)
    discord.next_request(ALL, CHANNEL_REFUSED, TOKEN_REFUSED)
    world.write(_post("a"))
    world.go_on_restarting(3)
    discord.removed.clear()
    world.go_on_restarting(200)


def _nobody_can_tell(world: World) -> None:
    """The answer is lost for long, and the history cannot be read; a person looks."""
    discord = world.outside.discord
    discord.next_request(ALL, Lost(stored=True, takes=LONG))
    discord.unreadable.add(ALL)
    world.write(_post("a"), _post("b"))
    world.go_on_restarting(10)


def _changed_in_doubt(world: World) -> None:
    """While nobody knows whether they stand, of one message a post is edited, and of each one turns draft."""
    world.outside.discord.next_request(ALL, Lost(stored=True, takes=LONG), Lost(stored=False, takes=LONG))
    world.outside.discord.next_search(ALL, NotNow("no connection"))
    world.write(_post("a"), _post("b"))
    world.go_on_restarting(0.1)
    world.edit("a.md", text="edited")
    world.edit("b.md", draft=True)
    world.go_on_restarting(5)
    world.write(_post("c"))
    world.go_on_restarting(0.1)
    world.edit("c.md", draft=True)


def _claimed_in_the_future(world: World) -> None:
    """Discord's time was not known when a message was claimed, and is minutes earlier; the answer is lost."""
    world.outside.discord.next_request(ALL, Lost(stored=False, takes=-120.0))
    world.write(_post("a"))


def _locked_at_work(world: World) -> None:
    """A person's shell locks the catalog while a post comes."""
    world.go_on_restarting(1)
    with _locked(world):
        world.write(_post("a"))
        world.go_on_restarting(3)


def _locked_at_the_end(world: World) -> None:
    """A person's shell locks the catalog while the service ends with an answer to record."""
    hanging = Hangs(stored=True)
    world.outside.discord.next_request(ALL, hanging)
    world.write(_post("a"))
    world.go_on_restarting(3)
    with _locked(world):
        if world.life is not None:
            world.life.stop()
        hanging.go.set()
        world.go_on(5)


def _a_follower(world: World) -> None:
    """A follower's answer is lost, they refuse for a while, get a list, and one more post while the service ends."""
    discord = world.outside.discord
    discord.next_request(FOLLOWER, Lost(stored=True), CHANNEL_REFUSED, RATE_LIMITED, Lost(stored=True, takes=LONG))
    world.write(_post("a"))
    world.go_on_restarting(5)
    world.write(*(_post(f"b{number}") for number in range(11)))
    world.go_on_restarting(LEFT_ALONE.total_seconds() + 2 * LONG)
    hanging = Hangs(stored=True)
    discord.next_request(FOLLOWER, hanging)
    world.write(_post("c"))
    world.go_on_restarting(3)
    if world.life is not None:
        world.life.stop()
    world.go_on(1)
    hanging.go.set()
    world.go_on(1)


def _bad_posts_for_a_follower(world: World) -> None:
    """A list is refused for one of its posts, a message was never created, and for a while none may be written."""
    discord = world.outside.discord
    bad = _post("bad")
    discord.refuses_card_of(bad.path)
    world.not_for_followers = key_of(bad)
    world.write(bad, *(_post(f"a{number}") for number in range(11)))
    world.go_on_restarting(5)
    discord.next_request(FOLLOWER, Lost(stored=False, takes=LONG))
    world.write(_post("b"))
    world.go_on_restarting(2 * LONG)
    discord.direct_wait_seconds = 1.0
    world.write(_post("c"))
    world.go_on_restarting(5)
    discord.direct_wait_seconds = 0.0
    world.go_on_restarting(5)


SCENARIOS: Mapping[str, Scenario] = {
    "packing": Scenario(_packing, announce={"posts_per_message": 2}),
    "two channels": Scenario(_packing, (channel(ALL), channel(KUBERNETES))),
    "lost answers": Scenario(_lost_answers),
    "edits": Scenario(_edits),
    "an edit undone": Scenario(_an_edit_undone),
    "an edit too many": Scenario(_an_edit_too_many),
    "retractions": Scenario(_retractions, announce={"on_delete": "delete"}),
    "deleted by people": Scenario(_deleted_by_people),
    "publishing": Scenario(_publishing, (channel(NEWS, publish=True),)),
    "not published": Scenario(_not_published, (channel(NEWS, publish=True),)),
    "a forum": Scenario(_forum, (channel(FORUM),)),
    "refused messages": Scenario(_refused_messages),
    "a refused channel": Scenario(_refused_channel),
    "nobody can tell": Scenario(_nobody_can_tell),
    "changed in doubt": Scenario(_changed_in_doubt),
    "claimed in the future": Scenario(_claimed_in_the_future),
    "locked at work": Scenario(_locked_at_work),
    "locked at the end": Scenario(_locked_at_the_end),
    "a follower": Scenario(_a_follower, channels=(), follow=True),
    "bad posts for a follower": Scenario(_bad_posts_for_a_follower, channels=(), follow=True),
}
