"""The small planner's GRPO, in miniature: it learns what earns, and stays near where it was."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from iea.blobs import Blobs
from iea.errors import InvalidError
from iea.image import decode_small
from iea.measure import Gauge
from iea.measure.rewards import Reward
from iea.program import Program
from tests.photos import PHOTOS
from training.records import Dataset, Record, Skipped
from training.small.grpo import Settings, _Judge, _Photos, _step, advantages, train
from training.small.policy import Chances, Drawn, Policy, features
from training.small.sft import Learner, prepare
from training.synthetic.scene import Scene
from training.wordings import Atom, Wording

MEANT = {
    "exposure+": ("brighter", "more light", "lighten it", "it is too dark"),
    "exposure-": ("darker", "less light", "dim it", "it is too bright"),
    "temperature+": ("warmer", "more golden", "too cold", "a sunny tone"),
    "temperature-": ("cooler", "bluer", "too warm", "an icy tone"),
    "beyond:remove": ("remove the car", "erase him", "delete the sign", "take the pole out"),
}


@pytest.fixture(scope="module")
def learner() -> Learner:
    return prepare(
        [
            Wording(text, (Atom(name),), "en", "miniature")
            for name, texts in MEANT.items()
            for text in texts
        ]
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("data")
    blobs = Blobs(folder / "blobs")
    records = []
    for photo in PHOTOS.values():
        digest = blobs.put(photo.data())
        scene = Scene(decode_small(photo.data(), 64))
        for name, texts in MEANT.items():
            tool, way = name[:-1], 1 if name.endswith("+") else -1
            for text in texts:
                if name.startswith("beyond:"):
                    records.append(Record("edit", digest, text, reply="refused"))
                    continue
                amount = scene.amount(tool, way, 1.0) or 0.0
                param = "ev" if tool == "exposure" else "amount"
                steps = [{"tool": tool, "params": {param: round(way * amount, 2)}}]
                program = Program.parse(
                    {"toolset": {"name": "iea", "version": "1"}, "steps": steps}
                )
                records.append(Record("edit", digest, text, program, template=text))
    return Dataset.write(folder, records, Skipped())


def chances(seed: int) -> Chances:
    dice = torch.Generator().manual_seed(seed)
    shapes = ((3, 2), (3, 5, 3), (3, 4))
    logits = (torch.randn(shape, generator=dice) for shape in shapes)
    return Chances(*(torch.log_softmax(part, -1) for part in logits))


def test_chances_of_all_answers_add_up_to_one() -> None:
    logits = torch.randn(1, 1, 3, generator=torch.Generator().manual_seed(1))
    one = Chances(
        torch.log_softmax(torch.zeros(1, 2), -1),
        torch.log_softmax(logits, -1),
        torch.log_softmax(torch.randn(1, 4), -1),
    )
    rows = [(1, 0, 0), (0, 0, 0), *((0, way, degree) for way in (1, 2) for degree in range(4))]
    table = torch.tensor(rows)
    drawn = Drawn(table[None, :, 0], table[None, :, 1:2], table[None, :, 2])
    assert float(one.log(drawn).exp().sum()) == pytest.approx(1)


def test_draws_follow_the_chances() -> None:
    torch.manual_seed(0)
    one = chances(1)
    drawn = one.draw(4000)
    assert drawn.ways.shape == (3, 4000, 5)
    shares = torch.stack([(drawn.ways == way).float().mean(1) for way in range(3)], -1)
    assert torch.allclose(shares, one.ways.exp(), atol=0.03)
    assert torch.equal(one.likeliest().degree[:, 0], one.degrees.argmax(-1))


def test_a_policy_is_no_distance_from_itself() -> None:
    one, other = chances(1), chances(2)
    assert torch.allclose(one.divergence(one), torch.zeros(3), atol=1e-6)
    assert (one.divergence(other) > 0).all()


def test_only_what_stands_out_of_its_group_counts() -> None:
    rewards = [
        [Reward(1.0, {}), Reward(0.0, {}), None],
        [Reward(0.5, {}), Reward(0.5, {}), Reward(0.5, {})],
        [None, None, None],
    ]
    assert advantages(rewards).tolist() == [[1.0, -1.0, 0.0], [0.0] * 3, [0.0] * 3]


def test_the_photo_changes_nothing_until_it_is_learnt(learner: Learner) -> None:
    policy = Policy(learner.network, learner.atoms).eval()
    ids = learner.encoder.ids(["brighter"])
    dark, light = (
        torch.tensor([features(Gauge(np.full((8, 8, 3), value, np.uint8)).original)])
        for value in (20, 220)
    )
    assert torch.equal(policy(ids, dark).ways, policy(ids, light).ways)
    assert dark.abs().max() < 8


def test_programs_do_what_was_drawn(learner: Learner) -> None:
    policy = Policy(learner.network, learner.atoms)
    assert policy.tools == ["exposure", "temperature"]
    scene = Scene(decode_small(PHOTOS["coffee"].data(), 64))
    drawn = Drawn(torch.tensor([[0, 1]]), torch.tensor([[[1, 2], [0, 0]]]), torch.tensor([[1, 1]]))
    program = policy.program(drawn, 0, 0, scene)
    assert program is not None
    assert [(s.tool, np.sign(s.amount)) for s in program.steps] == [
        ("exposure", 1),
        ("temperature", -1),
    ]
    assert policy.program(drawn, 0, 1, scene) is None


def test_what_earns_becomes_likelier(learner: Learner, data: Dataset) -> None:
    torch.manual_seed(0)
    start = copy.deepcopy(learner)
    policy = Policy(start.network, start.atoms).eval()
    reference = Policy(copy.deepcopy(start.network), start.atoms).eval()
    judge = _Judge(policy, _Photos(data), "ours")
    optimizer = torch.optim.AdamW(policy.parameters(), lr=3e-4)
    record = next(r for r in data if r.words == "brighter")
    rows = [
        _step(policy, reference, judge, [record] * 8, start, optimizer, Settings())
        for _ in range(25)
    ]
    assert rows[-1]["reward"] > rows[0]["reward"] + 0.5
    with torch.no_grad():
        chances = policy(start.encoder.ids(["brighter"]), torch.zeros(1, 10))
    assert chances.likeliest().ways[0, 0].tolist() == [1, 0]
    assert rows[-1]["divergence"] > 0


def test_a_run_ends_with_a_model(tmp_path: Path, learner: Learner, data: Dataset) -> None:
    settings = Settings(steps=3, prompts=4, group=4, held_out=4, save_every=2)
    model = train(tmp_path, copy.deepcopy(learner), data, settings)
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [0, 1, 2, 3]
    assert {"reward", "divergence", "entropy", "tools", "share of rewards"} <= rows[-1].keys()
    assert (model / "model.onnx").is_file()
    assert (tmp_path / "network.pt").is_file()


def test_a_set_without_edits_is_refused(tmp_path: Path, learner: Learner) -> None:
    empty = Dataset.write(tmp_path / "data", [Record("summary", "0" * 64, "x")], Skipped())
    with pytest.raises(InvalidError, match="no edits"):
        train(tmp_path / "run", learner, empty)
