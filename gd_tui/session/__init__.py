"""Sessions: a run with all that was done to it, in a file, to go on from at the same step with the same bits."""

from gd_tui.session.autosave import Autosave
from gd_tui.session.document import Document, read_document
from gd_tui.session.reviving import at_home, revive
from gd_tui.session.saving import save
from gd_tui.session.shelf import Shelf, Slot

__all__ = ["Autosave", "Document", "Shelf", "Slot", "at_home", "read_document", "revive", "save"]
