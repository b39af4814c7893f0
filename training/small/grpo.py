"""Group-relative policy optimisation (GRPO) of the small planner, by edit-quality rewards.

For every request a group of answers is drawn, rendered on a small copy of the photo and rewarded;
an answer is made likelier as far as it earned more than its group (Shao et al., arXiv 2402.03300),
and the policy is held near the model that it starts from. Each group is used for one step, so no
ratio needs clipping.
"""

import copy
import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Literal

import torch
from torch import Tensor
from tqdm import tqdm

from iea.errors import IeaError, InvalidError
from iea.image import decode_small, to_8bit
from iea.measure import Gauge
from iea.measure.rewards import INVALID, Goal, Reward, edit_reward, our_reward
from iea.program import Program
from training.guards import hacked
from training.records import Dataset, Record
from training.runs import Run
from training.small.checkpoints import resume, save
from training.small.policy import Chances, Drawn, Policy, features
from training.small.sft import Learner, finish
from training.synthetic.scene import Scene

SIDE = 128
"""Longest side of the copies that answers are rendered on, in pixels."""


@dataclass(frozen=True)
class Settings:
    """How a run goes: `prompts` requests a step, each with a group of `group` answers.

    `divergence` weighs the distance from the model that it starts from. The `published` reward
    knows no refusals, so requests that cannot be done are left out with it.
    """

    steps: int = 40
    prompts: int = 32
    group: int = 8
    rate: float = 1e-5
    photo_rate: float = 1e-3
    divergence: float = 0.2
    reward: Literal["ours", "published"] = "ours"
    held_out: int = 200
    save_every: int = 25
    seed: int = 0


@dataclass
class _Photos:
    """Scenes of a data set's photos, and goals of its records, each made once."""

    data: Dataset
    scenes: dict[str, tuple[Scene, list[float]]] = field(default_factory=dict)
    goals: dict[tuple[str, str], Goal] = field(default_factory=dict)

    def scene(self, record: Record) -> tuple[Scene, list[float]]:
        if record.photo not in self.scenes:
            scene = Scene(decode_small(self.data.blobs.get(record.photo), SIDE))
            seen = features(Gauge(to_8bit(scene.photo.pixels)).original)
            self.scenes[record.photo] = scene, seen
        return self.scenes[record.photo]

    def goal(self, record: Record) -> Goal:
        key = record.photo, record.program.digest
        if key not in self.goals:
            scene, _ = self.scene(record)
            self.goals[key] = Goal(to_8bit(scene.photo.pixels), scene.render(record.program))
        return self.goals[key]


@dataclass
class _Judge:
    """Rewards answers; what cannot be rewarded is counted, and left out of its group."""

    policy: Policy
    photos: _Photos
    kind: Literal["ours", "published"]
    seconds: float = 0.0
    failed: Counter[str] = field(default_factory=Counter)

    def rewards(self, records: Sequence[Record], drawn: Drawn) -> list[list[Reward | None]]:
        start = time.perf_counter()
        found = [self._group(record, drawn, i) for i, record in enumerate(records)]
        self.seconds += time.perf_counter() - start
        return found

    def _group(self, record: Record, drawn: Drawn, text: int) -> list[Reward | None]:
        scene, _ = self.photos.scene(record)
        known: dict[str, Reward | None] = {}
        rewards = []
        for one in range(drawn.refused.shape[1]):
            program = self.policy.program(drawn, text, one, scene)
            key = "refused" if program is None else program.digest
            if key not in known:
                known[key] = self._reward(record, program)
            rewards.append(known[key])
        return rewards

    def _reward(self, record: Record, program: Program | None) -> Reward | None:
        try:
            if record.reply == "refused":
                # Who finds nothing to do leaves the photo as it is, too.
                return our_reward(None, None, refused=program is None or not program.steps)
            goal = self.photos.goal(record)
            if self.kind == "published":
                return edit_reward(program, goal, threads=1)
            return our_reward(program, goal, refused=program is None, threads=1)
        except IeaError as error:
            self.failed[str(error)] += 1
            return None


