"""Slider pages: a lab's scenarios computed beforehand, in one HTML file that needs nothing installed."""

from spinesim.course.play.grid import MOST, Axis, Grid, grid_of
from spinesim.course.play.page import LARGEST_PAGE, render
from spinesim.course.play.scenario import Scenario, has_page, jobs_of

__all__ = ["LARGEST_PAGE", "MOST", "Axis", "Grid", "Scenario", "grid_of", "has_page", "jobs_of", "render"]
