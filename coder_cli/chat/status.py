"""The line below the prompt: model, device, how full the window is, how fast it writes."""

from __future__ import annotations

from dataclasses import dataclass

from coder_cli.screen.safe import visible


@dataclass(slots=True)
class Status:
    """What is known by now; it grows while things load."""

    model: str
    device: str = ""
    used: int = 0  # tokens of the window
    window: int = 0  # tokens; 0: not known yet
    speed: float = 0.0  # tokens a second of the last answer
    busy: str = ""  # what is being done meanwhile

    def line(self, width: int) -> str:
        """In one line of `width` columns: what matters less goes first."""
        share = f" ({100 * self.used // self.window} %)" if self.window else ""
        used = f"{self.used:,}/{self.window:,} tokens{share}" if self.window else ""
        short = f"{self.used:,}/{self.window:,}" if self.window else ""
        rate = f"{self.speed:.0f} tokens/s" if self.speed else ""
        for parts in (
            (self.model, self.device, used, rate, self.busy),
            (self.model, self.device, short, rate, self.busy),
            (self.model, short, self.busy),
            (self.model, self.busy or short),
            (self.busy or short or self.model,),
        ):
            line = " · ".join(filter(None, parts))
            if len(line) < width:
                return visible(line)
        return visible(line[: max(0, width - 1)])
