"""Cards of any post stay within Discord's limits."""

from datetime import UTC, datetime

import discord
from hypothesis import given
from hypothesis import strategies as st

from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.cards import build_card, card_characters, card_keys
from tests.support.discord_posts import make_post

# Text with a taste for what Discord treats specially, and for lengths around its limits.
hostile = st.text(alphabet="*_~`|[]<>\\:/@#.- a1é\u0301\u200d\u202e\U0001f468\n\x00\ud800", max_size=120)
long = st.builds(lambda piece, times: piece * times, st.text(max_size=20), st.integers(0, 3000))
texts = st.text(max_size=100) | hostile | long
urls = texts | texts.map("https://example.com/{}".format) | st.integers(0, 9).map("https://example.com/{}".format)
posts = st.builds(
    lambda title, url, text, tags, source, date: make_post(
        title=title, url=url, text=text, tags=tuple(tags), source=source, date=date
    ),
    texts,
    urls,
    texts,
    st.lists(texts, max_size=30),
    st.none() | texts,
    st.none() | st.datetimes(timezones=st.just(UTC)),
)


def check(embed: discord.Embed) -> None:
    """Every limit of one embed that stands alone in a message."""
    content = embed.to_dict()
    assert len(content.get("title", "")) <= limits.TITLE_CHARACTERS
    assert len(content.get("description", "")) <= limits.DESCRIPTION_CHARACTERS
    assert len(content.get("author", {}).get("name", "")) <= limits.AUTHOR_CHARACTERS
    assert len(content.get("footer", {}).get("text", "")) <= limits.FOOTER_CHARACTERS
    assert len(content.get("url", "")) <= limits.URL_CHARACTERS
    assert 0 < len(embed) <= limits.ALL_EMBEDS_CHARACTERS
    texts_of = [content.get("title"), content.get("description"), embed.author.name, embed.footer.text]
    for text in texts_of:
        assert text is None or (text.strip() == text and text)
        assert text is None or text.encode()  # no surrogate is left, which JSON could not carry


@given(posts, st.integers(0, 5000))
def test_the_card_of_any_post_is_one_that_discord_takes(post: Post, tldr_characters: int) -> None:
    """Whatever stands in a file, its card keeps every limit, and `card_characters` says what it takes."""
    card = build_card(post, tldr_characters=tldr_characters)
    check(card)
    assert card_characters(post, tldr_characters) == len(card)
    assert card_keys([discord.Embed.from_dict(card.to_dict())]) == card_keys([card])


def test_dates_far_away_do_no_harm() -> None:
    """The first and the last date that Python knows make a card."""
    for date in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        check(build_card(make_post(date=date), tldr_characters=350))
