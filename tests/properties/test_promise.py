"""Each post stands in each of its channels exactly once, whatever happens to files, Discord, process and clock."""

import logging
from collections.abc import Iterator

import pytest

from tests.support.promise_machine import run_machine


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of warnings of a service to which everything happens."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def test_the_promise_holds_whatever_happens() -> None:
    """At every step no post was announced twice; in the end each stands once and as it should, or a person decided."""
    run_machine(examples=150, steps=40)
