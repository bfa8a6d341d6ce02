"""Numbers in few characters, for custom ids."""

__all__ = ["DIGITS", "base36"]

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def base36(number: int) -> str:
    """Return `number`, not below 0, in base 36; `int(text, 36)` reads it."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"
