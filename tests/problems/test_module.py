"""The user's own module: what may be written in it, and that its mistakes are named with file and line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gd_tui.engine.objective import Objective
from gd_tui.engine.terms import Number
from gd_tui.errors import InputError
from gd_tui.problems import build_objective
from gd_tui.problems.module import UserFunction
from gd_tui.scenario import Scenario

Open = Callable[..., Objective]


@pytest.fixture
def open_module(tmp_path: Path) -> Open:
    """The objective NAME of a file with this source."""

    def open_it(source: str, name: str = "f", start: tuple[float, ...] | str | None = None) -> Objective:
        path = tmp_path / "mine.py"
        path.write_text(source)
        return build_objective(Scenario(problem="module", module=f"{path}:{name}", start=start))

    return open_it


def at(objective: Objective, *w: float) -> tuple[float, list[float]]:
    gradient = np.empty(len(w))
    loss = objective.loss_and_gradient(np.array(w, dtype=np.float64), gradient)
    return loss, gradient.tolist()


CUBE = "def f(w): return w[0]**3 + 2*w[1]"
WAYS = {
    "companion": f"{CUBE}\ndef f_gradient(w): return [3*w[0]**2, 2]",
    "attribute": f"{CUBE}\nf.gradient = lambda w: [3*w[0]**2, 2]",
    "pair": "def f(w): return w[0]**3 + 2*w[1], [3*w[0]**2, 2]",
    "arrays": "import numpy as np\ndef f(w): return np.array([w[0]**3 + 2*w[1]]), np.array([3*w[0]**2, 2])",
    "late-companion": f"def f_gradient(w): return (3*w[0]**2, 2.0)\n{CUBE}",
}


@pytest.mark.parametrize("source", WAYS.values(), ids=WAYS)
def test_a_gradient_may_be_given_in_these_ways(open_module: Open, source: str) -> None:
    objective = open_module(source, start=(2.0, 1.0))
    assert isinstance(objective, UserFunction)
    assert not objective.gradient_is_numerical
    assert objective.names == ("w1", "w2")
    assert at(objective, 2, 1) == (10, [12, 2])
    assert objective.losses(np.array([[2.0, 1.0], [0.0, 3.0]])).tolist() == [10, 6]
    np.testing.assert_allclose(objective.hessian(np.array([2.0, 1.0])), [[12, 0], [0, 0]], rtol=1e-9, atol=1e-9)
    assert objective.default_rate == pytest.approx(1 / 12)
    loss, gradient = objective.terms(np.array([2.0, 1.0]), 0)
    assert (loss.value, gradient.value, gradient.kind) == (10, 12, "gradient")


def test_without_a_gradient_it_is_numerical_and_says_so(open_module: Open) -> None:
    objective = open_module(CUBE, start=(2.0, 1.0))
    assert isinstance(objective, UserFunction)
    assert objective.gradient_is_numerical
    loss, gradient = at(objective, 2, 1)
    assert loss == 10
    assert gradient == pytest.approx([12, 2], rel=1e-8)
    np.testing.assert_allclose(objective.hessian(np.array([2.0, 1.0])), [[12, 0], [0, 0]], atol=1e-5)
    terms = objective.terms(np.array([2.0, 1.0]), 0)
    assert "numerical" in terms[-1].meaning
    assert terms[-1].value == gradient[0]
    named = {term.name: term.value for term in terms}
    width = terms[-1].parts[-1]
    assert isinstance(width, Number)
    assert named["above"] - named["below"] == pytest.approx(12 * width.value, rel=1e-8)


def test_names_and_start_of_the_function(open_module: Open) -> None:
    objective = open_module(f"{CUBE}\nf.names = ['slope', 'offset']\nf.start = (3, 4)")
    assert objective.names == ("slope", "offset")
    assert objective.start.tolist() == [3, 4]
    assert open_module(f"{CUBE}\nf.names = 'ab', 'c'").start.tolist() == [0, 0]
    assert open_module(f"{CUBE}\nf.start = [5, 6]").names == ("w1", "w2")
    assert open_module(f"{CUBE}\nf.start = [5, 6]", start=(7.0, 8.0)).start.tolist() == [7, 8]


def test_what_the_function_does_to_its_weights_is_its_own_business(open_module: Open) -> None:
    objective = open_module("def f(w):\n    w += 1\n    return w.sum(), w", start=(1.0, 2.0))
    w = np.array([1.0, 2.0])
    objective.loss_and_gradient(w, np.empty(2))
    objective.losses(w[None, :])
    assert w.tolist() == [1, 2]


OWN = "from gd_tui.problems.surfaces import BOWL, Surface\n"


OWN_CLASS = f"{OWN}class f(Surface):\n def __init__(self): super().__init__(BOWL)\n"


@pytest.mark.parametrize("source", [f"{OWN}f = Surface(BOWL)", f"{OWN}def f(): return Surface(BOWL)", OWN_CLASS])
def test_an_objective_of_ones_own(open_module: Open, source: str) -> None:
    objective = open_module(source)
    assert objective.names == ("x", "y")
    assert at(objective, 1, 2) == (5, [2, 4])
    assert objective.minimum == 0


def test_modules_beside_it_can_be_imported(open_module: Open, tmp_path: Path) -> None:
    (tmp_path / "gd_tui_test_beside.py").write_text("def square(v): return v * v")
    before = list(sys.path)
    objective = open_module("from gd_tui_test_beside import square\ndef f(w): return square(w[0])", start=(3.0,))
    assert at(objective, 3)[0] == 9
    assert sys.path == before


@pytest.mark.parametrize(
    ("source", "loss"),
    [
        ("import math\ndef f(w): return math.exp(w[0])", np.inf),
        ("import math\ndef f(w): return math.exp(w[0]), [1.0]", np.inf),
        ("def f(w): return float('nan')", np.nan),
        ("def f(w): return float('inf'), [float('nan')]", np.inf),
        ("import numpy as np\ndef f(w): return np.exp(w[0]) - np.exp(w[0])", np.nan),
    ],
)
def test_what_is_not_finite_is_a_result(open_module: Open, source: str, loss: float) -> None:
    objective = open_module(source, start=(1e4,))
    np.testing.assert_equal(at(objective, 1e4)[0], loss)
    np.testing.assert_equal(objective.losses(np.array([[1e4]]))[0], loss)
    assert not np.isfinite(at(objective, 1e4)[1][0]) or loss == np.inf


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def f(w):\n    return 1 / 0", "mine.py: line 2: ZeroDivisionError: division by zero"),
        ("def f(w):\n    return g(w)\ndef g(w):\n    return w[7]", "mine.py: line 4: IndexError"),
        ("def f(w):\n    import math\n    return math.sqrt(-1)", "mine.py: line 3: ValueError: math domain error"),
        ("x = 1\ny = undefined", "mine.py: line 2: NameError: name 'undefined' is not defined"),
        ("import nowhere_at_all", "mine.py: line 1: ModuleNotFoundError"),
        ("def f(w:\n", "mine.py: line 1: SyntaxError"),
        ("x = 1\n  y = 2", "mine.py: line 2: IndentationError"),
        ("import sys\nsys.exit(3)", "mine.py: line 2: SystemExit: 3"),
        ("def f(w): return f(w)", "mine.py: line 1: RecursionError"),
        ("def f(w): raise ValueError('two\\nlines')", "mine.py: line 1: ValueError: two lines"),
        ("def f(w): pass", "f must return the loss as one number, or (loss, gradient), not NoneType"),
        ("def f(w): return '3'", "not str"),
        ("def f(w): return 1j", "not complex"),
        ("def f(w): return w * w", "not an array of shape (2,)"),
        ("def f(w): return 1.0, [1, 2, 3]", "the gradient of f must have shape (2,), not shape (3,)"),
        ("def f(w): return 1.0, 'ab'", "the gradient of f must be numbers, not str"),
        ("def f(w): return 1.0\ndef f_gradient(w):\n    return w.nothing", "mine.py: line 3: AttributeError"),
        ("def f(w): return w[0]\nf.names = 'ab'", "f.names"),
        ("def f(w): return w[0]\nf.names = 'a', 'a'", "f.names"),
        ("def f(w): return w[0]\nf.start = 'here'", "f.start must be numbers"),
        ("def f(w): return w[0]\nf.names = 'a', 'b', 'c'\nf.start = 1, 2", "f.start must have shape (3,)"),
        ("def g(w): return 1", "unknown name 'f'"),
        ("f = 3", "f is no function, but int"),
        ("def f(): return 3", "f makes no Objective, but int"),
        ("class f: pass", "f makes no Objective, but f"),
        ("def f(): raise KeyError('k')", "mine.py: line 1: KeyError"),
    ],
)
def test_mistakes_are_named_in_one_line(open_module: Open, source: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        open_module(source, start=(1.0, 2.0))
    assert words in str(caught.value)
    assert "mine.py" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_later_mistake_is_named_too(open_module: Open) -> None:
    source = "def f(w):\n    if w[0] > 5:\n        raise ValueError('too far')\n    return w[0]"
    objective = open_module(source, start=(1.0,))
    with pytest.raises(InputError, match=r"mine\.py: line 3: ValueError: too far"):
        objective.losses(np.array([[9.0]]))
    pair = open_module("def f(w): return (w[0], [1]) if w[0] < 5 else w[0]", start=(1.0,))
    with pytest.raises(InputError, match=r"returned \(loss, gradient\) before, but not for"):
        pair.loss_and_gradient(np.array([9.0]), np.empty(1))
    own = open_module(OWN_CLASS + " def losses(self, p):\n  1/0")
    with pytest.raises(InputError, match=r"mine\.py: line 5: ZeroDivisionError"):
        own.losses(np.zeros((1, 2)))


@pytest.mark.parametrize("start", [None, "zeros", "random"])
def test_somebody_must_say_how_many_weights(open_module: Open, start: str | None) -> None:
    with pytest.raises(InputError, match=r"how many weights does f have\? Give --start"):
        open_module(CUBE, start=start)


@pytest.mark.parametrize("module", [None, "mine.py", ":f", "mine.py:", "nowhere.py:f"])
def test_file_and_name_are_both_needed(module: str | None) -> None:
    with pytest.raises(InputError, match=r"--module"):
        build_objective(Scenario(problem="module", module=module, start=(1.0,)))
