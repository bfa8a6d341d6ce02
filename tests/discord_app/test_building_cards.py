"""One post as one card."""

import discord

from bot.discord_app.cards import build_card, card_characters, card_keys, source_colour
from tests.support.discord_posts import DATE, make_post


def test_a_card_shows_what_a_post_says() -> None:
    """Title with link, text, source, tags and date stand where members look for them."""
    card = build_card(make_post(), tldr_characters=350)
    assert card.title == "Blog: Spotlight on SIG Node"
    assert card.url == "https://www.kubernetes.dev/blog/1/"
    assert card.description == "SIG Node looks after what runs on a node. Its chairs tell how one can take part."
    assert card.author.name == "Kubernetes.dev Blog"
    assert card.footer.text == "kubernetes · community"
    assert card.timestamp == DATE


def test_a_card_without_details_still_stands() -> None:
    """A post with nothing but title and link makes a card with nothing empty in it; the host stands for the source."""
    card = build_card(make_post(text="", tags=(), source=None, date=None), tldr_characters=350)
    assert set(card.to_dict()) == {"title", "url", "type", "color", "flags", "author"}
    assert card.author.name == "kubernetes.dev"


def test_text_is_cut_at_a_sentence() -> None:
    """Long text ends where a sentence does, within the characters that the settings allow."""
    sentence = "A sentence of forty characters stands here. "
    card = build_card(make_post(text=sentence * 20), tldr_characters=100)
    assert card.description == (sentence * 2).strip()


def test_markup_is_escaped_where_it_renders_and_only_there() -> None:
    """Title and description are escaped; author and footer show text as it is."""
    card = build_card(make_post(title="*a*", text="<@1>", source="*s*", tags=("*t*",)), tldr_characters=350)
    assert (card.title, card.description) == ("\\*a\\*", "\\<@1\\>")
    assert (card.author.name, card.footer.text) == ("*s*", "*t*")


def test_an_address_that_discord_refuses_becomes_text() -> None:
    """The post is not lost: its title stands without a link, its address below the text."""
    card = build_card(make_post(url="http://bugsink:8000/x", text="Text."), tldr_characters=350)
    assert card.url is None
    assert card.description == "Text.\n\nhttp\\://bugsink:8000/x"


def test_ten_typical_cards_fit_into_a_message() -> None:
    """With a title, source and tags of ordinary length and 350 characters of text, a card takes at most 560."""
    post = make_post(title="t" * 90, text="word " * 200, source="s" * 30, tags=("kubernetes", "security", "release"))
    assert card_characters(post, 350) <= 560


def test_card_characters_counts_as_discord_does() -> None:
    """Title, description, author and footer count, the address does not."""
    card = build_card(make_post(), tldr_characters=350)
    parts = (card.title, card.description, card.author.name, card.footer.text)
    assert card_characters(make_post(), 350) == sum(len(part or "") for part in parts)


def luminance(colour: discord.Colour) -> float:
    parts = [part / 255 for part in colour.to_rgb()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_a_source_keeps_its_colour() -> None:
    """The same source, however it is capitalised, always has the same colour; others mostly have others."""
    assert source_colour("CNCF") == source_colour("cncf")
    assert source_colour("CNCF").value == 0xCE50DA
    assert len({source_colour(f"source {number}").value for number in range(100)}) > 90


def test_every_colour_reads_on_dark_and_light() -> None:
    """Each colour keeps 3:1 against both of Discord's backgrounds, and is never 0, which Discord takes for none."""
    dark, light = luminance(discord.Colour(0x2B2D31)), luminance(discord.Colour(0xF2F3F5))
    for number in range(300):
        colour = source_colour(f"source {number}")
        assert colour.value > 0
        assert contrast(luminance(colour), dark) >= 3
        assert contrast(luminance(colour), light) >= 3


def test_a_card_is_known_again_by_its_address() -> None:
    """The key of a card is that of its address as Discord may hand it back, or its title where it has no address."""
    sent = build_card(make_post(url="https://example.com"), tldr_characters=350)
    returned = discord.Embed.from_dict({**sent.to_dict(), "url": "https://example.com/"})
    assert card_keys([sent]) == card_keys([returned])
    assert card_keys([build_card(make_post(url="http://intranet/", title="A"), tldr_characters=350)]) == {"A"}
