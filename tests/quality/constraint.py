"""What does a guide cost a token? The same model, prompt and number of tokens, with a grammar and without.

    python -m tests.quality.constraint [-m MODEL] [--tokens N] [--rounds N]

The grammar lets every text through, so both write the same; what differs is the mask of each token. Rounds
take turns; the ratio is that of the medians. Free text up to a mark (`Until`) and a forced text are told too.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Generator

from coder_cli import assistant, settings
from coder_cli.model.guide import Choice, Guide, Pattern, Step, Text, Until
from coder_cli.model.types import Completion, LanguageModel, Prompt, Sampling

PROMPT = "Write a Python module with classes for points, lines and polygons, with tests.\n\n```python\n"
FORCED = "    def area(self) -> float:\n        return abs(self.width * self.height)\n\n" * 8


def anything() -> Generator[Step, str, None]:
    yield Pattern(r"(?s:.)*")


def free() -> Generator[Step, str, None]:
    yield Until("````\n", longest=10_000)


def forced() -> Generator[Step, str, None]:
    yield Text(FORCED)
    yield Choice(("a", "b"))  # what nothing comes behind is never run


def seconds(model: LanguageModel, guide: Guide | None, tokens: int) -> tuple[float, int]:
    """Of decoding, by the token; and how many there were."""
    prompt = Prompt((PROMPT,), max_new_tokens=tokens, ignore_stop_ids=True, guide=guide)
    *_, done = model.generate(prompt, Sampling())
    assert isinstance(done, Completion)
    return done.decode_seconds / max(1, done.new_tokens or tokens), done.new_tokens


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("-m", "--model", default="starter")
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    _, model = assistant.open_model(settings.collect().with_flags(model=options.model, quiet=True), print)
    guides: dict[str, Guide | None] = {"plain": None, "grammar": anything, "free": free}
    times: dict[str, list[float]] = {name: [] for name in guides}
    for number in range(options.rounds + 1):
        for name, guide in guides.items():
            each, _ = seconds(model, guide, options.tokens)
            if number:  # the first round warms up
                times[name].append(each)
    plain = statistics.median(times["plain"])
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:8} {middle * 1000:6.2f} ms a token, {middle / plain:.3f} of plain")
    each, count = seconds(model, forced, 4_096)
    print(f"forced   {each * 1000:6.2f} ms a token over {count}, {each / plain:.3f} of plain")


if __name__ == "__main__":
    main()
