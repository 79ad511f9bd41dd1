"""Functions of one or two weights whose shape is the lesson.

The classical test functions with their usual formulas: https://en.wikipedia.org/wiki/Test_functions_for_optimization
"""

from __future__ import annotations

import math

from gd_tui.errors import InputError
from gd_tui.problems.surface import F, Shape, Surface, cosine, distance, exponential_less_one, sine
from gd_tui.problems.table import Problem, Settings
from gd_tui.scenario import Scenario

PARABOLA = Shape(
    names=("w",),
    value=lambda w: w * w,
    formula="w²",
    gradient=lambda w: (2 * w,),
    slopes=("2 × w",),
    hessian=lambda w: ((2.0,),),
    start=(10.0,),
    view=((-12.0, 12.0),),
    rate=0.1,
    minimum=0.0,
    optimum=(0.0,),
    quadratic=True,
)

QUARTIC = Shape(
    names=("w",),
    value=lambda w: w * w * (w * w),
    formula="w⁴",
    gradient=lambda w: (4 * w * w * w,),
    slopes=("4 × w³",),
    hessian=lambda w: ((12 * w * w,),),
    start=(2.0,),
    view=((-3.0, 3.0),),
    rate=0.1,
    minimum=0.0,
    optimum=(0.0,),
)

TWO_VALLEYS = Shape(
    names=("w",),
    value=lambda w: (w * w - 1) * (w * w - 1) + 0.3 * w,
    formula="(w² - 1)² + 0.3 × w",
    gradient=lambda w: (4 * w * (w * w - 1) + 0.3,),
    slopes=("4 × w × (w² - 1) + 0.3",),
    hessian=lambda w: ((12 * w * w - 4,),),
    start=(2.0,),
    view=((-2.2, 2.2),),
    rate=0.01,
)

ROSENBROCK = Shape(
    names=("x", "y"),
    value=lambda x, y: (1 - x) * (1 - x) + 100 * ((y - x * x) * (y - x * x)),
    formula="(1 - x)² + 100 × (y - x²)²",
    gradient=lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    slopes=("-2 × (1 - x) - 400 × x × (y - x²)", "200 × (y - x²)"),
    hessian=lambda x, y: ((2 - 400 * y + 1200 * x * x, -400 * x), (-400 * x, 200.0)),
    start=(-1.2, 1.0),
    view=((-2.0, 2.0), (-1.0, 3.0)),
    rate=0.002,
    minimum=0.0,
    optimum=(1.0, 1.0),
)

BOWL = Shape(
    names=("x", "y"),
    value=lambda x, y: x * x + y * y,
    formula="x² + y²",
    gradient=lambda x, y: (2 * x, 2 * y),
    slopes=("2 × x", "2 × y"),
    hessian=lambda x, y: ((2.0, 0.0), (0.0, 2.0)),
    start=(4.0, 3.0),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    rate=0.1,
    minimum=0.0,
    optimum=(0.0, 0.0),
    quadratic=True,
)


def valley(k: float) -> Shape:
    """(x^2 + k y^2) / 2: the condition number of its Hessian is k. Best constant rate 2 / (1 + k)."""
    reach = 1.2 * max(k, 1.0)
    return Shape(
        names=("x", "y"),
        value=lambda x, y: 0.5 * (x * x + k * (y * y)),
        formula=f"(x² + {k:g} × y²) / 2",
        gradient=lambda x, y: (x, k * y),
        slopes=("x", f"{k:g} × y"),
        hessian=lambda x, y: ((1.0, 0.0), (0.0, k)),
        start=(k, 1.0),
        view=((-reach, reach), (-2.0, 2.0)),
        rate=2 / (1 + k),
        minimum=0.0,
        optimum=(0.0, 0.0),
        quadratic=True,
    )


KINK = Shape(
    names=("w",),
    value=lambda w: abs(w),
    formula="abs(w)",
    gradient=lambda w: (float((w > 0) - (w < 0)),),
    slopes=("sign(w)",),
    hessian=lambda w: ((0.0,),),
    start=(1.0,),
    view=((-1.5, 1.5),),
    rate=0.15,
    minimum=0.0,
    optimum=(0.0,),
)

HIMMELBLAU = Shape(
    names=("x", "y"),
    value=lambda x, y: (x * x + y - 11) * (x * x + y - 11) + (x + y * y - 7) * (x + y * y - 7),
    formula="(x² + y - 11)² + (x + y² - 7)²",
    gradient=lambda x, y: (
        4 * x * (x * x + y - 11) + 2 * (x + y * y - 7),
        2 * (x * x + y - 11) + 4 * y * (x + y * y - 7),
    ),
    slopes=("4 × x × (x² + y - 11) + 2 × (x + y² - 7)", "2 × (x² + y - 11) + 4 × y × (x + y² - 7)"),
    hessian=lambda x, y: ((12 * x * x + 4 * y - 42, 4 * (x + y)), (4 * (x + y), 4 * x + 12 * y * y - 26)),
    start=(0.0, 0.0),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    rate=0.01,
    minimum=0.0,
    minima=(
        (3.0, 2.0),
        (-2.8051180869527449, 3.1313125182505730),
        (-3.7793102533777469, -3.2831859912861694),
        (3.5844283403304917, -1.8481265269644036),
    ),
)


