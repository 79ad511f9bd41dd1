"""Charts in text: what to draw, its limits and ticks, reduction and clipping, and drawing by plotext.

It knows numbers, labels and colour roles, and nothing of where they come from or where they are shown.
"""

from gd_tui.plots.adapter import Row, draw, warm_up
from gd_tui.plots.chart import Axis, Chart, Series
from gd_tui.plots.limits import bar_scale, count_axis, hold, log_axis, nice_axis, nice_limits, nice_step
from gd_tui.plots.reduce import clip, reduce
from gd_tui.plots.ticks import rows_for

__all__ = [
    "Axis",
    "Chart",
    "Row",
    "Series",
    "bar_scale",
    "clip",
    "count_axis",
    "draw",
    "hold",
    "log_axis",
    "nice_axis",
    "nice_limits",
    "nice_step",
    "reduce",
    "rows_for",
    "warm_up",
]
