"""Cards that have to share one message, and the names of threads."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.content.post import Post
from bot.discord_app import limits
from bot.discord_app.cards import build_card, fitting_cards, thread_name
from tests.support.discord_posts import make_post

ANY_TEXT = st.text(max_size=400) | st.sampled_from(["*_|" * 400, "word " * 900, "A sentence. " * 300, "ü" * 3000, ""])
POSTS = st.builds(
    make_post,
    st.integers(0, 9),
    title=ANY_TEXT,
    text=ANY_TEXT,
    source=ANY_TEXT,
    tags=st.lists(ANY_TEXT, max_size=5).map(tuple),
    url=st.sampled_from([None, "http://localhost/" + "x" * 500]),
)


@settings(max_examples=50)
@given(st.lists(POSTS, min_size=1, max_size=10), st.integers(0, 4000))
def test_cards_always_fit_into_one_message(posts: list[Post], characters: int) -> None:
    """Whatever stands in up to ten posts, their cards share one message, and each keeps to its own limits."""
    cards = fitting_cards(posts, tldr_characters=characters)
    assert len(cards) == len(posts)
    assert sum(map(len, cards)) <= limits.ALL_EMBEDS_CHARACTERS
    assert all(len(card.description or "") <= limits.DESCRIPTION_CHARACTERS for card in cards)


def test_cards_that_fit_are_left_as_they_are() -> None:
    """Cards that fit are those that every message shows."""
    posts = [make_post(number) for number in range(3)]
    assert fitting_cards(posts, tldr_characters=350) == [build_card(post, tldr_characters=350) for post in posts]


def test_the_room_is_used() -> None:
    """Texts are cut no more than they must be."""
    posts = [make_post(number, text="x " * 2000) for number in range(10)]
    assert sum(map(len, fitting_cards(posts, tldr_characters=4000))) > limits.ALL_EMBEDS_CHARACTERS - 30


def test_cards_with_one_address_are_all_seen() -> None:
    """Discord hides all but the first card with an address, so a later one shows it as text."""
    posts = [make_post(1), make_post(1, title="Another"), make_post(2)]
    cards = fitting_cards(posts, tldr_characters=350)
    assert [card.url for card in cards] == [posts[0].external_url, None, posts[2].external_url]
    assert "www.kubernetes.dev/blog/1/" in (cards[1].description or "")


@given(POSTS)
def test_a_thread_always_has_a_name(post: Post) -> None:
    """Whatever the title, the name has 1 to 100 characters and no blanks at its ends."""
    name = thread_name(post)
    assert 1 <= len(name) <= limits.THREAD_NAME_CHARACTERS
    assert name == name.strip()
