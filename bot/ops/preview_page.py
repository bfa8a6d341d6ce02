"""A `Preview` as a page for a browser that looks like Discord. It has no scripts and loads nothing from anywhere."""

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape

from bot.catalog.records import Reason
from bot.ops.preview import Preview
from bot.ops.preview_card import URL, Card, Sum, SumState
from bot.ops.preview_channels import ChannelWords, channel_words
from bot.ops.preview_delivery import moment
from bot.ops.preview_style import STYLE
from bot.ops.preview_words import knowledge, rules, verdict
from bot.ops.terminal import printable

__all__ = ["BEGINNING", "as_html"]

BEGINNING = '<!doctype html>\n<html lang="en" class="linkbot-preview">\n'  # by which such a page is known
HEAD = (
    '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
    '<meta name="referrer" content="no-referrer">\n'
)
MARKS = {True: ("yes", "✓"), False: ("no", "✗"), None: ("neither", "–")}
BOT = "Linkbot"  # as long as no service says what it is called in Discord
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"https://discord\.com/channels/[0-9]+/[0-9]+/[0-9]+")  # made by us, of numbers only


def as_html(preview: Preview) -> str:
    """The card as in Discord, and beside it the verdict, the rules, the channels and the card's sums."""
    card = preview.card
    message = _message(card, preview.memory.service.bot or BOT, preview.now) if card is not None else ""
    sums = f'<section class="sums"><h2>Sums, in characters</h2>{_sums(card)}</section>' if card is not None else ""
    return (
        f"{BEGINNING}{HEAD}<title>{_text(card.title if card is not None else preview.file)}</title>\n"
        f"<style>{STYLE}</style>\n<main>\n<div>\n{message}{sums}</div>\n<div>\n"
        f'<section><p class="path">{_text(preview.file)}</p><h1>{_text(verdict(preview))}</h1>'
        f"{''.join(_rules(heading, reasons) for heading, reasons in rules(preview))}</section>\n"
        f"<section><h2>Channels</h2>{_channels(preview)}</section>\n"
        f'<section><h2>What the bot knows</h2><ul class="known">'
        f"{''.join(f'<li>{_sentence(text)}</li>' for text in knowledge(preview))}</ul></section>\n"
        "</div>\n</main>\n</html>\n"
    )


def _text(text: str) -> str:
    """Text from a file: escaped, with nothing in it that turns the line around."""
    return "\n".join(escape(printable(line)) for line in text.split("\n"))


def _sentence(text: str) -> str:
    """Text of ours, which may quote a file; what stands between backquotes is a command."""
    return CODE.sub(r"<code>\1</code>", LINK.sub(r'<a href="\g<0>" rel="noreferrer">\g<0></a>', _text(text)))


def _message(card: Card, bot: str, now: datetime) -> str:
    title = _text(card.title)
    if card.url is not None:
        title = f'<a class="title" href="{escape(card.url)}" rel="noreferrer">{title}</a>'
    else:
        title = f'<span class="title">{title}</span>'
    end = " • ".join(part for part in (card.footer, moment(card.date) if card.date else "") if part)
    parts = [
        f'<div class="author">{_text(card.source)}</div>' if card.source else "",
        f"<div>{title}</div>",
        f'<div class="description">{_text(card.text)}</div>' if card.text else "",
        f'<div class="footer">{_text(end)}</div>' if end else "",
    ]
    return (
        f'<section class="message"><div class="avatar" aria-hidden="true">{_text(bot[:1])}</div><div>'
        f'<div class="who"><strong>{_text(bot)}</strong><span class="app">APP</span><time>{moment(now)}</time></div>'
        f'<article class="embed" style="--bar: {card.colour}">{"".join(parts)}</article></div></section>\n'
    )


def _rules(heading: str, reasons: Iterable[Reason]) -> str:
    items = "".join(_rule(reason, reason.text) for reason in reasons)
    return f'<h2>{_text(heading)}</h2><ul class="rules">{items}</ul>'


def _rule(reason: Reason, text: str) -> str:
    return f"<li>{_mark(reason.passed)}<div><b>{_text(reason.rule)}</b> {_text(text)}</div></li>"


def _mark(passed: bool | None) -> str:
    name, mark = MARKS[passed]
    return f'<span class="{name}" role="img" aria-label="{name}">{mark}</span>'


def _channels(preview: Preview) -> str:
    if not preview.settings.channels:
        return "<p>No channels are set up.</p>"
    return f'<ul class="rules">{"".join(map(_channel, channel_words(preview)))}</ul>'


def _channel(channel: ChannelWords) -> str:
    conditions = "".join(_rule(each.reason, each.text) for each in channel.conditions)
    facts = "".join(f"<li>{_sentence(fact)}</li>" for fact in channel.facts)
    beneath = "".join(
        f'<ul class="{name}">{items}</ul>' for name, items in (("rules", conditions), ("facts", facts)) if items
    )
    label = f"<b>{_text(channel.label)}</b> {_text(channel.says)}"
    return f"<li>{_mark(channel.takes)}<div>{label}{beneath}</div></li>"


def _sums(card: Card) -> str:
    rows = (_sum(each, each.note or (card.url if each.part == URL and card.url else "")) for each in card.sums)
    return f"<table>{''.join(rows)}</table>"


def _sum(each: Sum, note: str) -> str:
    word = '<span class="near">near</span> ' if each.state is SumState.NEAR else ""
    return (
        f'<tr><th scope="row">{_text(each.part)}</th>'
        f'<td class="number {each.state}">{each.characters:,} of {each.limit:,}</td>'
        f"<td>{word}{_text(note)}</td></tr>"
    )
