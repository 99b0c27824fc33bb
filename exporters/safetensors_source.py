"""A Hugging Face folder: config.json, model.safetensors or its shards, tokenizer.json."""

from __future__ import annotations

import json
import math
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from exporters import sidecars
from exporters.errors import SourceError
from exporters.hf_config import decoder_config, read_json
from exporters.raw_file import SLICE_BYTES, RawFile
from exporters.sources import Float32Array, listed, pickle_error

INDEX_NAME = "model.safetensors.index.json"
SINGLE_NAME = "model.safetensors"

_ITEM_BYTES = {"F32": 4, "F16": 2, "BF16": 2}
# As the safetensors library: a longer header is damage, not a model.
_LONGEST_HEADER = 100_000_000


@dataclass(frozen=True, slots=True)
class _Tensor:
    file: RawFile
    storage: str
    shape: tuple[int, ...]
    offset: int  # bytes from the start of the file


class SafetensorsSource:
    """See `sources.Source`."""

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self._files: list[RawFile] = []
        try:
            self._open(folder)
        except BaseException:
            self.close()
            raise

    def _open(self, folder: Path) -> None:
        config = read_json(folder / "config.json")
        self._tensors = self._open_tensors(folder)
        self.config = decoder_config(folder, config, has_output_layer="lm_head.weight" in self._tensors)
        tokenizer = sidecars.read_optional(folder / "tokenizer_config.json")
        generation = sidecars.read_optional(folder / "generation_config.json")
        bos_ids = sidecars.token_ids(config.get("bos_token_id"))
        self.bos_id = bos_ids[0] if bos_ids else None
        eos_ids = (
            *sidecars.token_ids(generation.get("eos_token_id")),
            *sidecars.token_ids(config.get("eos_token_id")),
        )
        self.eos_ids = tuple(dict.fromkeys(eos_ids))
        self._states_bos = tokenizer.get("add_bos_token")
        self.chat_template = sidecars.chat_template(folder, tokenizer)
        self.title = f"{_folder_title(folder.resolve())} {config.get('_name_or_path') or ''}".strip()
        self.licence = sidecars.licence_name(folder)
        self.licence_text = sidecars.licence_text(folder)

    def _open_tensors(self, folder: Path) -> dict[str, _Tensor]:
        tensors: dict[str, _Tensor] = {}
        shards, promised = _shards(folder)
        for shard in shards:
            file = RawFile(shard)
            self._files.append(file)
            for name, tensor in _header(file).items():
                if name in tensors:
                    raise SourceError(f"{name} stands in two shards of {folder.name}.")
                tensors[name] = tensor
        absent = sorted(promised - set(tensors))
        if absent:
            raise SourceError(f"{INDEX_NAME} names tensors that no shard holds: {listed(absent)}.")
        return tensors

    @cached_property
    def adds_bos(self) -> bool:
        if isinstance(self._states_bos, bool):
            return self._states_bos
        return self.bos_id is not None and sidecars.first_id(self.tokenizer_json()) == self.bos_id

    def names(self) -> tuple[str, ...]:
        return tuple(self._tensors)

    def shape(self, name: str) -> tuple[int, ...]:
        return self._tensor(name).shape

    def storage(self, name: str) -> str:
        return self._tensor(name).storage

    def read(self, name: str) -> Float32Array:
        shape = self._tensor(name).shape
        return self.read_rows(name, 0, shape[0]) if shape else self._read_flat(name, 0, 1).reshape(())

    def read_rows(self, name: str, start: int, stop: int) -> Float32Array:
        shape = self._tensor(name).shape
        if not 0 <= start <= stop <= shape[0]:
            raise ValueError(f"rows {start}..{stop} of {name} with {shape[0]} rows")
        width = math.prod(shape[1:])
        return self._read_flat(name, start * width, stop * width).reshape(stop - start, *shape[1:])

    def _read_flat(self, name: str, start: int, stop: int) -> Float32Array:
        tensor = self._tensor(name)
        item = _ITEM_BYTES[tensor.storage]
        out = np.empty(stop - start, np.float32)
        step = SLICE_BYTES // item
        for at in range(0, out.size, step):
            part = out[at : at + step]
            raw = tensor.file.read(tensor.offset + (start + at) * item, part.size * item)
            _decode(raw, tensor.storage, part)
        return out

    def tokenizer_json(self) -> str:
        path = self.path / "tokenizer.json"
        if not path.exists() and (self.path / "tokenizer.model").exists():
            raise SourceError(
                f"{self.path} has a SentencePiece tokenizer.model but no tokenizer.json.",
                "Convert it once with transformers: AutoTokenizer.from_pretrained(F).save_pretrained(F)",
            )
        if "model" not in read_json(path):
            raise SourceError(f"{path} describes no tokenizer: it has no model.")
        return path.read_text(encoding="utf-8")

    def _tensor(self, name: str) -> _Tensor:
        try:
            return self._tensors[name]
        except KeyError:
            raise SourceError(f"{self.path.name} holds no tensor {name}.") from None

    def close(self) -> None:
        for file in self._files:
            file.close()


