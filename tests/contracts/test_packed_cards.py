"""What packing puts into one message, against what Discord makes of the cards in it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.announcing.packing import pack
from bot.catalog.records import PendingDelivery
from bot.content.links import check_external_url
from bot.discord_app.cards import build_card, card_characters
from tests.support.discord_posts import make_post

SPELLINGS = st.tuples(
    st.sampled_from(("https://", "HTTPS://")),
    st.sampled_from(("straße.de", "Straße.DE.", "xn--strae-oqa.de")),
    st.sampled_from(("", ":", ":443")),
    st.sampled_from(("", "/", "/ü", "/%C3%BC", "/a|b", "/a%7Cb", "/%", "/%25")),
    st.sampled_from(("", "?", "?q=ü", "?q=%C3%BC")),
    st.sampled_from(("", "#", "#x")),
).map("".join)


@given(st.lists(SPELLINGS, min_size=2, max_size=5))
def test_no_two_cards_of_a_message_lead_to_one_address(urls: list[str]) -> None:
    """However an address is spelled: Discord would show only the first of two cards that lead to it."""
    assert [check_external_url(url) for url in urls] == [None] * len(urls)
    waiting = [PendingDelivery(at, make_post(at, url=url), alone=False) for at, url in enumerate(urls)]
    packed = pack(waiting, lambda post: card_characters(post, 350), 10)
    addresses = [(build_card(each.post, tldr_characters=350).url or "").rstrip("/") for each in packed]
    assert len(set(addresses)) == len(addresses) >= 1
