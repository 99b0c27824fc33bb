"""One row a model family: marks, chat format, stops. Data only; nothing here is code from a checkpoint.

Sources: the DeepSeek-Coder and Qwen2.5-Coder repositories, model cards and tokenizer files.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FimMarks:
    """Fill-in-the-middle control tokens, used in prefix-suffix-middle order."""

    prefix: str
    suffix: str
    middle: str


@dataclass(frozen=True, slots=True)
class ChatFormat:
    """One turn is user_open + text + user_close; the model answers after assistant_open.

    A string that equals one of the family's control tokens is sent as that control id.
    """

    default_system: str
    system_open: tuple[str, ...]
    system_close: tuple[str, ...]
    user_open: tuple[str, ...]
    user_close: tuple[str, ...]
    assistant_open: tuple[str, ...]
    assistant_close: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepositoryLayout:
    """How the family saw several files in one training sample. `{path}` is the repo-relative path."""

    repository_open: tuple[str, ...]  # "{name}" is the repository's
    file_open: tuple[str, ...]
    file_close: str  # what stands between a file's last line and the next file


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    title: str
    instruct: bool
    adds_bos: bool
    fim: FimMarks | None
    chat: ChatFormat | None  # None with instruct: the checkpoint's own jinja template
    repository: RepositoryLayout | None
    stop_tokens: tuple[str, ...]  # control tokens that end an answer
    control_tokens: tuple[str, ...]  # never produced from text, never shown
    literal_tokens: tuple[str, ...] = ()  # added tokens that are ordinary letters: decode to themselves
    fim_hint: str | None = None  # for families without FIM: the installed name of one that has it


# The 13 byte stand-ins of C0, C1, F5-FF that DeepSeek-Coder's tokenizer carries as added tokens 32000-32012.
DEEPSEEK_LETTERS = ("õ", "÷", "Á", "ý", "À", "ÿ", "ø", "ú", "þ", "ü", "ù", "ö", "û")
_DEEPSEEK_CONTROL = (
    "<｜begin▁of▁sentence｜>",
    "<｜end▁of▁sentence｜>",
    "<｜fim▁hole｜>",
    "<｜fim▁begin｜>",
    "<｜fim▁end｜>",
    "<pad>",
    "<|User|>",
    "<|Assistant|>",
    "<|EOT|>",
)
_DEEPSEEK_STOPS = (
    "<｜end▁of▁sentence｜>",
    "<|EOT|>",
    "<｜fim▁hole｜>",
    "<｜fim▁begin｜>",
    "<｜fim▁end｜>",
)
PAPER_LAYOUT = RepositoryLayout(repository_open=(), file_open=("#{path}\n",), file_close="\n\n")

_QWEN_CONTROL = (
    "<|endoftext|>",
    "<|im_start|>",
    "<|im_end|>",
    "<|object_ref_start|>",
    "<|object_ref_end|>",
    "<|box_start|>",
    "<|box_end|>",
    "<|quad_start|>",
    "<|quad_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|vision_pad|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<tool_call>",
    "</tool_call>",
    "<|fim_prefix|>",
    "<|fim_middle|>",
    "<|fim_suffix|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
)
_QWEN_FIM = FimMarks(prefix="<|fim_prefix|>", suffix="<|fim_suffix|>", middle="<|fim_middle|>")
_QWEN_REPOSITORY = RepositoryLayout(
    repository_open=("<|repo_name|>", "{name}\n"), file_open=("<|file_sep|>", "{path}\n"), file_close="\n"
)
_QWEN_STOPS = (
    "<|endoftext|>",
    "<|im_end|>",
    "<|im_start|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|fim_pad|>",
    "<|repo_name|>",
    "<|file_sep|>",
)

FAMILIES: dict[str, Family] = {
    row.name: row
    for row in (
        Family(
            name="deepseek-coder-base",
            title="DeepSeek-Coder base",
            instruct=False,
            adds_bos=True,
            fim=FimMarks(prefix="<｜fim▁begin｜>", suffix="<｜fim▁hole｜>", middle="<｜fim▁end｜>"),
            chat=None,
            repository=PAPER_LAYOUT,
            stop_tokens=_DEEPSEEK_STOPS,
            control_tokens=_DEEPSEEK_CONTROL,
            literal_tokens=DEEPSEEK_LETTERS,
        ),
        Family(
            name="deepseek-coder-instruct",
            title="DeepSeek-Coder instruct",
            instruct=True,
            adds_bos=True,
            fim=None,  # fine-tuning had no FIM (issue 80 of the DeepSeek-Coder repository)
            chat=ChatFormat(
                default_system=(
                    "You are an AI programming assistant, utilizing the Deepseek Coder model, developed by "
                    "Deepseek Company, and you only answer questions related to computer science. For "
                    "politically sensitive questions, security and privacy issues, and other non-computer "
                    "science questions, you will refuse to answer"
                ),
                system_open=(),
                system_close=("\n",),
                user_open=("### Instruction:\n",),
                user_close=("\n",),
                assistant_open=("### Response:\n",),
                assistant_close=("\n", "<|EOT|>", "\n"),
            ),
            repository=PAPER_LAYOUT,
            stop_tokens=_DEEPSEEK_STOPS,
            control_tokens=_DEEPSEEK_CONTROL,
            literal_tokens=DEEPSEEK_LETTERS,
            fim_hint="deepseek-coder-1.3b-base",
        ),
        Family(
            name="qwen2.5-coder-base",
            title="Qwen2.5-Coder base",
            instruct=False,
            adds_bos=False,
            fim=_QWEN_FIM,
            chat=None,
            repository=_QWEN_REPOSITORY,
            stop_tokens=_QWEN_STOPS,
            control_tokens=_QWEN_CONTROL,
        ),
        Family(
            name="qwen2.5-coder-instruct",
            title="Qwen2.5-Coder instruct",
            instruct=True,
            adds_bos=False,
            fim=_QWEN_FIM,
            chat=ChatFormat(
                default_system="You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
                system_open=("<|im_start|>", "system\n"),
                system_close=("<|im_end|>", "\n"),
                user_open=("<|im_start|>", "user\n"),
                user_close=("<|im_end|>", "\n"),
                assistant_open=("<|im_start|>", "assistant\n"),
                assistant_close=("<|im_end|>", "\n"),
            ),
            repository=_QWEN_REPOSITORY,
            stop_tokens=_QWEN_STOPS,
            control_tokens=_QWEN_CONTROL,
        ),
        Family(
            name="plain",
            title="plain Llama with the checkpoint's own chat template",
            instruct=True,
            adds_bos=False,  # the manifest's bos_id decides
            fim=None,
            chat=None,
            repository=None,
            stop_tokens=(),  # the manifest's stop_ids
            control_tokens=(),  # every special token of its tokenizer
            fim_hint="qwen2.5-coder-1.5b-instruct",
        ),
    )
}
