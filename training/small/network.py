"""The network: a transformer encoder, and heads that each look for their own words in a text."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.small.base import END, LAYERS, PAD, POSITIONS, START, UNKNOWN, Base

_ORIGINAL = {START: 0, PAD: 1, END: 2, UNKNOWN: 3}
"""Where the special pieces stand in the base."""


@dataclass(frozen=True)
class Sizes:
    """How large a network is, and what it answers."""

    vocabulary: int
    atoms: int
    regions: int
    degrees: int
    languages: int
    hidden: int = 384
    heads: int = 12
    inner: int = 1536
    layers: int = len(LAYERS)
    epsilon: float = 1e-12


class Layer(nn.Module):
    """One block of the encoder: attention and a feed-forward part, each followed by a norm."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.heads, hidden = sizes.heads, sizes.hidden
        self.q, self.k, self.v, self.ao = (nn.Linear(hidden, hidden) for _ in range(4))
        self.fi, self.fo = nn.Linear(hidden, sizes.inner), nn.Linear(sizes.inner, hidden)
        self.aln = nn.LayerNorm(hidden, eps=sizes.epsilon)
        self.oln = nn.LayerNorm(hidden, eps=sizes.epsilon)

    def forward(self, x: Tensor, bias: Tensor, drop: float) -> Tensor:
        """Take states (texts, tokens, hidden) and the bias (texts, 1, 1, tokens) of padding."""
        shape = (*x.shape[:2], self.heads, x.shape[2] // self.heads)
        q, k, v = (part(x).view(shape).transpose(1, 2) for part in (self.q, self.k, self.v))
        scores = q @ k.transpose(2, 3) * shape[3] ** -0.5 + bias
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(x.shape)
        mixed = functional.dropout(self.ao(mixed), drop, self.training)
        x = self.aln(x + mixed)
        inner = functional.dropout(self.fo(functional.gelu(self.fi(x))), drop, self.training)
        out: Tensor = self.oln(x + inner)
        return out


class Network(nn.Module):
    """Texts as pieces to logits: atoms, regions, degrees, languages.

    Every atom and region has a query of its own, which weighs the tokens; so a long text's one
    wish is not washed out by the chatter around it.
    """

    drop = 0.1

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes, hidden = sizes, sizes.hidden
        self.word = nn.Embedding(sizes.vocabulary, hidden, padding_idx=PAD)
        self.position = nn.Embedding(POSITIONS, hidden)
        self.norm = nn.LayerNorm(hidden, eps=sizes.epsilon)
        self.layers = nn.ModuleList(Layer(sizes) for _ in range(sizes.layers))
        answers = sizes.atoms + sizes.regions
        self.query = nn.Parameter(0.02 * torch.randn(answers, hidden))
        self.answer = nn.Parameter(0.02 * torch.randn(answers, hidden))
        self.whole = nn.Linear(hidden, answers + sizes.degrees + sizes.languages)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Take ids (texts, tokens), padded with `PAD`."""
        padding = (ids == PAD).float() * -1e4
        x = self.norm(self.word(ids) + self.position.weight[: ids.shape[1]])
        x = functional.dropout(x, self.drop, self.training)
        bias = padding[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias, self.drop)
        weights = (x @ self.query.T + padding[:, :, None]).softmax(1)
        found = (weights.transpose(1, 2) @ x * self.answer).sum(-1)
        there = (ids != PAD).float()[:, :, None]
        whole = self.whole((x * there).sum(1) / there.sum(1))
        sizes, answers = self.sizes, self.query.shape[0]
        found = found + whole[:, :answers]
        degrees = whole[:, answers : answers + sizes.degrees]
        languages = whole[:, answers + sizes.degrees :]
        return found[:, : sizes.atoms], found[:, sizes.atoms :], degrees, languages


def load_base(network: Network, base: Base, kept: list[int]) -> None:
    """Give a network the base's weights, for the pieces and layers that stay."""
    tensors = {name: torch.from_numpy(values) for name, values in base.tensors.items()}
    hidden = network.sizes.hidden
    rows = [_ORIGINAL[i] for i in sorted(_ORIGINAL)] + kept
    with torch.no_grad():
        network.word.weight.copy_(tensors["emb.word"][rows])
        kinds = tensors["emb.type"].view(-1, hidden)[0]
        network.position.weight.copy_(tensors["emb.pos"].view(-1, hidden)[:POSITIONS] + kinds)
        network.norm.weight.copy_(tensors["emb.ln.w"])
        network.norm.bias.copy_(tensors["emb.ln.b"])
        for layer, number in zip(network.layers, LAYERS, strict=True):
            for name, values in layer.named_parameters():
                part, _, kind = name.partition(".")
                source = tensors[f"l{number}.{part}.{kind[0]}"]
                values.copy_(source.view(values.shape))
