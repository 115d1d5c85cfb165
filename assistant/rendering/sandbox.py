"""Templates run here, fenced in: no access to Python, no endless loops, no flood of output.

A template may come from a colleague or the Internet. Jinja2's immutable sandbox keeps it from Python's
insides; this module adds a budget. Every turn of a loop and every call costs a step, every string that a
template builds is measured *before* it is built, and only harmless filters are offered. The budget counts
steps, not seconds, so that a template fails (or not) alike on every machine; a clock stands behind it.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from assistant.errors import TemplateError
from assistant.rendering.escaping import escape

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_STEPS = 500_000
MAX_CHARACTERS = 8_000_000
MAX_SECONDS = 20.0
FILTERS = frozenset(
    {
        "abs",
        "count",
        "default",
        "d",
        "dictsort",
        "first",
        "float",
        "groupby",
        "int",
        "items",
        "last",
        "length",
    }
    | {"list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "safe"}
    | {"select", "selectattr", "sort", "string", "sum", "title", "capitalize", "trim", "unique", "upper"}
    | {"wordcount"}
)
"""Jinja2's filters that a template may use (``join`` is our own)."""
STRING_METHODS = frozenset(
    {"startswith", "endswith", "upper", "lower", "title", "capitalize", "strip", "lstrip", "rstrip", "split"}
    | {"removeprefix", "removesuffix"}
)
"""The methods of a string that a template may call: none of them can multiply its length."""


class BudgetError(Exception):
    """A template used up its steps, its output or its time."""


class Budget:
    """What one rendering may still spend."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """A fresh budget, for the next rendering."""
        self.steps = 0
        self.written = 0
        self.deadline = time.monotonic() + MAX_SECONDS

    def step(self) -> None:
        """One turn of a loop, or one call."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise BudgetError(f"more than {MAX_STEPS:,} steps: a loop or a macro that does not end")
        if not self.steps % 512 and time.monotonic() > self.deadline:
            raise BudgetError(f"more than {MAX_SECONDS:g} seconds")

    def size(self, characters: int) -> None:
        """A string or list of this length is about to be built."""
        if characters > MAX_CHARACTERS:
            raise BudgetError(f"a text of {characters:,} characters (at most {MAX_CHARACTERS:,})")

    def write(self, characters: int) -> None:
        """So much output was written."""
        self.written += characters
        self.size(self.written)


