"""A conversation: what stands in the window turn after turn, and what becomes of it when it is full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from coder_cli.chat.conversation import Conversation, Note
from coder_cli.chat.turns import Bounds
from coder_cli.errors import ContextError
from coder_cli.model.types import Completion, Finish, Sampling, unheard
from coder_cli.named import Named
from coder_cli.workspace import Workspace
from retrieval.project import RepositoryProject
from retrieval.repo import Repo
from retrieval.search.index import Index
from tests.fakes import ScriptedModel
from tests.git_repository import GitRepository

FILES = {
    "shop/money.py": "def round_cents(amount):\n    return round(amount, 2)\n",
    "shop/cart.py": "from shop.money import round_cents\n\n\ndef total_price(items):\n"
    "    return round_cents(sum(item.price for item in items))\n",
    "shop/mail.py": 'def send_receipt(address):\n    """Write the receipt of an order."""\n'
    "    return address\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> GitRepository:
    made = GitRepository(tmp_path / "shop")
    for path, text in FILES.items():
        made.write(path, text)
    made.commit()
    return made


@pytest.fixture
def workspace(repository: GitRepository, tmp_path: Path) -> Iterator[Workspace]:
    repo = Repo.open(repository.root)
    cache = tmp_path / "cache"
    opened = partial(Index.open, repo, cache=cache)
    found = Workspace(repo, RepositoryProject.open(repo, cache=cache), opened(), opened)
    yield found
    found.close()


def bounds(window: int = 20_000, budget: int = 4_000) -> Bounds:
    return Bounds(budget, 100, window)


def conversation(model: ScriptedModel, workspace: Workspace | None, **limits: int) -> Conversation:
    model.context_length = 100_000
    return Conversation(model, workspace, bounds(**limits))


def say(talk: Conversation, request: str, named: Sequence[Named] = (), attached: str = "") -> list[object]:
    return list(talk.ask(request, Sampling(), unheard, named=named, attached=attached))


def text_of(model: ScriptedModel, number: int = -1) -> str:
    return "".join(part if isinstance(part, str) else "|" for part in model.prompts[number].parts)


def notes(told: Sequence[object]) -> str:
    return "\n".join(one.text for one in told if isinstance(one, Note))


def test_what_search_finds_stands_before_the_question(workspace: Workspace) -> None:
    model = ScriptedModel(["It is ", "rounded."])
    told = say(conversation(model, workspace), "how is the total price of the cart rounded?")
    text = text_of(model)
    assert text.index("def round_cents") < text.index("def total_price") < text.index("how is the total")
    assert "".join(one for one in told if isinstance(one, str)).startswith("It is rounded.")
    assert "shop/cart.py" in notes(told)


def test_a_turn_begins_with_the_very_text_of_the_one_before(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace)
    for request in ("is the total price rounded?", "and is a receipt written by mail?", "why?"):
        say(talk, request)
    first, second, third = (text_of(model, number) for number in range(3))
    assert second.startswith(first + "Yes.")
    assert third.startswith(second + "Yes.")
    assert third.count("def round_cents") == 1, "what the window has is not shown again"


def test_a_short_question_searches_for_nothing(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace, budget=100)
    say(talk, "and why?")
    assert not talk.shown


def test_a_file_that_changed_since_is_shown_again(workspace: Workspace, repository: GitRepository) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace)
    say(talk, "look at this", [Named("shop/mail.py")])
    repository.write(
        "shop/mail.py", FILES["shop/mail.py"].replace("return address", "return address.lower()")
    )
    say(talk, "and now?")
    assert "address.lower()" in text_of(model)
    assert text_of(model).startswith(text_of(model, 0))
    say(talk, "and then?")
    assert text_of(model).count("address.lower()") == 1


def test_a_file_that_is_gone_is_told(workspace: Workspace, repository: GitRepository) -> None:
    talk = conversation(ScriptedModel(["Yes."]), workspace)
    say(talk, "look at this", [Named("shop/mail.py")])
    (repository.root / "shop/mail.py").unlink()
    assert "shop/mail.py is gone since it was shown." in notes(say(talk, "and now?"))


def test_named_lines_are_those_lines(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    say(conversation(model, workspace, budget=100), "hm?", [Named("shop/mail.py", 2, 2)])
    assert '#shop/mail.py:2\n    """Write the receipt of an order."""\n' in text_of(model)
    assert "def send_receipt" not in text_of(model)


def test_named_lines_stand_there_once(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    say(conversation(model, workspace), "what does shop/mail.py:1-3 do?", [Named("shop/mail.py", 1, 3)])
    assert text_of(model).count("def send_receipt") == 1


def test_what_is_named_gives_search_no_more_room(workspace: Workspace, repository: GitRepository) -> None:
    for number in range(8):
        body = "".join(f"    price = total_price_{line}(price)\n" for line in range(30))
        repository.write(f"more/price_{number}.py", f"def total_price_of_cart_{number}(price):\n{body}")
    request = "how is the total price of the cart made?"
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace, window=40_000, budget=2_000)
    say(talk, request, [Named("shop/mail.py", 2, 2)])
    assert sum(one.tokens for one in talk.exchanges[0].shown) <= 1_600


def test_a_named_file_that_is_too_long_is_cut_aloud(workspace: Workspace, repository: GitRepository) -> None:
    repository.write("long.py", "".join(f"value_{number} = {number}\n" for number in range(500)))
    talk = conversation(ScriptedModel(["Yes."]), workspace, window=4_000, budget=500)
    assert "long.py is too long for the window: lines 1 to " in notes(say(talk, "hm?", [Named("long.py")]))


def test_a_full_window_is_built_anew_and_keeps_the_task(workspace: Workspace) -> None:
    model = ScriptedModel(["An answer of some length. " * 12])
    talk = conversation(model, workspace, window=6_000, budget=1_200)
    said = [
        notes(say(talk, f"the task: is the total price of cart {number} rounded?")) for number in range(20)
    ]
    assert any("The window was full and is built anew" in each for each in said)
    assert all(len(model.encode(prompt.parts)) <= 6_000 for prompt in model.prompts)
    text = text_of(model)
    assert "cart 0 rounded" in text, "the first request is the task"
    assert "cart 18 rounded" in text, "the latest turns stay"
    assert text.count("def total_price") == 1


def test_a_rebuild_restores_the_reading_order(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace, budget=150)
    say(talk, "hm?", [Named("shop/cart.py")])
    say(talk, "hm?", [Named("shop/money.py")])
    assert text_of(model).index("def total_price") < text_of(model).index("def round_cents")
    talk.stale = True
    say(talk, "hm?")
    assert text_of(model).index("def round_cents") < text_of(model).index("def total_price")


def test_a_dropped_file_is_out_of_the_window_at_the_next_turn(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace, budget=150)
    talk.add(Named("shop/mail.py"))
    say(talk, "hm?")
    assert "send_receipt" in text_of(model)
    assert talk.drop("shop/mail.py")
    assert "built anew" in notes(say(talk, "who writes the receipt?"))
    assert "def send_receipt" not in text_of(model)
    assert not talk.drop("nothing.py")


def test_what_came_before_a_cancel_is_kept(workspace: Workspace) -> None:
    model = ScriptedModel(["one ", "two ", "three"])
    talk = conversation(model, workspace)
    finish = None
    for piece in talk.ask("count, please", Sampling(), unheard):
        if isinstance(piece, Completion):
            finish = piece.finish
        elif piece == "one ":
            talk.cancel()
    assert finish is Finish.CANCELLED
    assert talk.exchanges[-1].answer == "one "


def test_a_cancel_before_the_model_begins_is_heard(workspace: Workspace) -> None:
    model = ScriptedModel(["one ", "two "])
    talk = conversation(model, workspace)
    asked = talk.ask("how is the total price rounded?", Sampling(), unheard)
    assert isinstance(next(asked), Note)
    talk.cancel()
    pieces = list(asked)
    assert isinstance(pieces[-1], Completion)
    assert pieces[-1].finish is Finish.CANCELLED


def test_again_asks_the_same_in_place_of_the_last_answer(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace)
    say(talk, "is the total price rounded?")
    model.pieces = ["No."]
    list(talk.again(Sampling(temperature=0.7, seed=1), unheard))
    assert text_of(model, 0) == text_of(model, 1)
    assert [one.answer for one in talk.exchanges] == ["No."]


def test_an_answer_that_goes_round_is_ended(workspace: Workspace) -> None:
    model = ScriptedModel(["the same words again and again, "] * 60)
    talk = conversation(model, workspace)
    told = say(talk, "how is the total price rounded?")
    assert isinstance(told[-1], Completion)
    assert told[-1].finish is Finish.REPETITION
    assert len(talk.exchanges[-1].answer) < 1_500


def test_places_of_an_answer_are_checked_and_the_window_keeps_its_words(workspace: Workspace) -> None:
    model = ScriptedModel(["See shop/cart.py:4 and shop/cart.py:999."])
    talk = conversation(model, workspace)
    told = say(talk, "is the total price rounded?")
    assert "".join(one for one in told if isinstance(one, str)) == "See shop/cart.py:4 and shop/cart.py."
    assert talk.exchanges[-1].answer == "See shop/cart.py:4 and shop/cart.py:999."


def test_warming_reads_what_the_next_prompt_begins_with(workspace: Workspace) -> None:
    model = ScriptedModel(["Yes."])
    talk = conversation(model, workspace)
    talk.warm()
    say(talk, "is the total price rounded?")
    ids = model.encode(model.warmed[0])
    assert len(ids) > 100
    assert model.encode(model.prompts[0].parts)[: len(ids)] == ids


def test_a_request_larger_than_the_window_is_told(workspace: Workspace) -> None:
    talk = conversation(ScriptedModel(["Yes."]), workspace, window=2_000, budget=400)
    with pytest.raises(ContextError, match="the window holds 2000"):
        say(talk, "word " * 600)
    assert not talk.exchanges


def test_without_a_repository_there_is_just_talk() -> None:
    model = ScriptedModel(["Hello."])
    talk = conversation(model, None)
    assert say(talk, "hello there, who are you?")[0] == "Hello."
    say(talk, "look at this log", attached="```\nan error\n```")
    assert "```\nan error\n```\nlook at this log" in text_of(model)
    assert talk.tokens > len(model.encode(model.prompts[-1].parts)) + len("Hello.")
