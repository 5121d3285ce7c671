"""How a call is asked so that its answer can be compared, and how a test of that answer is written.

A value is taken as it is. An iterator is drawn, a coroutine awaited; where None comes back, what became of the
arguments or of the object is looked at; of an object that cannot be written, its attributes or its own text.
"""

import ast
from collections.abc import Sequence
from enum import Enum

from tddbot.lab import Answer
from tddbot.ties.scenes import IT, Scene, seen_again
from tddbot.ties.values import read

_MUTABLE = (ast.List, ast.Dict, ast.Set)
_MANY = 1000


class Manner(Enum):
    """What is compared of a call; in the order in which they are tried."""

    VALUE = "value"
    DRAWN = "drawn"
    AWAITED = "awaited"
    CHANGED = "changed"
    STATE = "state"
    FIELDS = "fields"
    TEXT = "text"

    def asked(self, call: str) -> str:
        """Return the expression whose value is compared, evaluable in any module; "" where it cannot be asked."""
        match self:
            case Manner.DRAWN:
                return f"list(__import__('itertools').islice({call}, {_MANY}))"
            case Manner.AWAITED:
                return f"__import__('asyncio').run({call})"
            case Manner.FIELDS:
                return f"vars({call})"
            case Manner.TEXT:
                return f"repr({call})"
            case Manner.CHANGED | Manner.STATE:
                return self._after(call)
        return call

    def _after(self, call: str) -> str:
        taken = self.taken_apart(call)
        if taken is None:
            return ""
        inner, names, values = taken
        looked_at = f"vars({names[0]})" if self is Manner.STATE else ", ".join(names)
        which = "1:" if len(names) > 1 else "1"
        return f"(lambda {', '.join(names)}: ({inner}, {looked_at})[{which}])({', '.join(values)})"

    def taken_apart(self, call: str) -> tuple[str, list[str], list[str]] | None:
        """Return a call with names for its mutable arguments (or its object), those names, and their sources."""
        node = ast.parse(call, mode="eval").body
        if not isinstance(node, ast.Call):
            return None
        if self is Manner.STATE:
            if not isinstance(node.func, ast.Attribute) or not isinstance(node.func.value, ast.Call):
                return None
            receiver, node.func.value = ast.unparse(node.func.value), ast.Name("it", ast.Load())
            return ast.unparse(node), ["it"], [receiver]
        return _named(node)

    def lines(self, call: str, answer: Answer, is_doubtful: bool) -> str:
        """Return the lines of a test that hold where `asked` comes to the answer.

        `is_doubtful` says that another option's answer is equal by `==` without being the same.
        """
        scene = seen_again(call)
        if scene is not None:
            return self._acted(scene, answer, is_doubtful)
        if answer.raised:
            return f"with pytest.raises({answer.text}):\n    {self.shown(call)}"
        taken = self.taken_apart(call) if self in (Manner.CHANGED, Manner.STATE) else None
        if taken is None:
            return _asserted(self.shown(call), answer, is_doubtful)
        inner, names, values = taken
        before = [f"{name} = {value}" for name, value in zip(names, values, strict=True)]
        left = "vars(it)" if self is Manner.STATE else ", ".join(names)
        left = f"({left})" if len(names) > 1 else left
        return "\n".join([*before, inner, _asserted(left, answer, is_doubtful)])

    def _acted(self, scene: Scene, answer: Answer, is_doubtful: bool) -> str:
        """Return a scene as statements, all of them within the context where it raises, wherever it does."""
        made = f"{IT} = {scene.maker}"
        told = self.shown(scene.told)
        if answer.raised:
            return "\n    ".join([f"with pytest.raises({answer.text}):", made, *scene.steps, told])
        return "\n".join([made, *scene.steps, _asserted(told, answer, is_doubtful)])

    def shown(self, call: str) -> str:
        """Return the call as a reader knows it; a scene as its statements on one line."""
        scene = seen_again(call)
        if scene is not None:
            return "; ".join([f"{IT} = {scene.maker}", *scene.steps, self.shown(scene.told)])
        if self in (Manner.DRAWN, Manner.AWAITED, Manner.FIELDS, Manner.TEXT):
            shown = {"drawn": "list", "awaited": "asyncio.run", "fields": "vars", "text": "repr"}
            return f"{shown[self.value]}({call})"
        return call


def _named(node: ast.Call) -> tuple[str, list[str], list[str]] | None:
    names: list[str] = []
    values: list[str] = []

    def name_for(argument: ast.expr) -> ast.expr:
        if not isinstance(argument, _MUTABLE):
            return argument
        names.append("values" if not names else f"others{len(names)}")
        values.append(ast.unparse(argument))
        return ast.Name(names[-1], ast.Load())

    node.args = [name_for(argument) for argument in node.args]
    for keyword in node.keywords:
        keyword.value = name_for(keyword.value)
    return (ast.unparse(node), names, values) if names else None


def _asserted(left: str, answer: Answer, is_doubtful: bool) -> str:
    value = read(answer.text) if answer.plain else None
    if not answer.plain:
        return f"assert type({left}).__name__ == {answer.text!r}"
    if value is None or isinstance(value, bool):
        return f"assert {left} is {answer.text}"
    if value != value:
        return f"assert {left} != {left}"
    return f"assert repr({left}) == {answer.text!r}" if is_doubtful else f"assert {left} == {answer.text}"


def fitting(rows: Sequence[tuple[Manner, Sequence[Answer]]]) -> Manner | None:
    """Return the first manner in which recorded calls had answers that can be written and that say anything, or None.

    The rows begin with that of VALUE.
    """
    silent = all(answer.text == "None" and answer.plain for answer in rows[0][1])
    for manner, answers in rows:
        is_of_silence = manner in (Manner.CHANGED, Manner.STATE)
        if (manner is Manner.VALUE or is_of_silence == silent) and any(map(_tells, answers)):
            return manner
    return None


def same_by_equality(first: Answer, second: Answer) -> bool:
    """Whether `==` takes two answers for the same: True and 1 above all."""
    if first.raised or second.raised or not first.plain or not second.plain:
        return False
    return bool(read(first.text) == read(second.text))


def _tells(answer: Answer) -> bool:
    return answer.plain and not answer.raised and answer.text not in ("None", "") and " at 0x" not in answer.text
