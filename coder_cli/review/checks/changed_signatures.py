"""Signatures that changed while their callers were not changed with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from coder_cli.review.checks.calls import Call, call_at
from coder_cli.review.checks.ground import FilePair, Ground, Lines, at_lines
from coder_cli.review.checks.parameters import Parameters, misfit, parameters_of, shifted, swapped
from coder_cli.review.checks.users import Users, bases, may_be_known_by_name
from coder_cli.review.types import Category, Finding, Severity
from retrieval.definitions import Usage
from retrieval.scopes import TYPES
from retrieval.types import ParsedFile, ReferenceKind, SymbolKind

NAME = "changed-signature"
_NOT_GIVEN = "does not give"  # of what a call leaves out
_FUNCTIONS = {SymbolKind.FUNCTION, SymbolKind.METHOD}
# const f = () => {}; function F() {} with methods in its prototype is a class.
_CALLABLE = {*_FUNCTIONS, SymbolKind.CONSTANT, SymbolKind.VARIABLE, SymbolKind.CLASS}
_MOST_CALLERS = 3  # that a finding names
_OVERLOADING = frozenset({"java", "csharp", "kotlin", "cpp"})
_CONSTRUCTORS = {
    "python": "__init__",
    "javascript": "constructor",
    "typescript": "constructor",
    "php": "__construct",
}
_CONSTRUCTORS["tsx"] = "constructor"
_RUST_SELF = re.compile(r"\(\s*(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?self\b")

# `super.apply(this, arguments)` says nothing of which of them may be missing.
_PASSED_ON = re.compile(r"\.apply\(\s*[\w.]+\s*,\s*arguments\s*\)")
# Who asks what was given takes several kinds of calls: `f(path, done)`, `f(path, options, done)`.
_ASKS_KIND = (
    r"typeof\s+{name}\b|{name}\s+instanceof\b|(?:isinstance|callable|isArray)\(\s*{name}\b"
    r"|is[A-Z]\w*\(\s*{name}\b|is_\w+\(\s*\$?{name}\b|\$?{name}\.is_a\?|arguments\b"
)
# Who asks whether anything was given, or gives itself what was not.
_ASKS = (
    r"(?<![\w.$]){name}\s*(?:\|\||\?\?|&&|\?(?!\.)|===?\s*(?:undefined|null)|!==?\s*(?:undefined|null)|\?\.)"
    r"|(?<![\w.]){name}\s*=(?![=>])|!\s*{name}\b|typeof\s+{name}\b|if\s*\(\s*{name}\s*\)|\barguments\b"
)


@dataclass(frozen=True, slots=True)
class _Changed:
    pair: FilePair
    index: int  # of the function, after the change
    called: int  # of what callers name: the function, or its class where it is the constructor
    old: Parameters
    new: Parameters


@dataclass(frozen=True, slots=True)
class _Caller:
    place: str
    reason: str
    exact: bool


def find(ground: Ground) -> Iterator[Finding]:
    changed = [each for pair in ground.pairs for each in _changed(ground, pair)]
    if not changed:
        return
    users = Users(ground.after, {_parsed(ground, each).symbols[each.called].name for each in changed})
    for each in changed:
        callers = list(_callers(ground, users, each))
        if callers:
            yield _finding(ground, each, callers)


def _parsed(ground: Ground, changed: _Changed) -> ParsedFile:
    parsed = ground.after.parsed(changed.pair.path)
    return parsed or ParsedFile("")


def _changed(ground: Ground, pair: FilePair) -> Iterator[_Changed]:
    before, after = ground.before.parsed(pair.old_path), ground.after.parsed(pair.path)
    if pair.old is None or pair.new is None or before is None or after is None:
        return
    old = _functions(before)
    for name, index in _functions(after).items():
        if index is None or old.get(name) is None:
            continue
        was, now = before.symbols[old[name] or 0], after.symbols[index]
        if pair.old.part(was.line, was.signature_end) == pair.new.part(now.line, now.signature_end):
            continue
        parameters = [
            _parameters(lines, parsed, at)
            for lines, parsed, at in ((pair.old, before, old[name] or 0), (pair.new, after, index))
        ]
        if parameters[0] is not None and parameters[1] is not None and parameters[0] != parameters[1]:
            called = index
            if now.name == _CONSTRUCTORS.get(after.language) and now.parent is not None:
                called = now.parent
            yield _Changed(pair, index, called, parameters[0], parameters[1])


def _functions(parsed: ParsedFile) -> dict[str, int | None]:
    """By name; None where several share one: overloads, branches of an #if."""
    found: dict[str, int | None] = {}
    for index, symbol in enumerate(parsed.symbols):
        if not symbol.forward and symbol.kind in _CALLABLE:
            name = parsed.qualified_name(index)
            found[name] = None if name in found else index
    return found


