"""lemon24/reader's search over the posts of the archive, in a process of its own, each step by its own interface.

``python -m benchmarks.reader_peer FILE POSTS``: index posts 0 to POSTS - 1 in FILE, then read questions, a JSON list of
texts, from standard input and write ``{"index_seconds": …, "seconds": [for each question], "found": […]}``.
"""

import json
import sys
import time
from itertools import islice

from reader import Reader, make_reader

from benchmarks.archive_posts import ArchivePost, archive_post

FEED = "https://blog.example.org/feed"
RESULTS = 10


def _index(reader: Reader, posts: int) -> None:
    reader.add_feed(FEED, allow_invalid_url=True)  # nothing is fetched, so nothing looks for what could
    for number in range(posts):
        reader.add_entry(_entry(archive_post(number)))
    reader.enable_search()
    reader.update_search()


def _entry(post: ArchivePost) -> dict[str, object]:
    return {
        "feed_url": FEED,
        "id": post.path,
        "title": post.title,
        "link": post.link,
        "author": post.source,
        "published": post.date,
        "summary": post.text,
        "content": [{"value": post.summary, "type": "text/plain"}],
    }


def _ask(reader: Reader, words: str) -> int:
    """Search for what Linkbot finds with `words`: the last one may be the beginning of a word. How many were found."""
    return len(list(islice(reader.search_entries(f"{words}*", limit=RESULTS), RESULTS)))


def main() -> None:
    """Index, read, ask, and write the figures."""
    began = time.perf_counter()
    with make_reader(sys.argv[1]) as reader:
        _index(reader, int(sys.argv[2]))
        index_seconds = time.perf_counter() - began
        seconds, found = [], []
        for words in json.load(sys.stdin):
            began = time.perf_counter()
            found.append(_ask(reader, words))
            seconds.append(time.perf_counter() - began)
    print(json.dumps({"index_seconds": index_seconds, "seconds": seconds, "found": found}))


if __name__ == "__main__":
    main()
