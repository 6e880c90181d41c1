"""The course: notebooks and guides from one source, right answers, and the site with its slider pages.

Nothing here is needed to open a lesson; `spinesim docs` is how it is called.
"""
