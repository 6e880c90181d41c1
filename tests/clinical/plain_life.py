"""One person's days in plain numbers: an oracle for the body, which shares no code with it.

It reads the data files itself and knows every treatment: loads, coping, habits, the loop of sleep and
fear, tablets, sham effects, scars, regrowth, serious disease and harms.
"""

import tomllib
from functools import cache
from math import exp, inf, log, sqrt

import numpy as np
from scipy.special import ndtri

from spinesim.evidence import data_folder

WEEKS = 60  # long enough for sensitisation, resorption and a nerve that has regrown
KINDS = ("cauda_equina", "weakness", "cord_compression", "cancer", "infection", "fracture")
RISKS = ("kidney_disease", "ulcer", "anticoagulated", "diabetes", "osteoporosis")
WORK = ("desk", "driving", "manual", "overhead", "caring")


@cache
def table(name):
    return tomllib.loads((data_folder() / f"{name}.toml").read_text())


def clip(value, top):
    return min(max(value, 0.0), top)


def towards(value, goal, days):
    return goal + (value - goal) * exp(-1 / days)


class Life:
    """One person, day by day, in plain numbers."""

    def __init__(self, evidence, key, c, i, draws):
        self.v = {name: p.value for name, p in evidence.parameters.items()}
        v, self.key, self.pattern = self.v, key, table("conditions")[key]
        self.draws, self.who = draws, int(c.ids[i])
        own = {name: column[i] for name, column in vars(c).items() if isinstance(column, np.ndarray)}
        self.c = own
        self.start = {"limb": own["limb_start"], "axial": own["axial_start"]}
        self.stays = {ch: own[f"{ch}_start"] * own[f"{ch}_lasting"] for ch in self.start}
        self.passing = {ch: own[f"{ch}_start"] * (1 - own[f"{ch}_lasting"]) for ch in self.start}
        self.tau = {ch: own[f"{ch}_days"] for ch in self.start}
        self.pressed, self.narrow = float(own["herniation"] > 0), bool(own["narrowed"])
        self.wound = self.scar = self.flare = self.context = self.coping = self.habits = self.deficit = 0.0
        self.load = self.flare_load = self.heals = 1.0
        self.graded = self.treated = False
        self.holds, self.schedule, self.adherence = 0.0, own["active_days"], own["adherence"]
        self.fit, self.sore = v["person.conditioning"], own["days_in_pain"]
        years = max(self.sore - v["sensitisation.after_days"], 0) / 365.25
        self.sens0 = self.sens = min(v["sensitisation.start_per_year"] * years, 1)
        share = max(self.start.values()) / 10
        self.rest, self.calm = own["sleep_rest"], own["fear"]
        self.fear = self.calm + v["fear.from_pain"] * share
        self.sleep0 = self.sleep = self.sleep_goal(share)
        self.fear = self.fear_goal(share)
        self.pills, self.nights, self.relief = {}, {}, {}
        past = 1 - exp(-own["prior_sessions"] / v["physiotherapy.sessions_scale"])
        self.before = v["physiotherapy.prior_kept"] * past
        self.trained = self.before
        self.begins = own["serious_day"]
        self.kind = KINDS[own["serious"] - 1] if own["serious"] else None
        self.wobble = {}
        rho = v[f"{key}.course.wobble_correlation"]
        for channel in self.start:
            path = self.wobble[channel] = [0.0]
            for week in range(1, WEEKS + 1):
                shock = ndtri(draws.at(f"wobble.{channel}", week, self.who))
                path.append(rho * path[-1] + sqrt(1 - rho**2) * shock)
        self.score(0)
        self.disability = self.goal()

    def get(self, name, default=0.0):
        return self.v.get(name, default)

    def sleep_goal(self, share):
        v = self.v
        worry = max(self.fear - v["person.fear"], 0)
        return max(self.rest - v["sleep.loss_from_pain"] * share - v["sleep.loss_from_fear"] * worry, 0)

    def fear_goal(self, share):
        v = self.v
        bad = max(v["person.sleep"] - self.sleep, 0)
        goal = self.calm + v["fear.from_pain"] * share + v["fear.from_sleep_loss"] * bad
        return min(goal * (1 - v["calm.fear"] * self.coping), 1)

    def speed(self, load, pain):
        v = self.v
        able = v["load.tolerance"] + v["load.tolerance_when_easy"] * (1 - pain / 10)

        def drive(x):
            gain = v["load.stimulus"] * x / (x + v["load.half"])
            return 1 + gain - v["load.irritation"] * max(x - able, 0) ** 2

        return max(drive(load), v["load.slowest"]) / max(drive(1.0), v["load.slowest"])

    def fitter(self):
        return max(self.fit - self.v["conditioning.level"], 0)

    def live(self, day):
        """From yesterday to today."""
        v, pain = self.v, max(self.pain.values())
        share = pain / 10
        if self.graded:
            self.load = v["load.tolerance"] + v["load.tolerance_when_easy"] * (1 - share)
        response = self.get(f"{self.key}.load_response")
        pace = 1.0
        if self.load != 1 and response:
            pace = min(1 + response * (self.speed(self.load, pain) - 1), v["load.fastest"])
        for ch in self.start:
            self.passing[ch] *= max(1 - (1 - exp(-1 / self.tau[ch])) * pace, 0)
        if self.c["resorbs"]:
            gone = exp(-1 / v["herniation.resorption_days"])
            self.stays["limb"], self.pressed = self.stays["limb"] * gone, self.pressed * gone
        self.wound *= exp(-1 / self.heals)
        slow = 1.0 if self.flare_load == 1 else self.speed(self.flare_load, pain)
        self.flare *= max(1 - (1 - exp(-1 / v["flare.days"])) * slow, 0)
        for name, (level, left, days) in self.relief.items():
            left -= 1 / (1 + v["ablation.conditioning_hold"] * self.fitter()) if name == "ablation" else 1
            self.relief[name] = (level if left > 0 else level * exp(-1 / days), left, days)
        kept = exp(-1 / v["physiotherapy.days"])
        self.trained, self.before = self.trained * kept, self.before * kept
        for pill, (gap, until) in self.pills.items():
            onset = self.get(f"{pill}.onset_days")
            self.pills[pill] = (gap * exp(-1 / onset) if onset else 0.0, until)
        self.context *= exp(-1 / v["context.days"])
        self.states(day, pain, share)
        if self.kind and self.begins <= day and not self.treated:
            self.deficit = towards(self.deficit, 1.0, v[f"serious.{self.kind}.growth_days"])
        if day % 7 == 0:
            above = (self.fit - v["conditioning.level"]) / (1 - v["conditioning.level"])
            rate = v[f"{self.key}.flare.weekly"] * self.spread()
            rate *= max(1 - (1 - v["conditioning.flare_protection"]) * above, 0)
            rate *= 1 - v["habits.flare_protection"] * self.habits
            self.flare += v["flare.size"] * (self.draws.at("flare", day // 7, self.who) < rate)
        self.score(day)
        self.disability = towards(self.disability, self.goal(), v[f"{self.key}.disability.days"])

    def spread(self):
        v, power = self.v, 1 - self.v["flare.convexity"]
        crammed = v["person.boom_bust"]
        mean = crammed * v["person.boom_bust_days"] ** power + (1 - crammed) * v["person.paced_days"] ** power
        shares = [v[f"person.occupation.{work}"] for work in WORK]
        typical = sum(s * v[f"occupation.{w}.flare"] for s, w in zip(shares, WORK, strict=True)) / sum(shares)
        return v[f"occupation.{WORK[self.c['occupation']]}.flare"] / typical * self.schedule**power / mean

    def states(self, day, pain, share):
        v, sens = self.v, self.sens
        falls = 1 - exp(-1 / v["sensitisation.fall_days"])
        if pain >= v["pain.in_pain"]:
            self.sore += 1
            if self.sore > v["sensitisation.after_days"]:
                self.sens += (1 - exp(-1 / v["sensitisation.growth_days"])) * share * (1 - sens)
        else:
            self.sore = max(self.sore - v["sensitisation.forget"], 0)
            self.sens -= falls * sens
        levers = v["sensitisation.movement"] * self.fitter() + v["sensitisation.calm"] * self.coping
        levers += v["sensitisation.sleep"] * max(self.sleep - self.sleep0, 0)
        self.sens = max(self.sens - falls * levers * sens, 0)
        goal = max(v["conditioning.level"] * min(self.load, 1), self.holds)
        self.fit = towards(self.fit, goal, v["conditioning.loss_days"])
        drug = max((sleep for sleep, until in self.nights.values() if day <= until), default=0)
        goal = min(self.sleep_goal(share) + drug, 1)
        self.sleep = towards(self.sleep, goal, v["sleep.days"])
        self.fear = towards(self.fear, self.fear_goal(share), v["fear.days"])
        self.coping *= exp(-1 / v["cbt.calm_days"])
        self.habits *= exp(-1 / v["habits.days"])

    def score(self, day):
        v, self.pain = self.v, {}
        extra = v["sensitisation.pain"] * (self.sens - self.sens0)
        felt = self.sleep + (1 - v["sleep.loop"]) * max(v["person.sleep"] - self.sleep, 0)
        extra += v["sleep.pain_from_loss"] * (self.sleep0 - felt)
        for ch in self.start:
            pain = self.passing[ch] + self.stays[ch] + self.flare * (self.pattern["main_pain"] == ch)
            pain += (self.wound + self.scar) * (ch == "axial")
            pain *= 1 - v[f"physiotherapy.{ch}_relief"] * max(self.trained - self.before, 0)
            points = 0.0
            for name, (level, _, _) in self.relief.items():
                size = self.get(f"{name}.{ch}_relief") * level
                if table("treatments")[name]["relief"] == "share":
                    pain *= 1 - size
                else:
                    points += size
            moved = self.wobble[ch][day // 7] * self.c["wobble"] + extra * (ch == "axial") - self.context
            pain += min(pain / v["pain.quiet_level"], 1) * moved
            taken = {pill: 1 - gap for pill, (gap, until) in self.pills.items() if day <= until}
            most = max((level * self.get(f"{pill}.{ch}_relief") for pill, level in taken.items()), default=0)
            self.pain[ch] = clip(pain - points - most, 10.0)

    def goal(self):
        v, key = self.v, self.key
        goal = sum(v[f"{key}.disability.per_{ch}"] * self.pain[ch] for ch in self.pain)
        goal *= self.c["disability_trait"]
        goal += v["fear.disability"] * (self.fear - v["person.fear"])
        goal -= v["conditioning.disability"] * (self.fit - v["conditioning.level"])
        return clip(goal + v[f"serious.{self.kind or 'weakness'}.disability"] * self.deficit, 100.0)

    # -- treatments ----------------------------------------------------------------------------------------

    def treated_with(self, step, day, u, programme):
        """Let it act; returns the harms."""
        v, what = self.v, table("treatments")[step]
        num = lambda name, default=0.0: v.get(f"{step}.{name}", default)  # noqa: E731
        able, kind = 1.0, what["kind"]
        if f"{step}.dose" in v:
            excess = max(self.pain.values()) - v["physiotherapy.reference_pain"]
            able = clip(1 - v["physiotherapy.pain_limits"] * excess / 10, 1)
        if kind == "operation":
            self.operate(step, num, u)
        elif f"{step}.dose" in v:
            self.exercise(step, num, able, programme)
        elif "relief" in what:
            self.relieve(step, what, num, u, able, day)
        self.teach(step, kind, num, able, day)
        if what.get("context"):
            self.context = max(self.context, v["context.relief"])
        if self.kind in what.get("stops", ()):
            self.treated = True
        harms = []
        for harm in what.get("harms", ()):
            ratio = v.get(f"harm.{harm}.older", 1) if self.c["age"] >= v["harm.older_from"] else 1
            for risk in RISKS:
                ratio *= v.get(f"harm.{harm}.{risk}", 1) if self.c[risk] else 1
            if u(f"{step}.{harm}") < num(harm) * ratio:
                harms.append(harm)
                own = v.get(f"{step}.deficit_size", 0) if harm == "new_deficit" else 0
                self.deficit = max(self.deficit, v.get(f"harm.{harm}.deficit", own))
        return tuple(harms)

    def there(self, tissue):
        pressed = self.pressed > self.v["herniation.gone_below"]
        special = {None: True, "herniation": pressed, "narrowed": self.narrow, "root": pressed or self.narrow}
        return special[tissue] if tissue in special else bool(self.c[tissue])

    def relieve(self, step, what, num, u, able, day):
        able_share = num("responders", 1.0)
        if step not in self.pattern["responds"] or not self.there(what.get("works_when")):
            return
        if able_share < 1 and u(f"{step}.responds") >= able_share:
            return
        if what["kind"] == "tablets":
            gap, until = self.pills.get(step, (1.0, -1))
            self.pills[step] = (1.0 if until < day else gap, max(until, day + num("days")))
            return
        level, left, _ = self.relief.get(step, (0.0, -inf, 0.0))
        days = num("days") * (1 + num("habits_hold") * self.habits)
        if step == "ablation":
            median = num("regrowth_months") * 365.25 / 12
            left = max(left, exp(log(median) + num("regrowth_spread") * ndtri(u("ablation.regrowth"))))
            days = num("return_days")
        else:
            days *= 1 + num("conditioning_hold") * self.fitter()
        if what["kind"] == "course":
            level = 1 - (1 - level) * exp(-able / num("sessions_scale"))
        else:
            level = max(level, 1 / able_share)
        self.relief[step] = (level, left, days)

    def exercise(self, step, num, able, programme):
        dose, v = num("dose") * able, self.v
        if "physiotherapy" in self.pattern["responds"]:
            self.trained = 1 - (1 - self.trained) * exp(-dose / v["physiotherapy.sessions_scale"])
        fits = step in self.pattern["responds"] and programme == self.pattern["programme"]
        if step == "specific_physiotherapy" and fits:
            level = self.relief.get(step, (0.0, -inf, 0.0))[0]
            self.relief[step] = (1 - (1 - level) * exp(-dose / num("sessions_scale")), -inf, num("days"))
        self.scar *= 1 - num("scar")

    def teach(self, step, kind, num, able, day):
        v = self.v
        removed = num("fear") * self.calm
        self.calm, self.fear = self.calm - removed, max(self.fear - removed, 0)
        self.adherence = clip(self.adherence + num("adherence"), 1)
        self.fit += num("conditioning") * num("dose", 1) * able * self.adherence * (1 - self.fit)
        self.fit *= 1 - num("conditioning_loss")
        if kind == "tablets" and num("sleep"):
            self.nights[step] = (num("sleep"), max(self.nights.get(step, (0, 0))[1], day + num("days")))
        else:
            self.rest += num("sleep") * self.adherence * max(v["person.sleep"] - self.rest, 0)
        self.coping += num("calm") * self.adherence * (1 - self.coping)
        self.habits += num("habits") * self.adherence * (1 - self.habits)
        if f"{step}.maintenance" in v:  # the trials' effect is that of average adherence
            usual = v["conditioning.level"]
            share = min(self.adherence / v["person.adherence"], 1)
            self.holds = max(self.holds, usual * (1 - share) + num("maintenance") * share)
        self.schedule = num("active_days", self.schedule)
        self.flare_load = num("flare_load", self.flare_load)
        if step == "graded_loading":
            self.graded = True
        elif f"{step}.load" in v:
            self.load, self.graded = num("load"), False

    def operate(self, step, num, u):
        v, needs = self.v, table("treatments")[step].get("works_when")
        works = step in self.pattern["responds"] and self.there(needs)
        if works and u(f"{step}.works") < num("success", 1.0):
            for ch, at_once in (("limb", "at_once"), ("axial", "axial_at_once")):
                if f"{step}.{ch}_left" in v:
                    all_of_it = self.passing[ch] + self.stays[ch]
                    self.stays[ch] = min(num(f"{ch}_left") * self.start[ch], all_of_it)
                    self.passing[ch] = (all_of_it - self.stays[ch]) * (1 - num(at_once))
                if f"{step}.{ch}_days" in v:
                    self.tau[ch] = min(self.tau[ch], num(f"{ch}_days"))
            needs = table("treatments")[step].get("works_when")
            self.pressed = 0.0 if needs in ("herniation", "root") else self.pressed
            self.narrow = self.narrow and needs not in ("narrowed", "root")
        scar = num("scar") * max(1 - v["scar.conditioning"] * self.fitter(), 0)
        self.scar += scar * (self.passing["axial"] + num("wound"))
        self.passing["axial"] *= 1 - scar
        self.wound += (1 - scar) * num("wound")
        self.heals = num("wound_days")