def _beale_errors(x: F, y: F) -> tuple[F, F, F]:
    return 1.5 - x + x * y, 2.25 - x + x * (y * y), 2.625 - x + x * (y * y * y)


def _beale(x: F, y: F) -> F:
    a, b, c = _beale_errors(x, y)
    return a * a + b * b + c * c


def _beale_gradient(x: float, y: float) -> tuple[float, ...]:
    a, b, c = _beale_errors(x, y)
    along_x = 2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y * y * y - 1)
    return along_x, 2 * a * x + 4 * b * x * y + 6 * c * x * (y * y)


def _beale_hessian(x: float, y: float) -> tuple[tuple[float, ...], ...]:
    a, b, c = _beale_errors(x, y)
    p, q, r = y - 1, y * y - 1, y * y * y - 1
    xy = 2 * (a + x * p) + 4 * y * (b + x * q) + 6 * (y * y) * (c + x * r)
    yy = 2 * x * x + 4 * b * x + 8 * (x * y) * (x * y) + 12 * c * (x * y) + 18 * (x * y * y) * (x * y * y)
    return (2 * (p * p + q * q + r * r), xy), (xy, yy)


BEALE = Shape(
    names=("x", "y"),
    value=_beale,
    formula="(1.5 - x + x × y)² + (2.25 - x + x × y²)² + (2.625 - x + x × y³)²",
    gradient=_beale_gradient,
    slopes=(
        "2 × (1.5 - x + x × y) × (y - 1) + 2 × (2.25 - x + x × y²) × (y² - 1) + 2 × (2.625 - x + x × y³) × (y³ - 1)",
        "2 × (1.5 - x + x × y) × x + 4 × (2.25 - x + x × y²) × x × y + 6 × (2.625 - x + x × y³) × x × y²",
    ),
    hessian=_beale_hessian,
    start=(1.0, 0.0),
    view=((-4.5, 4.5), (-4.5, 4.5)),
    rate=0.01,
    minimum=0.0,
    optimum=(3.0, 0.5),
)

BOOTH = Shape(
    names=("x", "y"),
    value=lambda x, y: (x + 2 * y - 7) * (x + 2 * y - 7) + (2 * x + y - 5) * (2 * x + y - 5),
    formula="(x + 2 × y - 7)² + (2 × x + y - 5)²",
    gradient=lambda x, y: (10 * x + 8 * y - 34, 8 * x + 10 * y - 38),
    slopes=("10 × x + 8 × y - 34", "8 × x + 10 × y - 38"),
    hessian=lambda x, y: ((10.0, 8.0), (8.0, 10.0)),
    start=(-6.0, 8.0),
    view=((-10.0, 10.0), (-10.0, 10.0)),
    rate=0.05,
    minimum=0.0,
    optimum=(1.0, 3.0),
    quadratic=True,
)

MATYAS = Shape(
    names=("x", "y"),
    value=lambda x, y: 0.26 * (x * x + y * y) - 0.48 * x * y,
    formula="0.26 × (x² + y²) - 0.48 × x × y",
    gradient=lambda x, y: (0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x),
    slopes=("0.52 × x - 0.48 × y", "0.52 × y - 0.48 × x"),
    hessian=lambda x, y: ((0.52, -0.48), (-0.48, 0.52)),
    start=(8.0, -3.0),
    view=((-10.0, 10.0), (-10.0, 10.0)),
    rate=1.0,
    minimum=0.0,
    optimum=(0.0, 0.0),
    quadratic=True,
)


def _rastrigin(x: F, y: F) -> F:
    """With 1 - cos 2a = 2 sin^2 a, so that nothing cancels near the minimum."""
    p, q = sine(math.pi * x), sine(math.pi * y)
    return x * x + y * y + 20 * (p * p + q * q)


RASTRIGIN = Shape(
    names=("x", "y"),
    value=_rastrigin,
    formula="20 + x² + y² - 10 × (cos(2 × π × x) + cos(2 × π × y))",
    gradient=lambda x, y: (
        2 * x + 20 * math.pi * sine(2 * math.pi * x),
        2 * y + 20 * math.pi * sine(2 * math.pi * y),
    ),
    slopes=("2 × x + 20 × π × sin(2 × π × x)", "2 × y + 20 × π × sin(2 × π × y)"),
    hessian=lambda x, y: (
        (2 + 40 * math.pi**2 * cosine(2 * math.pi * x), 0.0),
        (0.0, 2 + 40 * math.pi**2 * cosine(2 * math.pi * y)),
    ),
    start=(3.3, -1.6),
    view=((-5.12, 5.12), (-5.12, 5.12)),
    rate=0.002,
    minimum=0.0,
    optimum=(0.0, 0.0),
)


