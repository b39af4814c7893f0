"""The small planner as a policy: chances of programs, to draw from and to learn by.

An answer is drawn in parts that do not depend on each other: whether to refuse; for every tool
nothing, more or less; and one degree for all of them. How strong a degree is on a photo is solved
there (`training.synthetic.scene`), as the planner does. What is measured on the photo shifts the
chances of the tools through weights that start at zero: a policy that learnt nothing of photos is
the model as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from iea.measure import ATTRIBUTES, Reading
from iea.program import Program
from iea.tools import TOOLS
from training.small.network import Network
from training.synthetic.programs import granted
from training.synthetic.scene import Scene
from training.synthetic.wishes import BANDS, Wish
from training.wordings import DEGREES, Atom

_NEVER = -30.0
"""The log of a chance that is none."""
_USUAL = {
    "L": (50.0, 15.0),
    "C": (22.0, 7.0),
    "a": (0.0, 6.0),
    "b": (5.0, 10.0),
    "S": (20.0, 12.0),
    "shadows": (20.0, 12.0),
    "highlights": (80.0, 12.0),
    "D": (3.0, 2.0),
    "N": (1.0, 1.0),
    "clipped": (2.0, 4.0),
}
"""Middle and spread of each attribute over photos, so that what goes in is about -2..2."""


def features(reading: Reading) -> list[float]:
    """Return what was measured on a photo as numbers of about -2..2."""
    return [(reading[name] - middle) / spread for name, (middle, spread) in _USUAL.items()]


@dataclass(frozen=True)
class Drawn:
    """Answers, (texts, many, ...): 1 where refused; 0, 1 or 2 for no, more or less of each tool;
    an index of `DEGREES`.
    """

    refused: Tensor
    ways: Tensor
    degree: Tensor


@dataclass(frozen=True)
class Chances:
    """Logs of chances, for texts: (texts, 2) to answer or refuse, (texts, tools, 3), (texts, 4)."""

    refusal: Tensor
    ways: Tensor
    degrees: Tensor

    def draw(self, many: int) -> Drawn:
        """Draw answers to every text."""

        def drawn(logs: Tensor) -> Tensor:
            flat = logs.detach().exp().reshape(-1, logs.shape[-1])
            found = torch.multinomial(flat, many, replacement=True)
            return found.view(*logs.shape[:-1], many).movedim(-1, 1)

        return Drawn(drawn(self.refusal), drawn(self.ways), drawn(self.degrees))

    def likeliest(self) -> Drawn:
        """Return the likeliest answer to every text, as the only one of each."""
        parts = (self.refusal, self.ways, self.degrees)
        return Drawn(*(part.argmax(-1).unsqueeze(1) for part in parts))

    def log(self, drawn: Drawn) -> Tensor:
        """Return the logs of the answers' chances, (texts, many)."""
        refused = _picked(self.refusal.unsqueeze(1), drawn.refused)
        tools = _picked(self.ways.unsqueeze(1), drawn.ways).sum(-1)
        degree = _picked(self.degrees.unsqueeze(1), drawn.degree)
        asked = (drawn.ways > 0).any(-1)
        return refused + (drawn.refused == 0) * (tools + asked * degree)

    def divergence(self, other: "Chances") -> Tensor:
        """Return the Kullback-Leibler divergence from another policy, (texts,), 0 or more."""

        def apart(one: Tensor, two: Tensor) -> Tensor:
            return (one.exp() * (one - two)).sum(-1)

        tools = apart(self.ways, other.ways).sum(-1) + apart(self.degrees, other.degrees)
        return apart(self.refusal, other.refusal) + self.refusal[:, 0].exp() * tools

    def entropy(self) -> Tensor:
        """Return how undecided the tools are, in nats, (texts,)."""
        return -(self.ways.exp() * self.ways).sum(-1).sum(-1)


def _picked(logs: Tensor, at: Tensor) -> Tensor:
    shape = (*at.shape, logs.shape[-1])
    return logs.expand(shape).gather(-1, at.unsqueeze(-1)).squeeze(-1)


class Policy(nn.Module):
    """A network whose atoms are chances of tools, seen with what was measured on the photo."""

    def __init__(self, network: Network, atoms: Sequence[str]) -> None:
        super().__init__()
        self.network = network
        place = {name: i for i, name in enumerate(atoms)}
        self.tools = [name for name in sorted(TOOLS) if f"{name}+" in place]
        self._more = [place[f"{name}+"] for name in self.tools]
        self._less = [
            place.get(f"{name}-", -1) if TOOLS[name].main.min < 0 else -1 for name in self.tools
        ]
        self._beyond = [i for name, i in place.items() if name.startswith("beyond:")]
        self.photo = nn.Linear(len(_USUAL), 2 * len(self.tools), bias=False)
        nn.init.zeros_(self.photo.weight)

    def forward(self, ids: Tensor, seen: Tensor) -> Chances:
        """Take ids (texts, tokens) and features of their photos (texts, features)."""
        atoms, _, degrees, _ = self.network(ids)
        shift = self.photo(seen).view(len(ids), 2, -1)
        more = atoms[:, self._more] + shift[:, 0]
        less = torch.where(
            torch.tensor(self._less) >= 0, atoms[:, self._less] + shift[:, 1], _NEVER
        )
        ways = torch.stack([torch.zeros_like(more), more, less], dim=-1)
        refuse = atoms[:, self._beyond].amax(-1)
        refusal = torch.stack([torch.zeros_like(refuse), refuse], dim=-1)
        return Chances(*(functional.log_softmax(x.float(), -1) for x in (refusal, ways, degrees)))

    def program(self, drawn: Drawn, text: int, one: int, scene: Scene) -> Program | None:
        """Return the program of an answer on a photo, None for a refusal.

        A tool that can do nothing there is left out.
        """
        if drawn.refused[text, one]:
            return None
        degree = int(drawn.degree[text, one])
        strength = (BANDS[degree].low + BANDS[degree].high) / 2
        program = Program()
        for tool, way in zip(self.tools, drawn.ways[text, one].tolist(), strict=True):
            if way:
                atom = Atom(f"{tool}{'+' if way == 1 else '-'}", DEGREES[degree])
                program = granted(program, [Wish(tool, atom, strength)], scene) or program
        return program


assert list(_USUAL) == list(ATTRIBUTES)
