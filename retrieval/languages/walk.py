"""A walk over a tree without recursion that knows which names are local. For C, C++ and Rust."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from tree_sitter import Node

Place = TypeVar("Place")
Handler = Callable[[Any, "Node", Any], None]


class ScopedWalk(Generic[Place]):
    """A subclass handles the node types it knows; of other nodes the children are visited.

    Names of locals are counted while their block is open, so that a lookup takes the same time at any depth.
    """

    handlers: ClassVar[Mapping[str, Handler]] = {}

    def __init__(self, source: bytes) -> None:
        self.source = source
        # What to do next: visit a node, or bind names, or (None) forget those of the innermost block.
        self._stack: list[tuple[Node, Place] | list[str] | None] = []
        self._frames: list[list[str]] = []
        self._bound: dict[str, int] = {}

    def walk(self, root: Node, place: Place) -> None:
        stack, handlers = self._stack, self.handlers
        stack.append((root, place))
        while stack:
            following = stack.pop()
            if isinstance(following, tuple):
                node, around = following
                handle = handlers.get(node.type)
                if handle is not None:
                    handle(self, node, around)
                elif node.child_count:
                    self.push(node.named_children, around)
            elif following is None:
                self._close()
            else:
                self.bind(following)

    def push(self, nodes: Iterable[Node | None], place: Place) -> None:
        """Nodes to visit next, in this order, before those that were pushed earlier."""
        self._stack.extend((node, place) for node in reversed(list(nodes)) if node is not None)

    def open(self) -> None:
        """What is bound from here on is forgotten after everything that is pushed from now on."""
        self._frames.append([])
        self._stack.append(None)

    def _close(self) -> None:
        for name in self._frames.pop():
            self._bound[name] -= 1

    def bind(self, names: Iterable[str]) -> None:
        if not self._frames:
            return
        for name in names:
            self._frames[-1].append(name)
            self._bound[name] = self._bound.get(name, 0) + 1

    def bind_later(self, names: Iterable[str]) -> None:
        """After what is pushed from now on."""
        self._stack.append(list(names))

    def is_local(self, name: str) -> bool:
        return self._bound.get(name, 0) > 0


def before(child: Node, parent: Node) -> Node | None:
    """The named child in front of `child`; Node.prev_named_sibling looks for it from the root down."""
    found: Node | None = None
    for sibling in parent.named_children:
        if sibling.id == child.id:
            return found
        found = sibling
    return None
