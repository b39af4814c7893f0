"""What the steps of a pipeline do; each writes into its own folder, and can be done again."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from iea import files
from iea.blobs import Blobs
from iea.errors import InvalidError, NotFoundError
from training.distil import distil
from training.evaluate import FIGURES, Evaluation, evaluate
from training.gate import Verdict, judge
from training.importers import fivek, gier, mmart, to_records, traces, xmp
from training.order import STAGES, Order
from training.planners import AUTO, nothing, serving
from training.records import Dataset, Record, Skipped
from training.registry import Registry
from training.synthetic import Settings as Synthetic
from training.synthetic import generate

READERS = MappingProxyType(
    {"gier": gier.read, "fivek": fivek.read, "mmart": mmart.read, "xmp": xmp.read}
    | {"traces": traces.read}
)
PHOTOS = "photos"
"""The source of photos that the synthetic records are about."""
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
CANARY = 0.1
"""The share of requests that a new version answers at first."""
ASKED = 400
"""Records that a planner is evaluated on."""

Results = dict[str, Any]


def collect(order: Order, folder: Path) -> Results:
    """Read the sources' pairs into a data set; without any there is none."""
    place = folder / "collect"
    sources = {kind: at for kind, at in order.sources.items() if kind != PHOTOS}
    unknown = sources.keys() - READERS.keys()
    if unknown:
        known = ", ".join((*READERS, PHOTOS))
        raise InvalidError(f"There is no importer {sorted(unknown)[0]!r}: use {known}.")
    if not sources:
        return {"records": 0}
    skipped, blobs = Skipped(), Blobs(place / "edits" / "blobs")

    def records() -> Iterator[Record]:
        for kind, at in sources.items():
            yield from to_records(READERS[kind](Path(at), skipped), blobs, skipped)

    data = Dataset.write(place / "edits", records(), skipped, sources=sources)
    return {"records": len(data), "skipped": data.card["skipped"]}


def prepare(order: Order, folder: Path) -> Results:
    """Find the programs of the edits, and make synthetic records about photos."""
    place, edits = folder / "prepare", folder / "collect" / "edits"
    results: Results = {}
    if (edits / "card.json").exists():
        collected, skipped = Dataset(edits), Skipped()
        kept = place / "distilled.jsonl"
        place.mkdir(parents=True, exist_ok=True)
        found = distil(collected, collected.blobs, skipped, kept)
        (place / "edits").mkdir(exist_ok=True)
        _share(edits / "blobs", place / "edits" / "blobs")
        data = Dataset.write(place / "edits", found, skipped, collected=collected.card["sha256"])
        results["edits"] = len(data)
    settings = Synthetic(**{"seed": order.seed, **order.settings.get("prepare", {})})
    made = generate(place / "synthetic", _photos(order), settings)
    return {**results, "synthetic": len(made)}


def _photos(order: Order) -> Mapping[str, bytes]:
    at = order.sources.get(PHOTOS)
    if at is None:
        raise InvalidError(f"The order names no photos: give a folder of them as {PHOTOS}.")
    found = sorted(p for p in Path(at).glob("**/*") if p.suffix.lower() in _SUFFIXES)
    if not found:
        raise NotFoundError(f"{at} holds no photos ({', '.join(_SUFFIXES)}): name another folder.")
    return {path.name: files.read(path) for path in found}


def _share(there: Path, here: Path) -> None:
    """Have two data sets use one folder of pictures."""
    if not here.exists():
        here.symlink_to(there.absolute(), target_is_directory=True)


def _stage(name: str) -> Callable[[Order, Path], Results]:
    def carry_out(order: Order, folder: Path) -> Results:
        # Not before: what one size needs is not there where the other is trained.
        model = getattr(import_module(f"training.{order.size}.stages"), name)(order, folder)
        return {"model": str(model)}

    return carry_out


def evaluate_stages(order: Order, folder: Path) -> Results:
    """Compare the model of every stage with the one that serves, and with no language at all."""
    if order.size != "small":
        raise InvalidError("Only small planners are evaluated here: serve this one with Triton.")
    place, data = folder / "evaluate", Dataset(folder / "prepare" / "synthetic")
    asked = order.settings.get("evaluate", {}).get("asked", ASKED)
    records = [r for r in data.part("test") if r.task != "summary" and r.score is None][:asked]
    if not records:
        raise InvalidError(f"{data.folder} has no record to test with: make a larger one.")
    found = {"nothing": evaluate(records, nothing(records), data)}
    models = {stage: folder / stage / "model" for stage in STAGES if stage in order.steps}
    for name, model in {"serving": _serving(order, folder), **models}.items():
        with serving(data, place / "planner.log", model) as planner:
            found[name] = evaluate(records, planner.answers(records), data)
            if name == "serving":
                found["auto"] = evaluate(records, planner.answers(records, AUTO), data)
    tables = {name: each.table() for name, each in found.items()}
    verdict = judge(found[list(models)[-1]], found["serving"])
    files.replace(place / "table.md", "\n".join(_table(found)).encode())
    files.replace(place / "verdict.json", (json.dumps(asdict(verdict), indent=1) + "\n").encode())
    return {"records": len(records), "passed": verdict.passed, "figures": tables}


def _serving(order: Order, folder: Path) -> Path | None:
    """Return the model that serves, None where it is the one that the planner comes with."""
    registry = Registry(folder.parent / "models")
    version = registry.serving(order.size).version
    return registry.folder(order.size, version) if version else None


def _table(found: Mapping[str, Evaluation]) -> Iterator[str]:
    yield "| figure | " + " | ".join(found) + " |"
    yield "|---|" + "---:|" * len(found)
    for name, meaning in FIGURES.items():
        means = (each.mean(name) for each in found.values())
        shown = ("-" if mean is None else f"{mean:.3f}" for mean in means)
        yield f"| {name}: {meaning} | " + " | ".join(shown) + " |"
    yield ""


def promote(order: Order, folder: Path) -> Results:
    """Propose the last stage's model as a canary, if the gate lets it pass."""
    value = json.loads((folder / "evaluate" / "verdict.json").read_text("utf-8"))
    verdict = Verdict(**value)
    if not verdict.passed:
        return {"version": 0, "reason": verdict.reason}
    last = [stage for stage in order.steps if stage in STAGES][-1]
    registry = Registry(folder.parent / "models")
    card = _card(order, folder, verdict)
    version = registry.propose(order.size, folder / last / "model", card, verdict)
    registry.canary(order.size, version, CANARY)
    return {"version": version, "reason": verdict.reason}


def _card(order: Order, folder: Path, verdict: Verdict) -> str:
    table = (folder / "evaluate" / "table.md").read_text("utf-8")
    data = (folder / "prepare" / "synthetic" / "card.md").read_text("utf-8")
    return (
        f"# {order.size} planner, from the order {order.name}\n\n{verdict.reason}\n\n"
        f"Seed {order.seed}, steps {', '.join(order.steps)}.\n\n## Evaluation\n\n{table}\n{data}"
    )


STEPS: Mapping[str, Callable[[Order, Path], Results]] = {
    "collect": collect,
    "prepare": prepare,
    **{name: _stage(name) for name in STAGES},
    "evaluate": evaluate_stages,
    "promote": promote,
}
