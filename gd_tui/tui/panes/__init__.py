"""The panes, one file each. Adding one: its file, its line here, and its region in `layout.arrange`."""

from gd_tui.tui.pane import Pane
from gd_tui.tui.panes.curve import CurvePane
from gd_tui.tui.panes.footer import Footer
from gd_tui.tui.panes.gradients import GradientsPane
from gd_tui.tui.panes.header import Header
from gd_tui.tui.panes.history import HistoryPane
from gd_tui.tui.panes.loss import LossPane
from gd_tui.tui.panes.small import SmallPane
from gd_tui.tui.panes.update import UpdatePane
from gd_tui.tui.panes.weights import WeightsPane

PANES: tuple[type[Pane], ...] = (
    Header,
    WeightsPane,
    GradientsPane,
    LossPane,
    UpdatePane,
    HistoryPane,
    CurvePane,
    Footer,
    SmallPane,
)
