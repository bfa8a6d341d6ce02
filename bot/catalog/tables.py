"""What a transaction works with: one object for each table."""

import sqlite3

from bot.catalog.deliveries import DeliveryTable
from bot.catalog.explain import ExplainTable
from bot.catalog.files import FileTable
from bot.catalog.followers import FollowerTable
from bot.catalog.lanes import LaneTable
from bot.catalog.messages import MessageTable
from bot.catalog.notes import NoteTable
from bot.catalog.overview import OverviewTable
from bot.catalog.pauses import PauseTable
from bot.catalog.posts import PostTable
from bot.catalog.search import SearchTable
from bot.catalog.waiting import WaitingTable

__all__ = ["Tables"]


class Tables:
    """The tables of the catalog within one transaction; not to be kept beyond it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.notes = NoteTable(connection)
        self.files = FileTable(connection)
        self.posts = PostTable(connection)
        self.deliveries = DeliveryTable(connection)
        self.lanes = LaneTable(connection)
        self.messages = MessageTable(connection)
        self.followers = FollowerTable(connection)
        self.overview = OverviewTable(connection)
        self.pauses = PauseTable(connection)
        self.search = SearchTable(connection)
        self.waiting = WaitingTable(connection)
        self.explain = ExplainTable(connection)
