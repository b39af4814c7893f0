"""The reference says what the tools declare."""

from docs.reference import FOLDER, PICTURES, page
from iea.tools import TOOLS


def test_the_reference_is_what_make_docs_writes() -> None:
    assert (FOLDER / "tools.md").read_text() == page(), "run `make docs`"


def test_every_tool_has_its_picture() -> None:
    pictures = {path.stem for path in PICTURES.glob("*.jpg")}
    assert pictures == set(TOOLS) - {"lut"}
