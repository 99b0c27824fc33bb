"""The fixed code texts that every parity number is measured on. Data only: a change here makes old numbers
incomparable."""

from __future__ import annotations

_PYTHON = '''"""Least recently used cache with a time limit."""

import time
from collections import OrderedDict


class TimedCache:
    def __init__(self, capacity: int, seconds: float) -> None:
        self.capacity = capacity
        self.seconds = seconds
        self._entries: OrderedDict[str, tuple[float, object]] = OrderedDict()

    def get(self, key: str) -> object | None:
        """The value of `key`, or None when it is absent or too old."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        stored, value = entry
        if time.monotonic() - stored > self.seconds:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return value

    def put(self, key: str, value: object) -> None:
        if key in self._entries:
            self._entries.move_to_end(key)
        self._entries[key] = (time.monotonic(), value)
        while len(self._entries) > self.capacity:
            self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)


def fibonacci(n: int, cache: TimedCache) -> int:
    """The n-th Fibonacci number, remembered in `cache`."""
'''

_C = """#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct node {
    char *word;
    int count;
    struct node *left;
    struct node *right;
};

static struct node *insert(struct node *root, const char *word)
{
    if (root == NULL) {
        struct node *fresh = malloc(sizeof *fresh);
        if (fresh == NULL) {
            perror("malloc");
            exit(EXIT_FAILURE);
        }
        fresh->word = strdup(word);
        fresh->count = 1;
        fresh->left = fresh->right = NULL;
        return fresh;
    }
    int order = strcmp(word, root->word);
    if (order == 0)
        root->count++;
    else if (order < 0)
        root->left = insert(root->left, word);
    else
        root->right = insert(root->right, word);
    return root;
}

static void print(const struct node *root)
{
    if (root == NULL)
        return;
    print(root->left);
    printf("%6d %s\\n", root->count, root->word);
    print(root->right);
}

/* Read words from standard input and print each one with its count, in order. */
int main(void)
{
"""

_TYPESCRIPT = """import { readFile, writeFile } from "node:fs/promises";

export interface Task {
  id: number;
  title: string;
  done: boolean;
  due?: Date;
}

export class TaskList {
  private tasks = new Map<number, Task>();
  private next = 1;

  constructor(private readonly path: string) {}

  async load(): Promise<void> {
    const rows: Task[] = JSON.parse(await readFile(this.path, "utf8"));
    for (const row of rows) {
      this.tasks.set(row.id, { ...row, due: row.due ? new Date(row.due) : undefined });
      this.next = Math.max(this.next, row.id + 1);
    }
  }

  add(title: string, due?: Date): Task {
    const task: Task = { id: this.next++, title, done: false, due };
    this.tasks.set(task.id, task);
    return task;
  }

  overdue(now: Date = new Date()): Task[] {
    return [...this.tasks.values()]
      .filter((task) => !task.done && task.due !== undefined && task.due < now)
      .sort((a, b) => a.due!.getTime() - b.due!.getTime());
  }

  complete(id: number): void {
    const task = this.tasks.get(id);
    if (task === undefined) {
      throw new Error(`there is no task ${id}`);
    }
"""

PROMPTS: tuple[tuple[str, str], ...] = (("python", _PYTHON), ("c", _C), ("typescript", _TYPESCRIPT))


def long_text(repeats: int) -> str:
    """The three texts `repeats` times over, each copy numbered, for positions past the first few thousand."""
    return "".join(
        f"// part {number}: {name}\n{text}\n" for number in range(repeats) for name, text in PROMPTS
    )