def environment(folders: Iterable[Path]) -> Environment:
    """A fenced Jinja2 environment that loads templates from ``folders`` only (first match wins).

    Values are escaped for Markdown as they are printed; what macros and helpers return is Markdown already.
    The environment's ``budget`` is reset by :func:`run`.
    """
    from jinja2 import FileSystemLoader, StrictUndefined

    fenced: Any = _fenced_class()(
        loader=FileSystemLoader([str(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    fenced.budget = Budget()
    fenced.filters = {name: _measured(fenced.filters[name], fenced.budget) for name in FILTERS}
    fenced.filters["join"] = _join(fenced)
    for name in ("lipsum", "cycler", "joiner", "dict"):
        fenced.globals.pop(name, None)
    return cast("Environment", fenced)


def _finalize(value: Any) -> Any:
    """What a template prints, as Markdown: nothing for None, everything else escaped once."""
    from jinja2 import Undefined
    from markupsafe import Markup

    if isinstance(value, (Markup, Undefined)):
        return value
    return Markup("" if value is None else escape(str(value)))  # noqa: S704 - escaped for Markdown here


@cache
def _generator_class() -> Any:
    """Jinja2's code generator, but ``~`` joins by our escaping (its own would escape for HTML)."""
    from jinja2.compiler import CodeGenerator

    class MarkdownGenerator(CodeGenerator):
        def visit_Concat(self, node: Any, frame: Any) -> None:  # noqa: N802 - Jinja2's visitor
            self.write("environment.join_values((")
            for part in node.nodes:
                self.visit(part, frame)
                self.write(", ")
            self.write("))")

    return MarkdownGenerator


@cache
def _fenced_class() -> Any:  # noqa: C901 - one small class, made here so that Jinja2 is imported late
    """The sandbox: loops and calls cost steps, texts are measured, strings lose most of their methods."""
    from jinja2 import nodes
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup

    class Fenced(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset(["+", "*", "**", "%"])
        code_generator_class = _generator_class()
        budget = Budget()

        def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
            tree = super()._parse(source, name, filename)
            for loop in tree.find_all(nodes.For):
                counter = nodes.EnvironmentAttribute("counted", lineno=loop.lineno)
                loop.iter = nodes.Call(counter, [loop.iter], [], None, None, lineno=loop.lineno)
            return tree

        def counted(self, values: Iterable[Any]) -> Iterator[Any]:
            for value in values:
                self.budget.step()
                yield value

        def join_values(self, parts: tuple[Any, ...]) -> Markup:
            return Markup(self.concat([str(_finalize(part)) for part in parts]))  # noqa: S704 - each was escaped

        def concat(self, parts: Iterable[str]) -> str:
            texts = list(parts)
            self.budget.size(sum(map(len, texts)))
            return "".join(texts)

        def call(self, context: Any, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
            self.budget.step()
            return super().call(context, obj, *args, **kwargs)

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            return _arithmetic(self.budget, operator, left, right, super().call_binop, context)

        def wrap_str_format(self, value: Any) -> None:
            return None  # no str.format: a width in it makes text of any length

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            if isinstance(obj, str) and attr not in STRING_METHODS:
                return False
            return super().is_safe_attribute(obj, attr, value)

    return Fenced


def _arithmetic(
    budget: Budget, operator: str, left: Any, right: Any, compute: Callable[..., Any], context: Any
) -> Any:
    """Numbers may be calculated with; strings and lists may only be added, and only up to a size."""
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if operator == "**" or (operator in "*%" and not numbers):
        raise BudgetError(f"the operator {operator!r} is offered for small numbers only")
    if numbers and max(abs(left), abs(right)) > 1e15:
        raise BudgetError("numbers beyond 1e15")
    if operator == "+" and hasattr(left, "__len__") and hasattr(right, "__len__"):
        budget.size(len(left) + len(right))
    return compute(context, operator, left, right)


def _measured(function: Callable[..., Any], budget: Budget) -> Callable[..., Any]:
    """A filter that measures the text it is about to make (``replace`` and ``join`` can multiply it)."""

    @functools.wraps(function)
    def measured(*args: Any, **kwargs: Any) -> Any:
        budget.step()
        texts = [str(value) for value in args if isinstance(value, str)]
        if function.__name__ == "do_replace" and len(texts) > 2:
            budget.size(len(texts[0]) + (texts[0].count(texts[1]) * len(texts[2])))
        value = function(*args, **kwargs)
        if hasattr(value, "__len__"):
            budget.size(len(value))
        return value

    return measured


def _join(env: Any) -> Callable[..., Any]:
    """``join`` that escapes each part for Markdown (Jinja2's own would escape for HTML)."""

    def join(values: Iterable[Any], separator: str = "", attribute: str | None = None) -> Any:
        parts: list[Any] = []
        for value in env.counted(values):
            parts += [separator] if parts and separator else []
            parts.append(env.getattr(value, attribute) if attribute else value)
        return env.join_values(tuple(parts))

    return join


def run(env: Environment, name: str, variables: dict[str, Any]) -> str:
    """The text of template ``name``; :class:`TemplateError` names the template's file and line."""
    import jinja2

    env.budget.reset()  # type: ignore[attr-defined]
    parts: list[str] = []
    try:
        stream = cast("Generator[str, None, None]", env.get_template(name).generate(**variables))
        for part in stream:
            parts.append(part)
            try:
                env.budget.write(len(part))  # type: ignore[attr-defined]
            except BudgetError as error:
                stream.throw(error)  # raised where the template stands, so that its line is known
    except jinja2.TemplateSyntaxError as error:
        where = f"{error.filename or error.name}, line {error.lineno}"
        raise TemplateError(f"{where}: {error.message}. Correct the template there.") from error
    except jinja2.TemplateNotFound as error:
        raise TemplateError(
            f"The template {name!r} asks for {error.name!r}, which is neither beside it nor among the "
            "shipped macros. See: gcm-draft templates list"
        ) from error
    except RecursionError as error:
        raise TemplateError(f"{_place(error, env, name)}: a macro that calls itself without end.") from error
    except Exception as error:
        raise TemplateError(f"{_place(error, env, name)}: {_reason(error)}") from error
    return "".join(parts)


def _reason(error: Exception) -> str:
    import jinja2

    if isinstance(error, BudgetError):
        return f"stopped after {error}."
    if isinstance(error, jinja2.UndefinedError):
        return f"{error}. The variables are listed by: gcm-draft templates show NAME"
    if isinstance(error, jinja2.exceptions.SecurityError):
        return f"not allowed in a template: {error}."
    return f"{type(error).__name__}: {error}"


def _place(error: BaseException, env: Environment, name: str) -> str:
    """File and line of the innermost template frame of the error's traceback."""
    place = name
    step = error.__traceback__
    while step is not None:
        filename = step.tb_frame.f_code.co_filename
        if filename.endswith(".j2"):
            place = f"{filename}, line {step.tb_lineno}"
        step = step.tb_next
    return place
