#!/usr/bin/env python
"""Definitions of every kind."""

import enum
from typing import NewType, Protocol, TypeAlias

LIMIT = 10  # not above anything
# How long we wait.
# In seconds.
timeout: float = 1.5
first, (second, *rest) = 1, (2, 3)
UserId = NewType("UserId", int)
Pair: TypeAlias = "tuple[UserId, Shape]"
type Grid[T] = list[list[T]]


class Shape(Protocol):
    """What has an area. And more.

    Long text.
    """

    sides: int = 0

    @property
    def area(self) -> float:
        ...


# A square is a shape.
@enum.unique
class Colour(enum.Enum):
    # The first.
    RED = 1
    green = 2


class Square(Shape):
    def __init__(self, side):
        """
        Make one.
        """
        self.side, self.name = side, ""
        self.side = abs(side)
        self.sides = 4
        self.area = None

    @area.setter
    def area(
        self,
        value: float,
    ) -> None:
        self.side = value**0.5

    class Corner:
        x = 0

        @classmethod
        def make(cls):
            cls.made = True


async def load(path): return path


def outer():
    def inner():
        global COUNT
        COUNT = 1

    return inner


if LIMIT:
    def chosen(): ...
else:
    def chosen(): ...
for index in range(3):
    last = index
with open("a") as handle:
    pass
try:
    pass
except OSError as error:
    print(error)
