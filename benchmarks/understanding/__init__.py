"""How well the planner understands: requests written after the corpus, judged on pixels."""

from pathlib import Path


def read_rows(name: str) -> list[list[str]]:
    """Return the rows of one of the files here."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [x.split("\t") for x in lines if x.strip() and not x.startswith("#")]
