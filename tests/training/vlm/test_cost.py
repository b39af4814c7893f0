"""What the stages cost: parameters as published, and sums that can be done by hand."""

import pytest

from training.vlm.cost import GPUS, Load, Sizes, memory, published, seconds, sizes, table
from training.vlm.settings import Grpo, Sft

pytestmark = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing.:FutureWarning")

H100 = GPUS[0]
TOY = Sizes(
    language=10**9, words=10**8, vision=10**8, adapters=10**7, hidden=1000, inner=4000, layers=10
)
NOTHING = Load(picture=0, asked=0, answered=0)


def test_parameters_are_those_of_the_published_model() -> None:
    of = sizes(published())
    assert of.whole == 8_292_166_656
    assert of.vision == 676_550_144
    # In each of 28 layers, rank 64 beside q, k, v, o, gate, up and down.
    widths = 2 * (3584 + 3584) + 2 * (3584 + 512) + 3 * (3584 + 18_944)
    assert of.adapters == 28 * 64 * widths


def test_memory_is_what_is_kept_and_what_is_worked_on() -> None:
    # 16 bytes a trained parameter, 4 a frozen one, 2 GB besides.
    assert memory(TOY, Sft(), 1, NOTHING) == 16 * 1.1e9 + 4 * 1e8 + 2e9
    # Shared by two, with a layer and the next one gathered in half precision.
    assert memory(TOY, Sft(), 2, NOTHING) == (16 * 1.1e9 + 4e8) / 2 + 4 * 1e8 + 2e9
    assert memory(TOY, Sft(lora_rank=64), 1, NOTHING) == 2 * 1.2e9 + 16 * 1e7 + 2e9
    # The model that KL holds the policy to; adapters are switched off instead.
    assert memory(TOY, Grpo(), 1, NOTHING) - memory(TOY, Sft(), 1, NOTHING) == 4 * 1.2e9
    # Of each token ten layers' inputs, and of one layer the rest, in half precision.
    more = memory(TOY, Sft(), 1, Load(0, 1000, 0)) - memory(TOY, Sft(), 1, NOTHING)
    assert more == 2 * 1000 * (10 * 1000 + 10 * 1000 + 4 * 4000)


def test_time_is_the_products_at_a_share_of_the_peak() -> None:
    load = Load(0, 1000, 0)
    forward = 1000 * (2 * 1e9 + 2 * 1000 * 1000 * 10)
    whole, lora = Sft(batch=32), Sft(batch=32, lora_rank=64)
    assert seconds(TOY, whole, H100, 1, load) == pytest.approx(32 * 4 * forward / (0.4 * 989e12))
    assert seconds(TOY, lora, H100, 1, load) == pytest.approx(32 * 3 * forward / (0.4 * 989e12))
    assert seconds(TOY, whole, H100, 4, load) == pytest.approx(8 * 4 * forward / (0.4 * 989e12))
    read = 50 * 2 * TOY.whole / (2 * 3.35e12)
    drawn = [seconds(TOY, Grpo(), H100, 2, Load(0, 1000, n)) for n in (0, 50)]
    assert drawn[1] - drawn[0] > read / 4


def test_the_table_names_the_gpus_and_says_what_it_is() -> None:
    text = table()
    assert text.startswith("Computed, not measured.")
    rows = [line for line in text.splitlines() if line.startswith(("| sft", "| grpo"))]
    assert len(rows) == 2 * 2 * 3
    assert all(any(gpu.name in row for gpu in GPUS) for row in rows)
    assert "| sft | LoRA 64 | 1 x H100 80 GB |" in text
    assert "L40S 48 GB: not with these settings" in text
