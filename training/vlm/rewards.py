"""What answers earn in GRPO: read, rendered, and scored by `iea.measure`."""

import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from statistics import mean
from typing import Any

from iea.errors import IeaError, InvalidError
from iea.measure.rewards import (
    INVALID,
    Goal,
    Reward,
    edit_reward,
    our_reward,
    refine_reward,
    summary_reward,
)
from training.records import Record, Skipped
from training.vlm.pictures import Pictures
from training.vlm.prompts import Answer, parse
from training.vlm.settings import Grpo

_GOALS = 64
"""Goals kept: all answers to a request are measured by one."""


class Rewards:
    """Scores answers to records. What cannot be scored earns None, which moves no policy.

    It is counted in `failed` with its reason: not the answer is wrong then, but a picture or the
    reward itself. An answer that is invalid earns -1.
    """

    def __init__(
        self, records: Sequence[Record], pictures: Pictures, settings: Grpo, failed: Skipped
    ) -> None:
        self._records, self._pictures, self._settings = records, pictures, settings
        self._goal = lru_cache(_GOALS)(self._made)
        self._failed = failed

    def score(self, text: str, record: int) -> tuple[Answer | None, Reward | None]:
        """Return what an answer to a record says, None if it is invalid, and what it earns."""
        task = self._records[record].task
        try:
            said = parse(text, task, self._settings.toolset)
        except InvalidError:
            return None, INVALID
        try:
            return said, self._earned(said, record)
        except IeaError as error:
            self._failed.add("the reward cannot be computed", str(error))
            return said, None

    def _earned(self, said: Answer, index: int) -> Reward:
        record = self._records[index]
        if record.task == "summary":
            return summary_reward(said.text, record.words)
        program = said.program if said.reply == "edited" else None
        if self._settings.reward == "ours":
            goal = self._goal(index) if record.reply == "edited" else None
            return our_reward(program, goal, refused=said.reply != "edited", threads=1)
        if record.task == "refine":
            goal = self._goal(index)
            return refine_reward(program, record.start, record.program, goal, threads=1)
        return edit_reward(program, self._goal(index), threads=1)

    def _made(self, index: int) -> Goal:
        record = self._records[index]
        return Goal(self._pictures.photo(record), self._pictures.after(record))

    def __call__(
        self,
        completions: Sequence[Sequence[dict[str, str]]],
        record: Sequence[int],
        log_metric: Callable[[str, float], None],
        **_: Any,
    ) -> list[float | None]:
        """Score a batch as trl asks for it, and log what it is made of."""
        since = time.perf_counter()
        texts = [completion[0]["content"] for completion in completions]
        scored = [self.score(text, index) for text, index in zip(texts, record, strict=True)]
        rewards = [reward for _, reward in scored]
        log_metric("reward_seconds", time.perf_counter() - since)
        log_metric("invalid", mean(said is None for said, _ in scored))
        log_metric("unrewarded", mean(reward is None for reward in rewards))
        if tools := [len(said.program.steps) for said, _ in scored if said and said.program.steps]:
            log_metric("tools", mean(tools))
        for name in sorted({part for reward in rewards if reward for part in reward.parts}):
            log_metric(name, mean(r.parts[name] for r in rewards if r and name in r.parts))
        return [None if reward is None else reward.total for reward in rewards]