def _ackley_parts(x: F, y: F) -> tuple[F, F]:
    """What the exponentials of the usual formula fall short of at the minimum: e^-s/5 - 1 and e^(c-1) - 1."""
    p, q = sine(math.pi * x), sine(math.pi * y)
    return exponential_less_one(-0.2 * (distance(x, y) / math.sqrt(2))), exponential_less_one(-(p * p + q * q))


def _ackley(x: F, y: F) -> F:
    cone, waves = _ackley_parts(x, y)
    return -20 * cone - math.e * waves


def _ackley_gradient(x: float, y: float) -> tuple[float, ...]:
    """At the tip of the cone its sub-gradient 0."""
    cone, waves = _ackley_parts(x, y)
    s = distance(x, y) / math.sqrt(2)
    steep = 2 * (cone + 1) / s if s != 0 else 0.0
    high = math.pi * math.e * (waves + 1)
    return steep * x + high * sine(2 * math.pi * x), steep * y + high * sine(2 * math.pi * y)


def _ackley_hessian(x: float, y: float) -> tuple[tuple[float, ...], ...]:
    """At the tip of the cone, where it has none, that of the waves alone."""
    cone, waves = _ackley_parts(x, y)
    s = distance(x, y) / math.sqrt(2)
    steep = 2 * (cone + 1) / s if s != 0 else 0.0
    bent = (cone + 1) * (0.2 * s + 1) / s if s != 0 else 0.0
    a, b = (x / s, y / s) if s != 0 else (0.0, 0.0)
    high, p, q = math.pi**2 * math.e * (waves + 1), sine(2 * math.pi * x), sine(2 * math.pi * y)
    xy = -bent * a * b - high * p * q
    return (
        (steep - bent * a * a + high * (2 * cosine(2 * math.pi * x) - p * p), xy),
        (xy, steep - bent * b * b + high * (2 * cosine(2 * math.pi * y) - q * q)),
    )


ACKLEY = Shape(
    names=("x", "y"),
    value=_ackley,
    formula="20 + e - 20 × exp(-0.2 × √((x² + y²)/2)) - exp((cos(2 × π × x) + cos(2 × π × y))/2)",
    gradient=_ackley_gradient,
    slopes=(
        "2 × x × exp(-0.2 × √((x² + y²)/2)) / √((x² + y²)/2)"
        " + π × sin(2 × π × x) × exp((cos(2 × π × x) + cos(2 × π × y))/2)",
        "2 × y × exp(-0.2 × √((x² + y²)/2)) / √((x² + y²)/2)"
        " + π × sin(2 × π × y) × exp((cos(2 × π × x) + cos(2 × π × y))/2)",
    ),
    hessian=_ackley_hessian,
    start=(2.2, -1.4),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    rate=0.01,
    minimum=0.0,
    optimum=(0.0, 0.0),
)

MCCORMICK = Shape(
    names=("x", "y"),
    value=lambda x, y: sine(x + y) + (x - y) * (x - y) - 1.5 * x + 2.5 * y + 1,
    formula="sin(x + y) + (x - y)² - 1.5 × x + 2.5 × y + 1",
    gradient=lambda x, y: (
        cosine(x + y) + 2 * (x - y) - 1.5,
        cosine(x + y) - 2 * (x - y) + 2.5,
    ),
    slopes=("cos(x + y) + 2 × (x - y) - 1.5", "cos(x + y) - 2 × (x - y) + 2.5"),
    hessian=lambda x, y: ((2 - sine(x + y), -2 - sine(x + y)), (-2 - sine(x + y), 2 - sine(x + y))),
    start=(0.0, 0.0),
    view=((-1.5, 4.0), (-3.0, 4.0)),
    rate=0.1,
    minima=((0.5 - math.pi / 3, -0.5 - math.pi / 3),),
)

STYBLINSKI_TANG = Shape(
    names=("x", "y"),
    value=lambda x, y: 0.5 * (x * (x * (x * x) - 16 * x + 5) + y * (y * (y * y) - 16 * y + 5)),
    formula="(x⁴ - 16 × x² + 5 × x + y⁴ - 16 × y² + 5 × y) / 2",
    gradient=lambda x, y: (2 * x * x * x - 16 * x + 2.5, 2 * y * y * y - 16 * y + 2.5),
    slopes=("2 × x³ - 16 × x + 2.5", "2 × y³ - 16 × y + 2.5"),
    hessian=lambda x, y: ((6 * x * x - 16, 0.0), (0.0, 6 * y * y - 16)),
    start=(0.5, -0.5),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    rate=0.02,
    optimum=(-2.9035340277711771, -2.9035340277711771),
)

