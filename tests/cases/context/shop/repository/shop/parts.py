"""What can be ordered."""

from __future__ import annotations

from dataclasses import dataclass

from shop.money import Money, parse


@dataclass(frozen=True)
class Part:
    """A part as the catalogue has it."""

    name: str
    price: Money


def read_catalogue(path: str) -> dict[str, Part]:
    """One part a line: name, tab, price."""
    parts = {}
    with open(path) as file:
        for line in file:
            name, _, price = line.rstrip().partition("\t")
            parts[name] = Part(name, parse(price))
    return parts


def write_catalogue(path: str, parts: dict[str, Part]) -> None:
    with open(path, "w") as file:
        for part in parts.values():
            file.write(f"{part.name}\t{part.price.cents / 100}\n")
