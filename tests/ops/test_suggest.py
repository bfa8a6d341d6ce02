"""Commands that a person is told to give work as they stand."""

from pathlib import Path

import pytest

from bot.ops.suggest import suggested
from bot.settings import DEFAULT_CONFIG


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("`linkbot status` tells", "`linkbot status --config '/a b.yaml'` tells"),
        (
            "`linkbot resolve 1 --resend`, `linkbot resolve 1 --drop`",
            "`linkbot resolve 1 --resend --config '/a b.yaml'`, `linkbot resolve 1 --drop --config '/a b.yaml'`",
        ),
        ("what `linkbot backup` wrote", "what `linkbot backup` wrote"),
        ("`announce.on_edit` of linkbot", "`announce.on_edit` of linkbot"),
    ],
)
def test_a_suggested_command_carries_the_settings_that_were_named(text: str, told: str) -> None:
    """Each one that can be given as it stands does, quoted for a shell; with the usual file none does."""
    assert suggested(text, Path("/a b.yaml")) == told
    assert suggested(text, DEFAULT_CONFIG) == text
    assert suggested(text, None) == text
