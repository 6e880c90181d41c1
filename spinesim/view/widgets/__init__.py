"""Small controls of our own (anywidget): Python here, drawn by the .js and .css files beside it.

Use them through `spinesim.view.controls`. Each has ``.widget`` to put on a page and works without a browser.
"""

from spinesim.view.widgets.field import Choice, TextLine, Tick
from spinesim.view.widgets.image import ImageBox
from spinesim.view.widgets.number import NumberControl
from spinesim.view.widgets.take import CopyText, Download

__all__ = ["Choice", "CopyText", "Download", "ImageBox", "NumberControl", "TextLine", "Tick"]
