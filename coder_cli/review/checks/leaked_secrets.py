"""Keys, tokens and passwords that a diff adds. What is shown of one is its beginning only."""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from coder_cli.review.checks.ground import FilePair, Ground, Lines, at_lines
from coder_cli.review.checks.paths import is_shown, is_test
from coder_cli.review.types import Category, Finding, Severity

NAME = "secret"
_SHOWN_BEGINNING = 4  # characters
_LONGEST_LINE = 2_000  # characters; longer ones are data
_LEAST_ENTROPY = 3.3  # bits a character of what a name alone calls secret
_LEAST_KINDS = 2  # of lower case, upper case, digits
_FEW_LETTERS = 16


@dataclass(frozen=True, slots=True)
class _Format:
    what: str
    pattern: re.Pattern[str]  # its group 1, if it has one, is the secret
    holds: Callable[[str], bool]  # whether it is more than a look-alike


def _is_random(secret: str) -> bool:
    body = re.sub(r"^[a-z]+_[a-z]*_?|^[A-Za-z]{2,5}[-_]", "", secret)
    return _entropy(body) > 3.0 and not _PLACEHOLDER.search(secret) and not _is_sequence(secret)


def _is_web_token(secret: str) -> bool:
    head = secret.split(".", 1)[0]
    try:
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError):
        return False
    return isinstance(found, dict) and "alg" in found


_FORMATS = (
    _Format("an access key of AWS", re.compile(r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b"), _is_random),
    _Format("a token of GitHub", re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{36,})\b"), _is_random),
    _Format("a token of GitHub", re.compile(r"\b(github_pat_\w{22,})\b"), _is_random),
    _Format("a token of GitLab", re.compile(r"\b(glpat-[\w-]{20,})(?![\w-])"), _is_random),
    _Format("a token of Slack", re.compile(r"\b(xox[abeoprs]-(?:\d+-)*[A-Za-z0-9-]{10,})"), _is_random),
    _Format(
        "a webhook of Slack",
        re.compile(r"hooks\.slack\.com/services/(T\w{8,}/B\w{8,}/\w{20,})"),
        _is_random,
    ),
    _Format("a key of Stripe", re.compile(r"\b([sr]k_live_[A-Za-z0-9]{20,})\b"), _is_random),
    _Format("a key of Google", re.compile(r"\b(AIza[\w-]{35})(?![\w-])"), _is_random),
    _Format("a key of SendGrid", re.compile(r"\b(SG\.[\w-]{22}\.[\w-]{43})(?![\w-])"), _is_random),
    _Format("a token of npm", re.compile(r"\b(npm_[A-Za-z0-9]{36})\b"), _is_random),
    _Format("a token of PyPI", re.compile(r"\b(pypi-AgEIcHlwaS5vcmc[\w-]{50,})"), _is_random),
    _Format("a key of OpenAI", re.compile(r"\b(sk-(?:proj-|svcacct-)?[A-Za-z0-9_-]{32,})"), _is_random),
    _Format("a key of Anthropic", re.compile(r"\b(sk-ant-[\w-]{32,})"), _is_random),
    _Format("a token of Hugging Face", re.compile(r"\b(hf_[A-Za-z]{34})\b"), _is_random),
    _Format("a key of Twilio", re.compile(r"\b(SK[0-9a-f]{32})\b"), _is_random),
    _Format("a token of Telegram", re.compile(r"\b(\d{8,10}:AA[\w-]{33})(?![\w-])"), _is_random),
    _Format("a JSON Web Token", re.compile(r"\b(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{20,})"), _is_web_token),
    _Format(
        "a password in an address",
        re.compile(
            r"\b[a-z][a-z0-9+.-]{2,20}://[^\s:/@'\"{}$<>%]{1,80}:([^\s:/@'\"{}$<>%]{8,200})@[\w.-]{1,200}\.[a-z]{2,}"
        ),
        lambda secret: _is_password(secret),
    ),
)
_KEY_BEGINS = re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(.*)")
_KEY_LINE = re.compile(r"[\s\"'+\\n*#/]*[A-Za-z0-9+/=\\]{40,}")
_NAMED = re.compile(
    r"(?P<name>[\w.-]{0,40}(?:passw(?:or)?d|passwd|secret|token|api[_-]?key|apikey|access[_-]?key|auth[_-]?key"
    r"|private[_-]?key|credential|client[_-]?key)[\w-]{0,40})[\"'\]]{0,2}\s*(?::=|=>|=|:)\s*"
    r"(?P<quote>[\"'`]?)(?P<secret>[^\s\"'`,;)}\]]{12,})(?P=quote)",
    re.IGNORECASE,
)
# Names that hold no secret although they sound so.
_HARMLESS = re.compile(
    r"url|uri|path|file|field|name|label|type|regex|pattern|header|param|prompt|hint|help|error|message|hash"
    r"|digest|checksum|integrity|sha\d|public|id$|_id\b|ids$|endpoint|attribute|column|length|count|limit"
    r"|tokens$|tokenize|max|min|title|text|class|selector|key_?word|policy|version|kind|algorithm|expir"
    r"|cancellationtoken|csrf|xsrf|nonce|example|placeholder|syntax|separator|delimiter|reset|forgot|page",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"example|sample|dummy|fake|placeholder|changeme|change[-_]me|your|xxxx|\*{3}|\.\.\.|todo|redacted|insert"
    r"|replace|secret|passw|token|foobar|test|mock|deadbeef|1234567|abcdef|0{6}|default|demo|lorem|hunter2"
    r"|correct.?horse|process\.env|os\.environ|getenv|\$\{|\{\{|<%|%\(|<\w+>|null|undefined|none$",
    re.IGNORECASE,
)
_HEX_DIGEST = re.compile(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})\Z", re.IGNORECASE
)
_IDENTIFIER = re.compile(r"[\w.$]*[a-z][\w.$]*(?:\(.*)?\Z")
_DATA_LANGUAGES = frozenset({"yaml", "toml", "ini", "json", "shell", "dockerfile", "makefile", "text", "xml"})


