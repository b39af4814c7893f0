"""Settings: the committed ones are the published ones, and mistakes are named."""

from dataclasses import replace
from pathlib import Path

import pytest

from iea.errors import InvalidError
from training.guards import Limits
from training.vlm.settings import CONFIG, Grpo, Sft, read


def test_the_committed_settings_are_as_published() -> None:
    sft, grpo, synthetic = (read(CONFIG / f"{s}.toml") for s in ("sft", "grpo", "synthetic"))
    assert isinstance(sft, Sft)
    assert isinstance(synthetic, Sft)
    assert isinstance(grpo, Grpo)
    assert (sft.epochs, sft.rate, sft.warm_up, sft.batch, sft.lora_rank) == (5, 1e-5, 0.1, 32, 0)
    assert (grpo.group, grpo.prompts, grpo.mini_batch, grpo.kl) == (5, 16, 4, 0.01)
    assert (grpo.rate, grpo.answer_tokens, grpo.rollout_devices) == (1e-6, 512, 2)
    assert grpo.limits == Limits()


def test_examples_of_a_step_are_shared_by_devices() -> None:
    assert replace(Sft(), device_batch=2).accumulated(8) == 2
    assert Grpo().accumulated(2) == 2
    with pytest.raises(InvalidError, match="20 examples a step, which is no multiple of the 40"):
        Grpo().accumulated(8)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("stage = [", "not TOML"),
        ("rate = 1.0", "stage ''"),
        ("stage = 'sft'\nlr = 1.0\nbatches = 3", "sets batches, lr: use toolset"),
        ("stage = 'sft'\nrate = 'much'", "rate to 'much': give a float"),
        ("stage = 'sft'\nbatch = 1.5", "batch to 1.5: give a int"),
        ("stage = 'sft'\nrate = 0\nbatch = -1", "rate must be above 0; batch must be above 0"),
        ("stage = 'sft'\nlora_rank = -1", "lora_rank must not be below 0"),
        ("stage = 'sft'\ntoolset = 'x'", "toolset must be iea or iea16"),
        ("stage = 'grpo'\nreward = 'x'", "reward must be"),
        ("stage = 'grpo'\ngroup = 1", "group must be 2 or more"),
        ("stage = 'grpo'\n[limits]\nwindow = 0", "limits are wrong"),
        ("stage = 'grpo'\n[limits]\nwide = 3", "sets wide: use window"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "stage.toml"
    path.write_text(text)
    with pytest.raises(InvalidError, match=reason):
        read(path)


def test_whole_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "stage.toml"
    path.write_text("stage = 'synthetic'\nepochs = 2\nkl = 0")
    with pytest.raises(InvalidError, match="sets kl"):
        read(path)
    path.write_text("stage = 'synthetic'\nepochs = 2")
    assert read(path) == replace(Sft(), epochs=2.0)
