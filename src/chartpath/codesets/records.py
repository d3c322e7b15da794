"""Small unchanging records, for modules that must be imported in a few milliseconds.

`frozen` does at run time what `attrs.frozen` does for fields with plain defaults, without importing attrs:
that import alone costs more than opening the code sets and answering (the benchmark measures it). Type
checkers see `attrs.frozen` itself.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from typing import Any


class _Record:
    """The methods that `frozen` gives to a class; `_names` are the names of its fields."""

    _names: tuple[str, ...] = ()
    _defaults: dict[str, Any] = {}  # noqa: RUF012 (one for each class, never changed)

    def __init__(self, *args: Any, **named: Any) -> None:
        names = self._names
        name = type(self).__name__
        values = self.__dict__
        values.update(self._defaults)
        values.update(zip(names, args, strict=False))
        if len(args) > len(names) or any(key not in names[len(args) :] for key in named):
            raise TypeError(f"{name} has the fields {', '.join(names)}, each given once")
        values.update(named)
        if len(values) != len(names):
            raise TypeError(f"{name} needs {', '.join(key for key in names if key not in values)}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} does not change: make a new one with another {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._names)

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self._names)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
        return f"{type(self).__name__}({fields})"


def frozen(cls: Any) -> Any:
    """Give a class with annotated fields an initializer, comparison, a hash, a repr, and no way to change."""
    cls._names = tuple(cls.__annotations__)
    cls._defaults = {name: cls.__dict__[name] for name in cls._names if name in cls.__dict__}
    for method in ("__init__", "__setattr__", "__delattr__", "__eq__", "__hash__", "__repr__"):
        setattr(cls, method, _Record.__dict__[method])
    return cls
