"""``make docs``: writes what is made from the code anew."""

import sys

from tests.documents.generated import GENERATED, ROOT


def main() -> None:
    """Write each document that is not as it would be made now."""
    for name, make in GENERATED.items():
        file, text = ROOT / name, make()
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name}: written\n")


if __name__ == "__main__":
    main()
