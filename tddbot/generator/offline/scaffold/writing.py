"""Shapes as lines of Python. What a function would do is not made up: its body says that it is not written yet."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tddbot.generator.offline.scaffold import kinds
from tddbot.generator.offline.scaffold.annotations import Annotator
from tddbot.generator.offline.scaffold.forms import Class, Constant, Function, Gift, Manner, Shape
from tddbot.generator.offline.scaffold.parameters import Parameter
from tddbot.generator.offline.scaffold.style import Style

_DECORATORS = {Manner.CLASS_METHOD: "@classmethod", Manner.PROPERTY: "@property"}
_SIMPLE = frozenset({"int", "float", "str", "bool", "bytes"})
_FIRST = {Manner.METHOD: ["self"], Manner.CLASS_METHOD: ["cls"], Manner.PROPERTY: ["self"], Manner.PLAIN: []}


@dataclass(frozen=True)
class Writer:
    """Writes shapes for one file. With `quotes`, annotations that must not be evaluated are put into quotes."""

    style: Style
    annotator: Annotator
    quotes: bool = False

    def shape(self, shape: Shape, owner: str = "") -> list[str]:
        """Return the lines of a shape, not indented; `owner` is the class that it is a member of."""
        match shape:
            case Function():
                return self._function(shape, owner)
            case Constant():
                return [self._constant(shape)]
            case Class():
                return self._class(shape)

    def signature(self, function: Function) -> str:
        """Return name, parameters and result as a head has them."""
        given = [*_FIRST[function.manner], *map(self._parameter, _in_order(function.parameters))]
        result = self.annotation(function.result) if function.gives is Gift.RESULT else ""
        return f"{function.name}({', '.join(given)})" + (f" -> {result}" if result else "")

    def annotation(self, kind: str) -> str:
        """Return a kind as an annotation that may stand in the file."""
        before, self.annotator.is_late = self.annotator.is_late, False
        text = self.annotator.annotation(kind)
        is_late, self.annotator.is_late = self.annotator.is_late, before or self.annotator.is_late
        return self.style.quoted(text) if text and is_late and self.quotes else text

    def _parameter(self, parameter: Parameter) -> str:
        if parameter.stars and not parameter.name:
            return parameter.stars
        kind = parameter.kind
        if parameter.is_optional and kind and not kind.endswith("None"):
            kind = f"{kind} | None"
        text = self.annotation(kind)
        name = parameter.stars + parameter.name
        if not text:
            return f"{name}=None" if parameter.is_optional else name
        return f"{name}: {text}" + (" = None" if parameter.is_optional else "")

    def _function(self, function: Function, owner: str) -> list[str]:
        lines = [_DECORATORS[function.manner]] if function.manner in _DECORATORS else []
        if function.gives is Gift.WITH:
            name = "asynccontextmanager" if function.is_async else "contextmanager"
            self.annotator.imports["contextlib", name] = None
            lines.append(f"@{name}")
        head = "async def" if function.is_async else "def"
        lines.append(f"{head} {self.signature(function)}:")
        whole = f"{owner}.{function.name}" if owner else function.name
        lines.append(
            f"{self.style.indent}raise NotImplementedError({self.style.quoted(f'{whole} is not written yet')})"
        )
        if function.gives is not Gift.RESULT:
            lines.append(f"{self.style.indent}yield")
        return lines

    def _constant(self, constant: Constant) -> str:
        kind = self.annotation(constant.kind)
        value = kinds.default_of(constant.kind).replace('"', self.style.quote)
        if value == "None" and kind and kind != "None":
            kind = ""
        # Of a value that is written out the kind is plain to see.
        return f"{constant.name}: {kind} = {value}" if "[" in kind else f"{constant.name} = {value}"

    def _class(self, shape: Class) -> list[str]:
        base = self._base(shape.base)
        lines = [f"class {shape.name}({base}):" if base else f"class {shape.name}:"]
        if shape.fields:
            self.annotator.imports["dataclasses", "dataclass"] = None
            lines.insert(0, "@dataclass")
        body = [*self._members(shape), *self._fields(shape.fields), *map(self._constant, shape.constants)]
        doc = self.style.indent + '"""Not written yet."""'
        lines += [doc, *([""] if body else []), *(self.style.indent + line for line in body)]
        for function in shape.functions:
            keeps = shape.keeps and function.name == "__init__"
            inner = self._keeping(function) if keeps else self._function(function, shape.name)
            lines += ["", *(self.style.indent + line for line in inner)]
        if shape.instance:
            lines += ["", "", f"{shape.instance} = {shape.name}()"]
        return lines

    def _base(self, dotted: str) -> str:
        if "::" in dotted:
            path, _, name = dotted.partition("::")
            return name if path == self.annotator.path else ""
        module, _, name = dotted.rpartition(".")
        if module and module != "builtins":
            self.annotator.imports[module, name] = None
        return name

    def _members(self, shape: Class) -> Iterator[str]:
        if shape.members and not shape.has_texts:
            self.annotator.imports["enum", "auto"] = None
        for name in shape.members:
            yield f"{name} = {self.style.quoted(name.lower()) if shape.has_texts else 'auto()'}"

    def _fields(self, fields: Sequence[Parameter]) -> Iterator[str]:
        for each in sorted(fields, key=lambda each: each.is_optional):
            empty = kinds.default_of(each.kind) if each.kind in _SIMPLE else "None"
            is_none = each.is_optional and each.kind and empty == "None"
            text = self.annotation(f"{each.kind} | None" if is_none else each.kind)
            if not text:
                self.annotator.imports["typing", "Any"] = None
            value = empty.replace('"', self.style.quote)
            yield f"{each.name}: {text or 'Any'}" + (f" = {value}" if each.is_optional else "")

    def _keeping(self, function: Function) -> list[str]:
        """The constructor of an exception, which keeps what it is given."""
        names = [each.name for each in function.parameters]
        keep = [f"{self.style.indent}self.{name} = {name}" for name in names]
        return [f"def {self.signature(function)}:", f"{self.style.indent}super().__init__({', '.join(names)})", *keep]


def _in_order(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Parameters as they may stand: what follows an optional one without being optional is given by keyword only."""
    found: list[Parameter] = []
    starred = any(each.stars for each in parameters)
    for each in parameters:
        if found and found[-1].is_optional and not each.is_optional and not each.stars and not starred:
            found.append(Parameter("", stars="*"))
            starred = True
        found.append(each)
    return found