def find(ground: Ground) -> Iterator[Finding]:
    for pair, new in ground.new_pairs():
        seen = {row.text.strip() for row in pair.deleted}  # what only moved was there before
        for number in sorted(pair.added_numbers):
            line = new.line(number)
            if len(line) > _LONGEST_LINE or line.strip() in seen:
                continue
            found = _secret_in(pair, new, number, line)
            if found is not None and not _was_there(pair, found[1]):
                yield _finding(pair, number, line, *found)


def _secret_in(pair: FilePair, new: Lines, number: int, line: str) -> tuple[str, str] | None:
    """What it is, and the secret."""
    aside = is_test(pair.path) or is_shown(pair.path, pair.language)
    key = _KEY_BEGINS.search(line)
    if key is not None:
        following = key[1] if len(key[1]) > 40 else new.line(number + 1)
        # Tests need keys of their own, and these open nothing.
        if not aside and _KEY_LINE.match(following) and not _PLACEHOLDER.search(following[:60]):
            return "a private key", following.strip()
    for form in _FORMATS:
        token = form.pattern.search(line)
        if token is not None and form.holds(token[1]) and not (aside and form.holds is not _is_random):
            return form.what, token[1]
    if aside:
        return None
    for assigned in _NAMED.finditer(line):
        secret = assigned["secret"]
        unquoted = not assigned["quote"] and pair.language not in _DATA_LANGUAGES
        if unquoted or _HARMLESS.search(assigned["name"]) or not _is_password(secret):
            continue
        return f"a value of {assigned['name'].strip('.-')[:40]}", secret
    return None


def _is_password(secret: str) -> bool:
    """Random by its looks: no word, path, address, digest, or what stands for another value."""
    if _PLACEHOLDER.search(secret) or _HEX_DIGEST.match(secret) or "://" in secret or secret.count("/") > 2:
        return False
    if secret[0] in "$<{%@&*(\\[" or re.search(r"[(){}<>|\\^]", secret) or _is_sequence(secret):
        return False
    kinds = sum(bool(re.search(kind, secret)) for kind in ("[a-z]", "[A-Z]", r"\d"))
    if kinds < _LEAST_KINDS or not re.search(r"\d", secret):
        return False
    words = re.fullmatch(r"(?:[A-Za-z]+[\d]{0,4}[-_.:/]?){1,6}", secret)
    if words and not re.search(r"\d.*[A-Za-z].*\d", secret) and _has_vowels(secret):
        return False
    return _entropy(secret) >= _LEAST_ENTROPY


def _has_vowels(secret: str) -> bool:
    """As words have: more than a third of their letters; of random ones it is a fifth."""
    letters = [each for each in secret.lower() if each.isalpha()]
    return len(letters) < _FEW_LETTERS or sum(each in "aeiou" for each in letters) >= len(letters) / 5


def _is_sequence(secret: str) -> bool:
    """`abcdefgh12345678`: mostly steps from one character to the next."""
    steps = sum(1 for a, b in pairwise(secret) if ord(b) - ord(a) in (0, 1))
    return steps > len(secret) / 2


def _entropy(text: str) -> float:
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts) if text else 0.0


def _was_there(pair: FilePair, secret: str) -> bool:
    return pair.old is not None and secret in pair.old.text


def _finding(pair: FilePair, number: int, line: str, what: str, secret: str) -> Finding:
    return at_lines(
        pair,
        number,
        number,
        check=NAME,
        severity=Severity.ERROR,
        category=Category.SECURITY,
        title=f"What looks like {what} is added",
        scenario="Whoever can read the repository can use it, also after a later commit takes it away.",
        suggestion="Take it out of the commit, make it invalid, and read it from the environment.",
        quote=line.replace(secret, hidden(secret)),
    )


def hidden(secret: str) -> str:
    """Enough to recognise it by."""
    return secret[:_SHOWN_BEGINNING] + "…"
