"""What keys change of the view alone: pure functions from one `View` to the next, by command id."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import replace
from math import inf

from gd_tui.tui.shown import NORMAL_SPEED, View

SPEEDS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, inf)
FOCUSABLE = ("weights", "gradients", "loss", "update", "history", "curve")
MOST_ZOOM = 20


def slower(view: View) -> View:
    """The next lower speed of the ladder."""
    return replace(view, speed=SPEEDS[max(0, bisect_left(SPEEDS, view.speed) - 1)])


def faster(view: View) -> View:
    """The next higher speed of the ladder, `max` at its end."""
    return replace(view, speed=SPEEDS[min(len(SPEEDS) - 1, bisect_right(SPEEDS, view.speed))])


def times(view: View, factor: float) -> View:
    """The speed times a factor, within the ladder; `max` stays max."""
    return replace(view, speed=view.speed if view.speed == inf else min(max(view.speed * factor, 0.5), 1e5))


def zoomed(view: View, by: int) -> View:
    """The focused plot, or else the loss curve, zoomed in by so many halvings."""
    if view.focus == "history":
        return replace(view, history_zoom=min(max(0, view.history_zoom + by), MOST_ZOOM))
    return replace(view, zoom=min(max(-MOST_ZOOM, view.zoom + by), MOST_ZOOM))


def focused(view: View, by: int) -> View:
    """The next pane."""
    return replace(view, focus=FOCUSABLE[(FOCUSABLE.index(view.focus) + by) % len(FOCUSABLE)])


LOOKS: dict[str, Callable[[View], View]] = {
    "run.slower": slower,
    "run.faster": faster,
    "run.half": lambda view: times(view, 0.5),
    "run.double": lambda view: times(view, 2.0),
    "run.normal": lambda view: replace(view, speed=NORMAL_SPEED),
    "run.max": lambda view: replace(view, speed=inf),
    "view.log": lambda view: replace(view, log_loss=not view.log_loss),
    "view.zoom_in": lambda view: zoomed(view, 1),
    "view.zoom_out": lambda view: zoomed(view, -1),
    "view.follow": lambda view: replace(view, zoom=0, history_zoom=0),
    "view.order": lambda view: replace(view, by_size=not view.by_size),
    "pane.next": lambda view: focused(view, 1),
    "pane.previous": lambda view: focused(view, -1),
}