def _parameters(lines: Lines, parsed: ParsedFile, index: int) -> Parameters | None:
    symbol = parsed.symbols[index]
    if symbol.kind is SymbolKind.CLASS and parsed.language != "javascript":
        return None
    above = lines.part(symbol.start_line, symbol.line)
    in_type = symbol.parent is not None and parsed.symbols[symbol.parent].kind in TYPES
    of = symbol if in_type else replace(symbol, parent=None)
    return parameters_of(
        lines.code, lines.offset(symbol.line, symbol.column) + len(symbol.name), lines.language, of, above
    )


def _callers(ground: Ground, users: Users, changed: _Changed) -> Iterator[_Caller]:
    pair, parsed = changed.pair, _parsed(ground, changed)
    called = parsed.symbols[changed.called]
    new = _with_announced_defaults(ground, users, changed) if pair.language == "cpp" else changed.new
    alone: bool | None = None
    if _may_be_inherited(users, parsed, changed.called):
        return
    for usage in users.usages(pair.path, changed.called):
        if not usage.exact:
            if alone is None:
                alone = may_be_known_by_name(called.name, pair.language, users)
            if not alone:
                continue
        lines = ground.new_lines(usage.path)
        call = _call(lines, usage) if lines else None
        if lines is None or call is None:
            continue
        last = lines.line_at(call.end - 1)
        if ground.was_touched(usage.path, usage.reference.line, last):
            continue
        call = _without_object(lines, usage, call, parsed, changed)
        if misfit(call, changed.old, lines.language):
            continue
        reason = misfit(call, new, lines.language)
        if reason and _may_be_left_out(pair, parsed, changed, reason):
            reason = ""
        reason = reason or _means_another(call, pair, parsed, changed)
        if reason:
            exact = usage.exact and not (pair.language == "javascript" and _NOT_GIVEN in reason)
            yield _Caller(f"{usage.path}:{usage.reference.line}", reason, exact)


def _may_be_inherited(users: Users, parsed: ParsedFile, called: int) -> bool:
    """Whether a type with bases may have another method of the name from one of them: an overload."""
    around = parsed.symbols[called].parent
    if parsed.language not in _OVERLOADING or around is None or parsed.symbols[around].kind not in TYPES:
        return False
    name = parsed.symbols[called].name
    return bool(bases(parsed, around)) and len(list(users.named(name, announced=True))) > 1


def _means_another(call: Call, pair: FilePair, parsed: ParsedFile, changed: _Changed) -> str:
    """Of a call that fits: where its values go to other parameters than before."""
    names = swapped(call, changed.old, changed.new)
    if names:
        return f"its values for {names} now mean each other"
    moved = shifted(call, changed.old, changed.new)
    if moved is None or re.search(
        rf"(?<!\w)(?:{_ASKS_KIND.format(name=moved[1])})", _body(pair, parsed, changed)
    ):
        return ""
    return f"its value for {moved[0]} now means {moved[1]}"


def _body(pair: FilePair, parsed: ParsedFile, changed: _Changed) -> str:
    if pair.new is None:
        return ""
    symbol = parsed.symbols[changed.index]
    start = pair.new.offset(symbol.signature_end, 0)
    return _PASSED_ON.sub("()", pair.new.code[start : pair.new.offset(symbol.end_line + 1, 0)])


def _with_announced_defaults(ground: Ground, users: Users, changed: _Changed) -> Parameters:
    """In C++ a header says what may be left out."""
    name = _parsed(ground, changed).symbols[changed.index].name
    new = changed.new
    for path, index in users.named(name, announced=True):
        parsed, lines = ground.after.parsed(path), ground.new_lines(path)
        if parsed is None or lines is None or not parsed.symbols[index].forward:
            continue
        announced = _parameters(lines, parsed, index)
        if announced is not None and len(announced) == len(new):
            pairs = zip(new, announced, strict=True)
            new = tuple(replace(one, required=one.required and other.required) for one, other in pairs)
    return new


def _call(lines: Lines, usage: Usage) -> Call | None:
    reference = usage.reference
    if reference.kind not in (ReferenceKind.CALL, ReferenceKind.TYPE):
        return None
    offset = lines.offset(reference.line, reference.column)
    if reference.kind is ReferenceKind.TYPE and not re.search(
        r"\bnew\s+[\w.\\]*$", lines.code[max(0, offset - 200) : offset]
    ):
        return None
    if lines.code[offset : offset + len(reference.name)] != reference.name:
        return None
    return call_at(lines.code, lines.language, offset + len(reference.name))


