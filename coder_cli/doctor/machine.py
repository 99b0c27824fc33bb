"""The terminal, the folders and the disks below them, the settings, the network."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from coder_cli import settings as all_settings
from coder_cli import ui
from coder_cli.doctor.finding import Finding, guarded, note, ok, problem
from coder_cli.setting_keys import KEYS
from coder_cli.settings import Settings

NARROW = 40  # columns
FULL = 50_000_000  # bytes; with less nothing can be kept
MODEL_ROOM = 2_500_000_000  # bytes; the starter model, and the download that it is made of
_NO_SETTINGS = ("CODER_CONFIG_FILE", "CODER_DEBUG")
_TERMINAL = ("TERM", "TMUX", "STY", "SSH_CONNECTION", "NO_COLOR", "FORCE_COLOR", "LC_ALL", "LC_CTYPE", "LANG")
_NETWORK = ("HTTPS_PROXY", "https_proxy", "HF_ENDPOINT", "HF_HUB_OFFLINE")


def terminal(settings: Settings) -> Iterator[Finding]:
    seen = all_settings.variables(*_TERMINAL)
    if not ui.is_read_by_a_person():
        yield ok("terminal", "none: answers go to a program or a file, as plain text", terminal=False)
        return
    columns, lines = shutil.get_terminal_size()
    colored = settings.color == "always" or (settings.color == "auto" and not settings.dumb_terminal)
    around = [name for name, variable in (("tmux", "TMUX"), ("screen", "STY")) if variable in seen]
    around += ["ssh"] if "SSH_CONNECTION" in seen else []
    unicode = _speaks_unicode(seen)
    facts = {"terminal": True, "columns": columns, "lines": lines, "color": colored, "unicode": unicode}
    told = [f"{columns}x{lines}", seen.get("TERM", "TERM is not set")]
    told += ["colour" if colored else "no colour", *([f"in {' and '.join(around)}"] if around else [])]
    text = ", ".join(told)
    if not unicode:
        yield note("terminal", f"{text}; the locale knows ASCII only", "export LC_ALL=C.UTF-8", **facts)
    elif columns < NARROW:
        yield note("terminal", f"{text}; tables need {NARROW} columns or more", None, **facts)
    else:
        yield ok("terminal", f"{text}, UTF-8", **facts)


def _speaks_unicode(seen: dict[str, str]) -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    locale = next((seen[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if name in seen), "C")
    return "utf" in locale.lower()


def folders(settings: Settings) -> Iterator[Finding]:
    """Whether each folder can be written, and what room its disk has."""
    for name in ("models_dir", "cache_dir", "state_dir", "data_dir"):
        yield from guarded("folder", partial(_folder, name, getattr(settings, name)))
    yield from guarded("folder", partial(_folder, "settings", settings.config_file.parent))


def _folder(name: str, folder: Path) -> Iterator[Finding]:
    yield _looked_into(name, folder)


def _looked_into(name: str, folder: Path) -> Finding:
    there = _nearest(folder)
    key = "config_file" if name == "settings" else name
    elsewhere = f"export CODER_{key.upper()}={'FILE' if name == 'settings' else 'FOLDER'}"
    if not there.is_dir():
        return problem("folder", f"{folder} ({name}) cannot be made: {there} is no folder.", elsewhere)
    total, _, free = shutil.disk_usage(there)
    facts = {"folder": str(folder), "role": name, "exists": there == folder, "free_bytes": free}
    if total and free < FULL:  # what the kernel makes up has no size
        return problem(
            "folder", f"{folder} ({name}): the disk is full, {ui.amount(free)} are free.", elsewhere, **facts
        )
    try:
        with tempfile.TemporaryFile(dir=there) as probe:
            probe.write(bytes(4096))
    except OSError as error:
        return problem(
            "folder", f"{folder} ({name}) cannot be written: {error.strerror}.", elsewhere, **facts
        )
    text = f"{folder} ({name}), {ui.amount(free)} free"
    if name == "models_dir" and free < MODEL_ROOM:
        return note("folder", f"{text}; a pull needs {ui.amount(MODEL_ROOM)}", elsewhere, **facts)
    return ok("folder", text, **facts)


def _nearest(folder: Path) -> Path:
    """The folder, or the one it would be made in. What may not be looked at is as if it were there."""
    for place in (folder, *folder.parents):
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError:
            pass
        return place
    return folder


def files(settings: Settings) -> Iterator[Finding]:
    """Where the settings came from, and what is wrong with them."""
    for fault in settings.problems:
        yield problem("settings", fault.message, fault.help_line)
    layers: dict[str, list[str]] = {}
    for key, origin in settings.origins.items():
        layers.setdefault(origin, []).append(key)
    told = [f"{', '.join(sorted(keys))} by {origin}" for origin, keys in layers.items()]
    if not settings.problems:
        unset = f"defaults; {settings.config_file} does not exist"
        there = settings.config_file.is_file()
        plain = f"defaults, and {settings.config_file}" if there else unset
        text = "; ".join(told) or plain
        yield ok("settings", text, file=str(settings.config_file), origins=dict(settings.origins))
    known = [*_NO_SETTINGS, *(key.variable for key in KEYS.values())]
    for name in all_settings.variables():
        if name.startswith("CODER_") and name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.85)
            if near:
                yield note("settings", f"{name} is no setting. Did you mean {near[0]}?", f"unset {name}")


def network(settings: Settings) -> Iterator[Finding]:
    seen = all_settings.variables(*_NETWORK)
    if settings.offline:
        origin = settings.origins.get("offline", "default")
        yield ok("network", f"offline (by {origin}): nothing opens a connection", offline=True)
        return
    by = [name for name in _NETWORK if name in seen]
    via = f", as {' and '.join(by)} say" if by else ""
    yield ok(
        "network", f"only `coder pull` opens connections{via}; --offline forbids that too", offline=False
    )


def last_error(settings: Settings) -> Iterator[Finding]:
    file = settings.state_dir / "last-error.txt"
    if file.is_file():
        when = datetime.fromtimestamp(file.stat().st_mtime).isoformat(" ", "minutes")
        yield note("errors", f"What went wrong on {when} is in {file}", f"rm {_quoted(file)}", file=str(file))


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(os.fspath(path))
