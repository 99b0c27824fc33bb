"""Python's scopes: which names are local to a function, and so are no references."""

from __future__ import annotations

from enum import Enum, auto

# Of Python 3.13 and, at the end, of Python 2. Written out, for a parse is the same under every interpreter.
_BUILTINS = """
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError
    BrokenPipeError BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError
    ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning
    EnvironmentError Exception ExceptionGroup False FileExistsError FileNotFoundError FloatingPointError
    FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError
    InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
    ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError
    OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError
    RecursionError ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration
    StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError
    UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
    UnicodeWarning UserWarning ValueError Warning ZeroDivisionError __build_class__ __class__ __debug__
    __doc__ __file__ __import__ __loader__ __name__ __package__ __path__ __spec__ abs aiter all anext any
    ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits
    delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr
    hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min
    next object oct open ord pow print property quit range repr reversed round set setattr slice sorted
    staticmethod str sum super tuple type vars zip basestring cmp execfile file long raw_input reduce
    reload unichr unicode xrange
"""
BUILTINS = frozenset(_BUILTINS.split())


class ScopeKind(Enum):
    MODULE = auto()
    CLASS = auto()
    FUNCTION = auto()  # also a lambda
    COMPREHENSION = auto()
    TYPE_PARAMETERS = auto()


class Scope:
    """What a scope binds. `kept`: those that are no local variables, but imports, definitions."""

    __slots__ = (
        "assigned",
        "bound",
        "fields",
        "globals",
        "kept",
        "kind",
        "nonlocals",
        "of_enum",
        "parent",
        "receiver",
        "symbol",
        "verdicts",
    )

    def __init__(self, kind: ScopeKind, parent: Scope | None, symbol: int | None) -> None:
        self.kind = kind
        self.parent = parent
        self.symbol = symbol  # the innermost definition around
        self.bound: set[str] = set()
        self.kept: set[str] = set()
        self.assigned: set[str] = set()  # of a function: variables, also where an import binds them too
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.receiver = ""  # of a method: what it calls `self` or `cls`
        self.of_enum = False
        self.fields: set[str] = set()  # of a class: the attributes its methods assign
        self.verdicts: dict[str, bool] = {}

    def module(self) -> Scope:
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def binding(self) -> Scope:
        """The scope in which `:=` binds, and every other target outside of a `for` clause too."""
        scope = self
        while scope.kind in (ScopeKind.COMPREHENSION, ScopeKind.TYPE_PARAMETERS) and scope.parent is not None:
            scope = scope.parent
        return scope

    def class_of(self, receiver: str) -> Scope | None:
        """The class whose method calls its instance (or itself) so; None where a nearer scope rebinds it."""
        scope: Scope | None = self
        while scope is not None:
            if receiver in scope.bound:
                owner = scope.parent
                while owner is not None and owner.kind is ScopeKind.TYPE_PARAMETERS:
                    owner = owner.parent
                return owner if scope.receiver == receiver else None
            scope = scope.parent
        return None

    def is_local(self, name: str) -> bool:
        """Is a name used here a local variable, a parameter, or Python's own? Asked once all is bound."""
        verdict = self.verdicts.get(name)
        if verdict is None:
            verdict = self.verdicts[name] = self._is_local(name)
        return verdict

    def _is_local(self, name: str) -> bool:
        scope = self
        while scope.parent is not None:
            if scope.kind is ScopeKind.CLASS:
                # What a class body binds is seen in that body only, not in its methods.
                if scope is self and name in scope.bound:
                    return name not in scope.kept
            elif name in scope.globals:
                break
            elif name in scope.bound and name not in scope.nonlocals:
                return name not in scope.kept or name in scope.assigned
            scope = scope.parent
        module = self.module()
        if name in module.bound:
            return name not in module.kept
        return name in BUILTINS and "*" not in module.bound
