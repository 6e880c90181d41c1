"""A lab without a model: what a lesson needs of one, with facts that a test sets."""

from spinesim.view.controls import html
from spinesim.view.lab.shown import Fact, Picture, Shown
from spinesim.view.lab.spec import start_of

FACTS = {
    "imaging": Fact("imaging", "MRI scans", 50.0, 47.0, 53.0, "per 100 people"),
    "injections": Fact("injections", "Injections and blocks", 14.0, 12.0, 16.0, "per 100 people"),
    "operations": Fact("operations", "Operations", 1.0, 0.4, 1.6, "per 100 people"),
    "pain_12_months": Fact(
        "pain_12_months", "Pain at 12 months", 0.02, -0.05, 0.09, "NRS 0-10", important=2.0
    ),
}


class FakeLab:
    """Runs at once; `facts` is what the next run shows."""

    def __init__(self, lesson, *, patients=None, seed=None, source=None):
        self.lesson, self.start = lesson, start_of(lesson)
        self.settings = dict(self.start)
        self.facts = dict(FACTS)
        self.shown = self.last_error = None
        self.busy, self.runs, self.on_done = False, 0, []
        self.widget = html("lab")

    def run(self):
        self.runs += 1
        pictures = (Picture(b"png", "A picture <in> words", 500),)
        self.shown = Shown(dict(self.settings), pictures, ("<table></table>", ""), dict(self.facts), "Done.")
        for call in self.on_done:
            call()

    run_now = run

    def prepare(self):
        """Nothing here takes time."""

    def reset(self):
        self.settings = dict(self.start)
        self.run()

    def setting_text(self):
        return (
            f"spinesim {self.lesson.id}: imaging={self.settings['imaging']:g}; seed={self.settings['seed']}"
        )