def _decode(raw: bytes, storage: str, out: Float32Array) -> None:
    """Little-endian items into float32, in place."""
    if storage == "BF16":  # the upper half of a float32
        np.left_shift(np.frombuffer(raw, "<u2"), 16, out=out.view(np.uint32), dtype=np.uint32)
    else:
        out[...] = np.frombuffer(raw, "<f2" if storage == "F16" else "<f4")


def _folder_title(folder: Path) -> str:
    """The folder's name; in the Hub's cache (models--OWNER--NAME/snapshots/REVISION) the repository's."""
    return folder.parent.parent.name if folder.parent.name == "snapshots" else folder.name


def _shards(folder: Path) -> tuple[list[Path], set[str]]:
    """The files that hold tensors, and the names the index promises."""
    index = folder / INDEX_NAME
    if index.exists():
        placed = read_json(index).get("weight_map")
        if not isinstance(placed, dict) or not placed:
            raise SourceError(f"{index} has no weight_map.")
        files = [_inside(folder, name) for name in sorted({str(value) for value in placed.values()})]
        missing = [file.name for file in files if not file.is_file()]
        if missing:
            raise SourceError(
                f"{folder} lacks {len(missing)} shards: {listed(missing)}.", "Download them again."
            )
        return files, set(placed)
    single = folder / SINGLE_NAME
    if single.is_file():
        return [_inside(folder, SINGLE_NAME)], set()
    others = sorted(file.name for file in folder.glob("*.safetensors"))
    if others:
        raise SourceError(f"{folder} holds {listed(others)} but neither {SINGLE_NAME} nor {INDEX_NAME}.")
    for pattern in ("*.bin", "*.pt", "*.pth"):
        for pickled in sorted(folder.glob(pattern)):
            raise pickle_error(pickled.name)
    raise SourceError(f"{folder} has a config.json but no {SINGLE_NAME}.")


def _inside(folder: Path, name: str) -> Path:
    """The shard's path. SourceError where the name or a link leads out of the folder.

    The Hub's cache keeps its files as links from snapshots/REVISION/ into blobs/; those are allowed.
    """
    if not name or name in (".", "..") or any(mark in name for mark in "/\\:\0"):
        raise SourceError(f"{INDEX_NAME} names {name!r}, which is not a file of this folder.")
    path, home = folder / name, folder.resolve()
    target = path.resolve()
    homes = [home, home.parent.parent / "blobs"] if home.parent.name == "snapshots" else [home]
    if target.parent not in homes:
        raise SourceError(f"{path} is a link that leads out of its folder, to {target}.")
    return path


def _header(file: RawFile) -> dict[str, _Tensor]:
    """Name -> place of every tensor; everything checked against the file's size."""
    where = file.path.name
    if file.size < 8:
        raise SourceError(f"{where} is truncated: it has {file.size} bytes.")
    (length,) = struct.unpack("<Q", file.read(0, 8))
    if not 2 <= length <= min(file.size - 8, _LONGEST_HEADER):
        raise SourceError(
            f"{where} is truncated or no safetensors file: its header would be {length} bytes long."
        )
    try:
        entries = json.loads(file.read(8, length).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{where} has a damaged header: {error}.") from error
    if not isinstance(entries, dict):
        raise SourceError(f"{where} has a damaged header: no JSON object.")
    entries.pop("__metadata__", None)
    return {name: _entry(file, name, entry, 8 + length) for name, entry in entries.items()}


def _entry(file: RawFile, name: str, entry: object, data_start: int) -> _Tensor:
    where = f"{file.path.name}: {name}"
    if not isinstance(entry, dict):
        raise SourceError(f"{where} has a damaged header entry.")
    try:
        storage, shape, (start, stop) = str(entry["dtype"]), tuple(entry["shape"]), entry["data_offsets"]
    except (KeyError, TypeError, ValueError):
        raise SourceError(f"{where} has a damaged header entry.") from None
    if not all(isinstance(number, int) and number >= 0 for number in (*shape, start, stop)):
        raise SourceError(f"{where} has a damaged header entry: sizes and offsets are whole numbers.")
    if storage not in _ITEM_BYTES:
        raise SourceError(f"{where} is stored as {storage!r}; readable are {', '.join(_ITEM_BYTES)}.")
    if stop > file.size - data_start:
        raise SourceError(f"{where} ends beyond the end of the file, which is truncated: download it again.")
    if stop - start != math.prod(shape) * _ITEM_BYTES[storage]:
        raise SourceError(f"{where} has {stop - start} bytes, which its shape {list(shape)} does not take.")
    return _Tensor(file, storage, shape, data_start + start)
