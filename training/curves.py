"""The page of a run: its curves, for people who would rather look than read."""

import html
from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 420, 180, 52, 22
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; color: #222 }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(26rem, 1fr)); gap: 1.5rem }
figure { margin: 0 } figcaption { font-weight: 600 } text { font-size: 11px; fill: #555 }
polyline { fill: none; stroke: #1f6feb; stroke-width: 1.5 } line { stroke: #ccc }
"""


def page(title: str, rows: Sequence[Mapping[str, float]]) -> str:
    """Return an HTML page with one curve for every value that rows have besides their step."""
    names = sorted({name for row in rows for name in row if name != "step"})
    figures = [_figure(name, [(r["step"], r[name]) for r in rows if name in r]) for name in names]
    name = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{name}</title>\n'
        f"<style>{_STYLE}</style>\n<h1>{name}</h1>\n<main>\n" + "\n".join(figures) + "\n</main>\n"
    )


def _figure(name: str, points: Sequence[tuple[float, float]]) -> str:
    steps, values = [p[0] for p in points], [p[1] for p in points]
    low, high = min(values), max(values)
    first, last = min(steps), max(steps)

    def at(step: float, value: float) -> str:
        x = _LEFT + (_WIDTH - _LEFT - 8) * (step - first) / (last - first or 1)
        y = 8 + (_HEIGHT - _BOTTOM - 8) * (1 - (value - low) / (high - low or 1))
        return f"{x:.1f},{y:.1f}"

    line = " ".join(at(step, value) for step, value in points)
    base = _HEIGHT - _BOTTOM
    return (
        f"<figure><figcaption>{html.escape(name)}: {values[-1]:.4g}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f'<line x1="{_LEFT}" x2="{_LEFT}" y1="8" y2="{base}"/>'
        f'<line x1="{_LEFT}" x2="{_WIDTH - 8}" y1="{base}" y2="{base}"/>'
        f'<polyline points="{line}"/>'
        f'<text x="{_LEFT - 4}" y="16" text-anchor="end">{high:.4g}</text>'
        f'<text x="{_LEFT - 4}" y="{base}" text-anchor="end">{low:.4g}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 4}">{first:.0f}</text>'
        f'<text x="{_WIDTH - 8}" y="{_HEIGHT - 4}" text-anchor="end">{last:.0f}</text>'
        "</svg></figure>"
    )
