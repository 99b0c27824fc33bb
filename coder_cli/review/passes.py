"""What a model finds in a part: where it expects something else while it reads."""

from __future__ import annotations

from dataclasses import dataclass, field

from coder_cli.model.types import LanguageModel, PrefillProgress, unheard
from coder_cli.review.doubts import Reader, Strictness
from coder_cli.review.doubts_told import finding
from coder_cli.review.parts import Cost, Part
from coder_cli.review.telling import Teller
from coder_cli.review.types import Finding

ROWS_SHARE = 0.45  # of the budget, at most, for the rows of a part


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of a part."""

    part: Part
    found: tuple[Finding, ...]
    cost: Cost = field(default_factory=Cost)
    is_whole: bool = True  # False: the window cut it short, or the person did


class Reviewer:
    """`budget`: tokens of a part with what surrounds it. Without a teller findings are told in our words."""

    def __init__(
        self,
        model: LanguageModel,
        budget: int,
        strictness: Strictness,
        teller: Teller | None = None,
        progress: PrefillProgress = unheard,
    ) -> None:
        self._model = model
        self._budget = budget
        self._strictness = strictness
        self._teller = teller
        self._progress = progress

    @property
    def most_rows(self) -> int:
        """Tokens of the rows of a part."""
        return max(1, int(self._budget * ROWS_SHARE))

    def look(self, part: Part) -> Looked:
        if not any(piece.is_telling for piece in part.pieces):
            return Looked(part, ())
        strict = self._strictness
        reader = Reader(self._model, strict.rules, strict.odds, self._progress)
        text = part.file.new.text if part.file.new is not None else ""
        found = [finding(part, text, one) for one in reader.doubts(part)]
        cost = Cost()
        if self._teller is not None:
            for number, one in enumerate(found):
                found[number], more = self._teller.told(part, one)
                cost += more
        return Looked(part, tuple(found), reader.cost + cost, reader.is_whole)
