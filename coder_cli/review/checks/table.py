"""The checks that are rules, not opinions: the same diff gives the same findings each time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from coder_cli.review.checks import (
    changed_signatures,
    conflict_markers,
    debug_prints,
    deleted_files,
    deleted_symbols,
    import_cycles,
    leaked_secrets,
    missed_symbols,
    removed_tests,
    skipped_tests,
)
from coder_cli.review.checks.ground import Ground
from coder_cli.review.types import Finding
from retrieval.changes import Changes
from retrieval.project import RepositoryProject


@dataclass(frozen=True, slots=True)
class Check:
    name: str  # as in Finding.check
    description: str  # one sentence, for whoever reads a report
    find: Callable[[Ground], Iterable[Finding]]


CHECKS = (
    Check(conflict_markers.NAME, "A merge left its marks in the file.", conflict_markers.find),
    Check(debug_prints.NAME, "A print or a breakpoint for debugging was left.", debug_prints.find),
    Check(leaked_secrets.NAME, "A key, a token or a password is added.", leaked_secrets.find),
    Check(
        changed_signatures.NAME,
        "A signature changed, and a call that was not changed does not fit it.",
        changed_signatures.find,
    ),
    Check(missed_symbols.NAME, "A definition is gone, and something still uses it.", deleted_symbols.find),
    Check(deleted_files.NAME, "A file is gone, and something still imports it.", deleted_files.find),
    Check(import_cycles.NAME, "An import closes a circle of files.", import_cycles.find),
    Check(removed_tests.NAME, "A test is gone, and none like it came.", removed_tests.find),
    Check(skipped_tests.NAME, "A test that ran is switched off.", skipped_tests.find),
)


def run_checks(changes: Changes, before: RepositoryProject, after: RepositoryProject) -> tuple[Finding, ...]:
    """By path and line. `before` and `after` are the two sides of the changes, read and parsed."""
    ground = Ground(changes, before, after)
    found = [finding for check in CHECKS for finding in check.find(ground)]
    return tuple(
        sorted(dict.fromkeys(found), key=lambda one: (one.path, one.start_line, one.check, one.title))
    )
