"""The course as a site: lessons as plain pages, guides, MODEL.md, and the slider pages beside them."""

from spinesim.course.site.build import Built, build_site
from spinesim.course.site.folder import check_site

__all__ = ["Built", "build_site", "check_site"]
