"""A `Preview` as text for a terminal and as a page for a browser."""

from collections.abc import Iterator
from datetime import datetime
from html import escape

from bot.announcing.routing import Route
from bot.catalog.records import Reason
from bot.ops.preview import Card, Preview
from bot.ops.terminal import paragraph, printable

__all__ = ["as_html", "as_text"]

ASSUMPTION = (
    "Taken as a new post: whether the bot knows it already, or another one with its link and title, is not asked."
)

STYLE = """
:root { color-scheme: light dark; --back: #fff; --card: #f2f3f5; --text: #2e3338; --faint: #5c5e66; --link: #0060c7 }
@media (prefers-color-scheme: dark) {
  :root { --back: #313338; --card: #2b2d31; --text: #dbdee1; --faint: #a3a6aa; --link: #00a8fc } }
body { margin: 2rem auto; max-width: 45rem; padding: 0 1rem; background: var(--back); color: var(--text);
  font: 1rem/1.4 system-ui, sans-serif; overflow-wrap: anywhere }
article { max-width: 32.5rem; padding: .75rem 1rem; background: var(--card);
  border-left: 4px solid; border-radius: 4px }
article p { margin: .4rem 0; white-space: pre-line }
.title { font-weight: 600 } .faint { color: var(--faint); font-size: .85rem } a { color: var(--link) }
li { margin: .2rem 0 } h2 { font-size: 1.1rem }
"""


def as_text(preview: Preview) -> str:
    """The card, the verdict with every rule, and what each channel says."""
    return "\n".join(
        [
            printable(preview.file),
            "",
            *_card_lines(preview.card),
            "",
            _verdict(preview),
            *_reason_lines(preview.decision.reasons, "  "),
            "",
            *_channel_lines(preview.routes),
            "",
            paragraph(ASSUMPTION),
        ]
    )


def _card_lines(card: Card) -> Iterator[str]:
    for text in (card.source, card.title, card.url, card.text):
        if text:
            yield paragraph(text, "  | ")
    if end := _last_line(card):
        yield paragraph(end, "  | ")


def _last_line(card: Card) -> str:
    """The tags and the date, joined as Discord joins a footer and a timestamp."""
    return " • ".join(part for part in (card.footer, f"{card.date:%Y-%m-%d %H:%M} UTC" if card.date else "") if part)


def _verdict(preview: Preview) -> str:
    taking = sum(each.matches for each in preview.routes)
    if preview.is_announced:
        return f"It is announced in {taking} of {len(preview.routes)} {_channels(len(preview.routes))}:"
    if preview.decision.wakes_at is not None:
        return f"It waits until {_moment(preview.decision.wakes_at)}:"
    if all(reason.passed for reason in preview.decision.reasons):
        return "It is not announced, because no channel takes it:"
    return "It is not announced:"


def _channels(number: int) -> str:
    return "channel" if number == 1 else "channels"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _reason_lines(reasons: tuple[Reason, ...], indent: str) -> Iterator[str]:
    for reason in reasons:
        yield printable(f"{indent}{'yes' if reason.passed else 'NO '}  {reason.rule}: {reason.text}")


def _channel_lines(routes: tuple[Route, ...]) -> Iterator[str]:
    if not routes:
        yield "No channels are set up."
    for each in routes:
        yield printable(_channel(each))
        yield from _reason_lines(each.reasons, "  ")


def _channel(route: Route) -> str:
    channel = route.channel
    label = str(channel.id) if channel.name == str(channel.id) else f"{channel.name} ({channel.id})"
    roles = f"; pings {', '.join(map(str, channel.mention))}" if channel.mention and route.matches else ""
    filters = "" if route.reasons else "; it has no filters"
    return f"Channel {label} {'takes such a post' if route.matches else 'does not take it'}{filters}{roles}"


def as_html(preview: Preview) -> str:
    """The same as one page without scripts that loads nothing from anywhere."""
    title = escape(preview.card.title)
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{title}</title>\n<style>{STYLE}</style>\n"
        f'<p class="faint">{escape(preview.file)}</p>\n{_card_html(preview.card)}\n'
        f"<h2>{escape(_verdict(preview))}</h2>\n{_reasons_html(preview.decision.reasons)}\n"
        f"{''.join(map(_channel_html, preview.routes))}"
        f'<p class="faint">{ASSUMPTION}</p>\n</html>\n'
    )


def _card_html(card: Card) -> str:
    title = escape(card.title)
    linked = f'<a href="{escape(card.url)}" rel="noreferrer">{title}</a>' if card.url else title
    parts = [
        f"<p>{escape(card.source)}</p>" if card.source else "",
        f'<p class="title">{linked}</p>',
        f"<p>{escape(card.text)}</p>" if card.text else "",
        f'<p class="faint">{escape(end)}</p>' if (end := _last_line(card)) else "",
    ]
    return f'<article style="border-color: {card.colour}">{"".join(parts)}</article>'


def _reasons_html(reasons: tuple[Reason, ...]) -> str:
    items = (
        f"<li>{'✓' if reason.passed else '✗'} <b>{escape(reason.rule)}</b>: {escape(reason.text)}</li>"
        for reason in reasons
    )
    return f"<ul>{''.join(items)}</ul>" if reasons else ""


def _channel_html(route: Route) -> str:
    return f"<h2>{escape(_channel(route))}</h2>\n{_reasons_html(route.reasons)}\n"
