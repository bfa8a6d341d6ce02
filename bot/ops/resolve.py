"""``linkbot resolve``: what a person says of a delivery that was refused, or of which nobody else can tell.

One delivery at a time: a message of which nobody can tell may have carried several, and of those a person may know of
some before the others.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

from bot.catalog.database import Catalog
from bot.catalog.records import DeliveryState, KnownDelivery
from bot.catalog.tables import Tables
from bot.ops.done import Done
from bot.problems import UsageError
from bot.settings import Settings

__all__ = ["HIGHEST_ID", "ResolveRequest", "resolve"]

HIGHEST_ID = 2**63 - 1  # that SQLite can take; a snowflake has 63 bits as well
FOR_A_PERSON = (DeliveryState.REFUSED, DeliveryState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ResolveRequest:
    """What a person says of a delivery: exactly one of `sent`, `resend` and `drop`, else it raises `UsageError`.

    Attributes:
        delivery: its number, as ``linkbot status`` shows it.
        sent: it stands in the message with this id.
        resend: it does not stand there, and is to be sent, in a message of its own.
        drop: it is to be left as it is.
    """

    delivery: Annotated[int, Field(ge=1, le=HIGHEST_ID)]
    sent: Annotated[int, Field(ge=1, le=HIGHEST_ID)] | None = None
    resend: bool = False
    drop: bool = False

    def __post_init__(self) -> None:
        if sum((self.sent is not None, self.resend, self.drop)) != 1:
            raise UsageError("say what became of the delivery: either --sent MESSAGE_ID, or --resend, or --drop")

    @property
    def changes(self) -> bool:
        """Whether the catalog is written."""
        return True


async def resolve(catalog: Catalog, settings: Settings, request: ResolveRequest) -> Done:
    """Record what a person says; other deliveries of the same message stay as they are.

    Raises:
        UsageError: there is no such delivery, or it is neither refused nor unknown.
        CatalogUnavailableError: the catalog cannot be written now.
    """
    now = datetime.now(UTC)
    names = {channel.id: channel.name for channel in settings.channels}

    def work(tables: Tables) -> Done:
        known = tables.deliveries.by_id(request.delivery, now)
        if known is None:
            raise UsageError(f"there is no delivery {request.delivery}; `linkbot status` tells the numbers")
        to_follower = tables.followers.is_follower_channel(known.channel_id)
        channel = names.get(known.channel_id, known.channel_id)
        where = f"{known.path} to a follower" if to_follower else f"{known.path} in {channel}"
        if known.state not in FOR_A_PERSON:
            raise UsageError(
                f"delivery {known.id} ({where}) is {known.state}; only one that is refused or unknown can be resolved"
            )
        told = _settle(tables, known, request, now)
        if request.resend and known.channel_id not in names:
            told += ", once its channel is in the settings"
        return Done([f"{where}: {told}"], to_send=request.resend, posts=((known.path, f"{where}: {told}"),))

    return await catalog.write(work)


def _settle(tables: Tables, known: KnownDelivery, request: ResolveRequest, now: datetime) -> str:
    if request.sent is not None:
        if others := tables.deliveries.paths_in(request.sent):
            raise UsageError(
                f"message {request.sent} was made for {', '.join(others)}; copy the id of the message that shows"
                f" {known.path}"
            )
        tables.deliveries.settle_sent(known.id, request.sent, now)
        return f"sent, in message {request.sent}, which Linkbot leaves as it is from now on"
    if request.drop:
        tables.deliveries.settle_dropped(known.id)
        return "dropped"
    tables.deliveries.settle_pending(known.id)
    return "to be sent again" if known.sendable else "to be sent again, once its post may be shown again"