def train(folder: Path, start: Learner, data: Dataset, settings: Settings = Settings()) -> Path:
    """Train from a network that was learnt before; returns the folder of the exported model.

    A run that was cut off goes on from its checkpoint. Raises `ArithmeticError` when the loss is no
    number any more, `InvalidError` where a guard finds that the reward is earned by a trick.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    facts = {"stage": "grpo", "size": "small", "settings": asdict(settings)}
    run = Run(folder, {**facts, "data": data.card["sha256"]})
    policy = Policy(start.network, start.atoms).eval()  # no dropout: chances must be themselves
    learn, test = (_usable(data.part(which), settings, policy.tools) for which in ("train", "test"))
    if not learn or not test:
        raise InvalidError(f"{data.folder} has no edits to learn from and to test with.")
    reference = Policy(copy.deepcopy(start.network), start.atoms).eval()
    judge = _Judge(policy, _Photos(data), settings.reward)
    optimizer = torch.optim.AdamW(
        [
            {"params": policy.network.parameters(), "lr": settings.rate},
            {"params": policy.photo.parameters(), "lr": settings.photo_rate},
        ],
        weight_decay=0.0,
    )
    first = resume(run, policy, optimizer)
    source = itertools.islice(_drawn(learn, settings), first, None)
    if not first:
        run.log(0, held_out=_held_out(policy, judge, test[: settings.held_out], start))
    for step in tqdm(range(first, settings.steps), initial=first, total=settings.steps):
        row = _step(policy, reference, judge, next(source), start, optimizer, settings)
        done = step + 1
        if done % settings.save_every == 0 or done == settings.steps:
            row["held_out"] = _held_out(policy, judge, test[: settings.held_out], start)
            run.log(done, **row)
            save(run, policy, optimizer, done)
            if reason := hacked(run.metrics):
                run.stop(reason)
                raise InvalidError(reason)
        else:
            run.log(done, **row)
    torch.save(policy.photo.state_dict(), folder / "photo.pt")
    model = finish(start, folder, {"stage": "grpo", **asdict(settings)})
    run.done(model=model.name, failed=dict(judge.failed))
    return model


def _usable(records: Sequence[Record], settings: Settings, tools: Collection[str]) -> list[Record]:
    """Return first turns that the policy has answers to: its tools, on the whole photo.

    Without this it would unlearn to brighten, as that does harm where only the sky was meant.
    """
    refusals = settings.reward == "ours"
    return [
        r
        for r in records
        if r.task == "edit"
        and r.score is None
        and (r.program.steps if r.reply == "edited" else refusals and r.reply == "refused")
        and all(s.tool in tools and s.mask is None for s in r.program.steps)
    ]


def _drawn(records: Sequence[Record], settings: Settings) -> Iterator[list[Record]]:
    dice = random.Random(settings.seed)
    while True:
        yield [dice.choice(records) for _ in range(settings.prompts)]


def _chances(policy: Policy, records: Sequence[Record], judge: _Judge, start: Learner) -> Chances:
    ids = start.encoder.ids([record.words for record in records])
    seen = torch.tensor([judge.photos.scene(record)[1] for record in records])
    chances: Chances = policy(ids, seen)
    return chances


def _step(
    policy: Policy,
    reference: Policy,
    judge: _Judge,
    records: Sequence[Record],
    start: Learner,
    optimizer: torch.optim.Optimizer,
    settings: Settings,
) -> dict[str, float]:
    began, spent = time.perf_counter(), judge.seconds
    chances = _chances(policy, records, judge, start)
    drawn = chances.draw(settings.group)
    rewards = judge.rewards(records, drawn)
    with torch.no_grad():
        before = _chances(reference, records, judge, start)
    divergence = chances.divergence(before).mean()
    gain = (advantages(rewards) * chances.log(drawn)).mean()
    loss = settings.divergence * divergence - gain
    if not torch.isfinite(loss):
        raise ArithmeticError(f"The loss is {loss.item()}: lower the rates.")
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(policy.parameters(), 1.0)
    optimizer.step()
    entropy = float(chances.entropy().mean().detach())
    seconds = time.perf_counter() - began
    return {
        "loss": loss.item(),
        "divergence": divergence.item(),
        "entropy": entropy,
        "tools": float((drawn.ways > 0).sum(-1).float().mean()),
        "seconds": seconds,
        "share of rewards": (judge.seconds - spent) / seconds,
        **_summed([reward for group in rewards for reward in group]),
    }


def advantages(rewards: Sequence[Sequence[Reward | None]]) -> Tensor:
    """Return how much more than its group each answer earned, in deviations of the group.

    0 where all of a group earned the same, and for what could not be rewarded.
    """
    rows = []
    for group in rewards:
        known = torch.tensor([reward.total for reward in group if reward is not None])
        mean = known.mean() if known.numel() else torch.tensor(0.0)
        spread = known.std(correction=0) if known.numel() else torch.tensor(0.0)
        rows.append(
            [
                0.0 if reward is None or spread < 1e-4 else float((reward.total - mean) / spread)
                for reward in group
            ]
        )
    return torch.tensor(rows)


def _summed(rewards: Sequence[Reward | None]) -> dict[str, float]:
    """Return means of the rewards and of their parts, and the shares without."""
    known = [reward for reward in rewards if reward is not None]
    found = {"failed": 1 - len(known) / len(rewards)}
    if not known:
        return found
    found["reward"] = fmean(reward.total for reward in known)
    found["invalid"] = fmean(reward is INVALID for reward in known)
    for name in {name for reward in known for name in reward.parts}:
        found[name] = fmean(r.parts[name] for r in known if name in r.parts)
    return found


def _held_out(policy: Policy, judge: _Judge, records: Sequence[Record], start: Learner) -> float:
    """Return the mean reward of the likeliest answers to records that are not learnt from."""
    spent = judge.seconds
    with torch.no_grad():
        drawn = _chances(policy, records, judge, start).likeliest()
    rewards = judge.rewards(records, drawn)
    judge.seconds = spent
    return _summed([group[0] for group in rewards])["reward"]