THREE_HUMP_CAMEL = Shape(
    names=("x", "y"),
    value=lambda x, y: x * x * (2 - 1.05 * (x * x) + (x * x) * (x * x) / 6) + x * y + y * y,
    formula="2 × x² - 1.05 × x⁴ + x² × x⁴/6 + x × y + y²",
    gradient=lambda x, y: (x * (4 - 4.2 * (x * x) + (x * x) * (x * x)) + y, x + 2 * y),
    slopes=("4 × x - 4.2 × x³ + x² × x³ + y", "x + 2 × y"),
    hessian=lambda x, y: ((4 - 12.6 * (x * x) + 5 * (x * x) * (x * x), 1.0), (1.0, 2.0)),
    start=(2.0, -1.0),
    view=((-2.5, 2.5), (-2.5, 2.5)),
    rate=0.02,
    minimum=0.0,
    optimum=(0.0, 0.0),
)

SADDLE = Shape(
    names=("x", "y"),
    value=lambda x, y: x * x - y * y,
    formula="x² - y²",
    gradient=lambda x, y: (2 * x, -2 * y),
    slopes=("2 × x", "-2 × y"),
    hessian=lambda x, y: ((2.0, 0.0), (0.0, -2.0)),
    start=(4.0, 0.001),
    view=((-5.0, 5.0), (-5.0, 5.0)),
    rate=0.1,
    quadratic=True,
)

MONKEY_SADDLE = Shape(
    names=("x", "y"),
    value=lambda x, y: x * (x * x - 3 * (y * y)),
    formula="x³ - 3 × x × y²",
    gradient=lambda x, y: (3 * (x * x - y * y), -6 * x * y),
    slopes=("3 × (x² - y²)", "-6 × x × y"),
    hessian=lambda x, y: ((6 * x, -6 * y), (-6 * y, -6 * x)),
    start=(1.0, 0.01),
    view=((-2.0, 2.0), (-2.0, 2.0)),
    rate=0.005,
)


def _build_valley(scenario: Scenario, settings: Settings) -> Surface:
    k = settings["k"]
    if isinstance(k, tuple) or k <= 0:
        raise InputError("valley: k must be one number above 0, as in --problem-set k=10")
    return Surface(valley(k))


def _surface(name: str, description: str, shape: Shape) -> Problem:
    return Problem(name, description, lambda scenario, settings: Surface(shape))


PROBLEMS = (
    _surface("parabola", "w^2: the simplest slope there is", PARABOLA),
    _surface("quartic", "w^4: flat at the bottom, so the slope fades long before the end", QUARTIC),
    _surface("two-valleys", "(w^2 - 1)^2 + 0.3 w: a shallow valley on the way to the deep one", TWO_VALLEYS),
    _surface("kink", "|w|: a slope that never fades, so that steps of fixed size rattle about the minimum", KINK),
    _surface("rosenbrock", "(1 - x)^2 + 100 (y - x^2)^2: a bent, narrow valley", ROSENBROCK),
    _surface("bowl", "x^2 + y^2: the same slope in every direction", BOWL),
    Problem("valley", "(x^2 + k y^2) / 2: k times steeper across than along", _build_valley, {"k": 10.0}),
    _surface("himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2: four minima, all equally low", HIMMELBLAU),
    _surface("beale", "a plain with steep edges, and the minimum in a bent valley", BEALE),
    _surface("booth", "(x + 2 y - 7)^2 + (2 x + y - 5)^2: a slanting bowl", BOOTH),
    _surface("matyas", "0.26 (x^2 + y^2) - 0.48 x y: a flat slanting bowl", MATYAS),
    _surface("rastrigin", "x^2 + y^2 under waves: a local minimum beside every whole number", RASTRIGIN),
    _surface("ackley", "a cone under waves: local minima all the way down to a sharp tip", ACKLEY),
    _surface("mccormick", "sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1: a wavy slope", MCCORMICK),
    _surface("styblinski-tang", "two double valleys at once: four minima, one of them deepest", STYBLINSKI_TANG),
    _surface("three-hump-camel", "2 x^2 - 1.05 x^4 + x^6/6 + x y + y^2: three valleys in a row", THREE_HUMP_CAMEL),
    _surface("saddle", "x^2 - y^2: down along y for ever, but from y = 0 never", SADDLE),
    _surface("monkey-saddle", "x^3 - 3 x y^2: a saddle with three ways down, flat to second order", MONKEY_SADDLE),
)
