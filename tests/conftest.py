"""What every test may lean on: a home of its own, the shared data, the user's real models."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from coder_cli import settings, ui
from exporters.errors import StoreError
from exporters.store import InstalledModel, ModelStore

# A loaded machine is slow, not wrong. Examples are random, so that a run may find something new; where a run
# stands for a change (CI) they are the same each time, so that it fails for nothing but the change.
_SAME = bool(os.environ.get("CI") or os.environ.get("CODER_CI"))
hypothesis.settings.register_profile("coder", deadline=None, derandomize=_SAME)
hypothesis.settings.load_profile("coder")

# A shell starts background jobs with SIGINT ignored, and Python keeps to that.
signal.signal(signal.SIGINT, signal.default_int_handler)

REPOSITORY = Path(__file__).parent.parent
settings.forbid_telemetry()
# Read before any test moves the home.
_STORE = Path(os.environ.get("CODER_TEST_STORE") or settings.load(os.environ, Path("/")).models_dir)
_SHARED = Path(os.environ.get("CODER_SHARED_DATA") or REPOSITORY.parent / "shared" / "data")
_REQUIRED = os.environ.get("CODER_REQUIRE_REAL_MODELS") == "1"


@pytest.fixture(autouse=True)
def isolated_home(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Nothing of the user's is read or written, and no test sees another's screen. Returns the new home.

    Tests marked real_model keep the real home: that is where the models are.
    """
    monkeypatch.setattr(ui, "_screen", ui._Screen())
    if request.node.get_closest_marker("real_model"):
        return Path.home()
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("CODER_", "XDG_")) or name in ("NO_COLOR", "FORCE_COLOR", "HF_HOME", "HF_TOKEN"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for kind, folder in (
        ("CONFIG", ".config"),
        ("DATA", ".local/share"),
        ("CACHE", ".cache"),
        ("STATE", ".local/state"),
    ):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / folder))
    monkeypatch.setenv("TERM", "xterm-256color")
    return home


@pytest.fixture
def shared_data() -> Path:
    """Tokenizers and evaluation sets: CODER_SHARED_DATA, or ../shared/data. Skips without them."""
    if not _SHARED.is_dir():
        pytest.skip(f"no shared data at {_SHARED}")
    return _SHARED


@pytest.fixture
def real_store() -> ModelStore:
    """The user's models, or those of CODER_TEST_STORE."""
    return ModelStore(_STORE)


@pytest.fixture
def real_model(real_store: ModelStore) -> Callable[[str], InstalledModel]:
    """An installed model by name. Where it is absent the test is skipped, or fails where CI demands it."""

    def find(name: str) -> InstalledModel:
        try:
            return real_store.resolve(name)
        except StoreError as error:
            give_up = pytest.fail if _REQUIRED else pytest.skip
            give_up(f"{error.message} {error.help_line}")

    return find
