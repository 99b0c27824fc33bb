"""Algorithm 1 of the DeepSeek-Coder paper, over integers, and the contraction that lets it meet cycles.

Nodes are 0, 1, 2, ... and a smaller one wins every tie, so a caller numbers them by what ties go by.
`needs[a]` holds the nodes that `a` depends on: each once, and never `a` itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

Needs = Sequence[Sequence[int]]
_PLACED = -1


def paper_order(needs: Needs) -> list[list[int]]:
    """The algorithm to the letter: a sequence for each subgraph, dependencies before their dependents.

    Where a cycle leaves no node without unmet dependencies, one with the fewest is taken: it may then stand
    before a node that it needs, even before one outside of its cycle. Subgraphs come by their smallest node.
    """
    users = reverse(needs)
    unmet = list(map(len, needs))
    return [_emptied(subgraph, unmet, users) for subgraph in subgraphs(needs, users)]


def dependency_order(needs: Needs) -> list[list[list[int]]]:
    """Subgraphs of strongly connected groups of nodes, each level in reading order.

    The groups are contracted to nodes and ordered by Algorithm 1, ties by their smallest member; so is every
    group, on its own edges. Without cycles every group is one node, and this is `paper_order`.
    """
    groups = strong_groups(needs)
    if len(groups) == len(needs):
        return [[[node] for node in sequence] for sequence in paper_order(needs)]
    within = [0] * len(needs)
    for number, group in enumerate(groups):
        for node in group:
            within[node] = number
    contracted = [
        list({within[need] for node in group for need in needs[node]} - {number})
        for number, group in enumerate(groups)
    ]
    ordered = _inner_orders(groups, within, needs)
    return [[ordered[number] for number in sequence] for sequence in paper_order(contracted)]


def subgraphs(needs: Needs, users: Needs) -> list[list[int]]:
    """The weakly connected parts, each sorted, by their smallest node."""
    found = []
    seen = bytearray(len(needs))
    for start in range(len(needs)):
        if seen[start]:
            continue
        seen[start] = 1
        part = [start]
        for node in part:  # grows while it is walked
            for neighbours in (needs[node], users[node]):
                for neighbour in neighbours:
                    if not seen[neighbour]:
                        seen[neighbour] = 1
                        part.append(neighbour)
        found.append(sorted(part))
    return found


def strong_groups(needs: Needs) -> list[list[int]]:
    """The strongly connected parts, each sorted, by their smallest node. Tarjan's algorithm, on a stack."""
    unseen, done = -1, len(needs)
    number = [unseen] * len(needs)  # the order of discovery; `done` once the node's group is found
    low = [0] * len(needs)
    waiting: list[int] = []
    found = []
    count = 0
    for start in range(len(needs)):
        if number[start] != unseen:
            continue
        walk = [(start, iter(needs[start]))]
        number[start] = low[start] = count
        count += 1
        waiting.append(start)
        while walk:
            node, rest = walk[-1]
            for need in rest:
                if number[need] == unseen:
                    number[need] = low[need] = count
                    count += 1
                    waiting.append(need)
                    walk.append((need, iter(needs[need])))
                    break
                if number[need] < low[node]:
                    low[node] = number[need]
            else:
                walk.pop()
                if walk and low[node] < low[walk[-1][0]]:
                    low[walk[-1][0]] = low[node]
                if low[node] == number[node]:
                    at = len(waiting) - 1
                    while waiting[at] != node:
                        at -= 1
                    group = waiting[at:]
                    del waiting[at:]
                    for member in group:
                        number[member] = done
                    found.append(sorted(group))
    found.sort()
    return found


def reverse(needs: Needs) -> list[list[int]]:
    """The same edges the other way: for each node its dependents, sorted."""
    users: list[list[int]] = [[] for _ in needs]
    for node, wanted in enumerate(needs):
        for need in wanted:
            users[need].append(node)
    return users


def _inner_orders(groups: list[list[int]], within: list[int], needs: Needs) -> list[list[int]]:
    """Each strongly connected group by Algorithm 1 on the edges among its members."""
    users: list[list[int]] = [[] for _ in needs]
    unmet = [0] * len(needs)
    for number, group in enumerate(groups):
        if len(group) > 1:
            for node in group:
                inner = [need for need in needs[node] if within[need] == number]
                unmet[node] = len(inner)
                for need in inner:
                    users[need].append(node)
    return [_emptied(group, unmet, users) for group in groups]


def _emptied(subgraph: list[int], unmet: list[int], users: Needs) -> list[int]:
    """Take the node with the fewest unmet dependencies until none is left; `unmet` holds these counts.

    Only nodes with at most `limit` of them are in the heap, which is far smaller for it: the limit is 0 as
    long as no cycle stops the walk. A node enters anew when its count falls; outdated entries are skipped.
    """
    if len(subgraph) == 1:
        return subgraph
    size = len(unmet)
    limit = 0
    ready = [node for node in subgraph if not unmet[node]]  # sorted, hence a heap: `unmet * size + node`
    sequence: list[int] = []
    while True:
        while ready:
            count, node = divmod(heappop(ready), size)
            if unmet[node] != count:
                continue
            unmet[node] = _PLACED
            sequence.append(node)
            for user in users[node]:
                left = unmet[user] - 1
                if left >= 0:
                    unmet[user] = left
                    if left <= limit:
                        heappush(ready, left * size + user)
        if len(sequence) == len(subgraph):
            return sequence
        waiting = [node for node in subgraph if unmet[node] != _PLACED]
        limit = max(2 * limit, min(unmet[node] for node in waiting))
        ready = [unmet[node] * size + node for node in waiting if unmet[node] <= limit]
        heapify(ready)
