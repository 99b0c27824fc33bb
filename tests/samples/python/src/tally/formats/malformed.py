"""What a reader says of a file it cannot read."""


class Malformed(ValueError):
    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
