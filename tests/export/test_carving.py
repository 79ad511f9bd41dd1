"""Which methods and attributes of an object a script takes along."""

from __future__ import annotations

from gd_tui.export.carving import Carving
from gd_tui.export.classes import class_texts


class Base:
    """A base.

    Attributes:
        size: is left out of the script.
    """

    __module__ = "gd_tui.of_a_test"

    def __init__(self, size: float) -> None:
        self.size, self.turned, self.fixed, self.unused = size, False, False, 1

    def grow(self) -> None:
        self.size += 1
        self.unused = 2

    def turn(self) -> None:
        self.turned = True

    @property
    def double(self) -> float:
        return 2 * self.size


class Leaf(Base):
    """A leaf."""

    __module__ = "gd_tui.of_a_test"

    def grow(self) -> None:
        super().grow()
        if self.fixed:
            self.size = 0

    def told(self) -> float:
        return self.double if self.turned else self.size


def carved(*methods: str) -> list[str]:
    carving = Carving()
    carving.use(Leaf(1.5), *methods)
    carving.grow()
    return class_texts(carving)


def test_a_base_that_is_not_needed_by_itself_is_written_out_in_its_heir() -> None:
    assert carved("told") == [
        'class Leaf:\n    """A leaf."""\n\n    size = 1.5\n\n    def told(self):\n        return self.size'
    ]


def test_what_a_method_may_change_is_asked_at_every_call() -> None:
    (leaf,) = carved("told", "turn")
    assert "turned = False\n" in leaf
    assert "return self.double if self.turned else self.size" in leaf
    assert "@property\n    def double(self):" in leaf


def test_a_base_that_is_reached_by_super_stays() -> None:
    base, leaf = carved("grow")
    assert base == 'class Base:\n    """A base."""\n\n    def grow(self):\n        self.size += 1'
    assert leaf.startswith("class Leaf(Base):")
    assert leaf.endswith("    def grow(self):\n        super().grow()")


def test_carved_classes_run_as_the_whole_ones_do() -> None:
    space: dict[str, type[Leaf]] = {}
    exec("\n\n".join(carved("told", "turn", "grow")), space)
    whole, part = Leaf(1.5), object.__new__(space["Leaf"])
    for thing in (whole, part):
        thing.grow()
        thing.turn()
    assert part.told() == whole.told() == 5