def _without_object(lines: Lines, usage: Usage, call: Call, parsed: ParsedFile, changed: _Changed) -> Call:
    """`Type.method(object, value)`: the object is none of the values."""
    symbol = parsed.symbols[changed.index]
    qualifier = usage.reference.qualifier.rpartition(".")[2].rpartition("::")[2]
    owner = symbol.owner or (parsed.symbols[symbol.parent].name if symbol.parent is not None else "")
    if not qualifier or qualifier != owner.rpartition("::")[2] or call.positional == 0:
        return call
    pair = changed.pair
    above = pair.new.part(symbol.start_line, symbol.line) if pair.new else ""
    plain = lines.language == "python" and not re.search(r"@(?:staticmethod|classmethod)\b", above)
    if plain and symbol.name != "__init__":
        return replace(call, positional=call.positional - 1)
    signature = pair.new.part(symbol.line, symbol.signature_end) if pair.new else ""
    if lines.language == "rust" and _RUST_SELF.search(signature):
        return replace(call, positional=call.positional - 1)
    return call


def _may_be_left_out(pair: FilePair, parsed: ParsedFile, changed: _Changed, reason: str) -> bool:
    """In JavaScript every argument may be missing: it must be there where its function takes it for an
    object, and does not ask."""
    if parsed.language != "javascript" or _NOT_GIVEN not in reason or pair.new is None:
        return False
    old = {each.name for each in changed.old}
    missing = set(reason.partition(_NOT_GIVEN)[2].replace(",", " ").split())
    body = _body(pair, parsed, changed)
    above = pair.new.comment_above(parsed.symbols[changed.index].line)  # JSDoc: `[name]`, `{Type=} name`
    return not any(
        each.name in missing
        and re.search(rf"(?<![\w.$]){re.escape(each.name)}\s*(?:\.(?!\.)|\[|\()", body)
        and not re.search(rf"(?:\[\s*|=\}}\s+){re.escape(each.name)}(?![\w$])", above)
        and not re.search(_ASKS.format(name=re.escape(each.name)), body)
        for each in changed.new
        if each.name and each.name not in old and each.required
    )


def _finding(ground: Ground, changed: _Changed, callers: Sequence[_Caller]) -> Finding:
    pair, parsed = changed.pair, _parsed(ground, changed)
    symbol = parsed.symbols[changed.index]
    certain = any(caller.exact for caller in callers)
    told = [caller for caller in callers if caller.exact] if certain else list(callers)
    first, last = _place(ground, changed)
    listed = "; ".join(f"{caller.place}: {caller.reason}" for caller in told[:_MOST_CALLERS])
    more = f"; and {len(told) - _MOST_CALLERS} more" if len(told) > _MOST_CALLERS else ""
    one = len(told) == 1
    only_deleted = pair.added_numbers.isdisjoint(range(symbol.line, symbol.signature_end + 1))
    return at_lines(
        pair,
        first,
        last,
        check=NAME,
        severity=Severity.ERROR if certain else Severity.WARNING,
        category=Category.INTERFACE,
        title=f"{'A call does' if one else f'{len(told)} calls do'} not fit the changed signature of "
        + parsed.qualified_name(changed.index),
        scenario=f"{listed}{more}.",
        suggestion=f"Change {'the call' if one else 'the calls'} too, or give what is new a default.",
        deleted=pair.deleted_text(*_old_lines(ground, changed)) if only_deleted else "",
        certain=certain,
    )


def _old_lines(ground: Ground, changed: _Changed) -> tuple[int, int]:
    before = ground.before.parsed(changed.pair.old_path)
    name = _parsed(ground, changed).qualified_name(changed.index)
    at = _functions(before).get(name) if before else None
    if before is None or at is None:
        return 0, -1
    return before.symbols[at].line, before.symbols[at].signature_end


def _place(ground: Ground, changed: _Changed) -> tuple[int, int]:
    """The lines of the signature that were added; else the line beside the one that is gone."""
    pair, symbol = changed.pair, _parsed(ground, changed).symbols[changed.index]
    added = [line for line in range(symbol.line, symbol.signature_end + 1) if line in pair.added_numbers]
    if added:
        return added[0], added[-1]
    first, last = _old_lines(ground, changed)
    gone = [line for line in range(first, last + 1) if line in pair.deleted_numbers]
    line = pair.beside(gone[0]) if gone else symbol.line
    return line, line
