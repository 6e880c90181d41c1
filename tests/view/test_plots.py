"""Pictures: labelled, on fixed axes, told apart by more than colour, and built only once."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from spinesim.errors import SpinesimError
from spinesim.view import plots, style
from spinesim.view.figure import TILES, LabFigure, picture_of
from spinesim.view.timeline import StoryFigure, gathered, horizon, labels_of, rows_of, timeline


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


@pytest.mark.parametrize(
    "outcome, top, unit", [("pain", 10, "NRS 0–10"), ("disability", 100, "ODI or NDI 0–100")]
)
def test_fan_chart_has_fixed_axes_units_and_names_at_the_lines(study, outcome, top, unit):
    axes = plots.plot_fan(study.fan(outcome), outcome)
    assert axes.get_ylim() == (0, top)
    assert unit in axes.get_ylabel() and "Weeks" in axes.get_xlabel()
    assert {text.get_text() for text in axes.texts} == {"usual care", "your plan"}
    looks = {(line.get_color(), str(line.get_linestyle())) for line in axes.lines if line.get_linewidth() > 2}
    assert len({colour for colour, _ in looks}) == len({dash for _, dash in looks}) == 2


def test_fan_chart_shows_the_numbers_of_the_table(study):
    fan = study.fan("pain")
    chart = plots.FanChart(plots.new_axes(), "pain", study.arms, 104)
    chart.update(fan)
    for arm in study.arms:
        rows = fan.loc[fan["arm"] == arm]
        assert np.array_equal(chart.lines[arm].get_ydata(), rows["mean"])
        outer = chart.bands[arm][0].get_paths()[0].vertices
        assert outer[:, 1].max() == rows["p90"].max() and outer[:, 1].min() == rows["p10"].min()


def test_unknown_outcome_is_one_sentence():
    with pytest.raises(SpinesimError, match="No fan chart for 'mood'"):
        plots.FanChart(plots.new_axes(), "mood", ["a"], 52)


def test_labels_never_overlap_nor_leave_the_axes():
    for ends in ([2.0, 2.0], [0.0, 0.1], [9.9, 10.0], [3.0, 8.0], [5.0, 5.1, 5.2]):
        heights = plots.spread(ends, 0.85, 10)
        assert min(np.diff(sorted(heights))) >= 0.85 - 1e-9
        assert min(heights) >= 0 and max(heights) <= 10


def test_icons_add_up_to_a_hundred_and_differ_by_shape_size_and_colour(study):
    icons = study.icons()
    axes = plots.plot_icons(icons, "your plan")
    counts = plots.counts_of(icons, "your plan")
    assert [len(line.get_xdata()) for line in axes.lines] == list(counts.values())
    assert sum(counts.values()) == 100
    places = {(x, y) for line in axes.lines for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)}
    assert len(places) == 100
    looks = [(look.marker, look.size > 6) for look in style.ICONS]
    assert len(set(looks)) == len({look.fill for look in style.ICONS}) == 4
    assert all(" ".join(text.get_text().split()[1:]) in counts for text in axes.get_legend().get_texts())


@pytest.mark.parametrize("counts", [{"operated": 99}, {"operated": 101}, {"operated": -1, "scan only": 101}])
def test_icons_refuse_what_is_not_a_hundred(counts):
    array = plots.IconArray(plots.new_axes(), ["operated", "scan only"], "x")
    with pytest.raises(SpinesimError, match="add up to 100"):
        array.update(counts)


def test_the_lab_figure_moves_its_artists_and_makes_no_new_ones(study, fake):
    usual = fake.pathway("conservative_first")
    other = fake.compare(
        {"usual care": usual, "your plan": usual.change(imaging_after_weeks=0)}, patients=400
    )
    figure = LabFigure(study.arms, plots.categories_of(study.icons()), 104)

    def draw(one):
        return figure.tiles({outcome: one.fan(outcome) for outcome in figure.outcomes}, one.icons())

    first = draw(study)
    artists = figure.figure.findobj()
    second, third = draw(other), draw(study)
    assert figure.figure.findobj() == artists
    assert first == third and first != second
    assert [pixels(tile).shape for tile in first] == [pixels(tile).shape for tile in second]
    width, height = figure.canvas.get_width_height()
    assert sum((right - left) * (low - top) for left, top, right, low in TILES.values()) == width * height


def test_nothing_in_the_lab_figure_is_cut_off(study):
    figure = LabFigure(study.arms, plots.categories_of(study.icons()), 104)
    for tile in figure.tiles({o: study.fan(o) for o in figure.outcomes}, study.icons()):
        picture = pixels(tile)
        edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
        assert (edge == 255).all()


@pytest.mark.parametrize("draw", ["fan", "icons"])
def test_nothing_in_a_single_picture_is_cut_off(study, draw):
    make = {
        "fan": lambda: plots.plot_fan(study.fan("pain"), "pain"),
        "icons": lambda: plots.plot_icons(study.icons(), "your plan"),
    }
    picture = pixels(picture_of(make[draw]))
    assert (picture[:, 0] == 255).all() and (picture[:, -1] == 255).all()
    assert (picture[0] == 255).all() and (picture[-1] == 255).all()


def test_timelines_share_rows_and_mark_the_parting(study):
    twins = study.twins()
    story = twins.story(twins.changed()["patient"].iloc[0])
    both = timeline(story.lanes, 104, story.parts_on_day)
    assert [axes.get_title(loc="left") for axes in both] == story.arms
    rows = [[tick.get_text() for tick in axes.get_yticklabels()] for axes in both]
    assert rows[0] == rows[1] == rows_of(story.lanes)
    assert "Weeks" in both[-1].get_xlabel()
    figure = StoryFigure(104)
    picture = figure.picture(story)
    count = len(figure.figure.findobj())
    assert figure.picture(story) == picture and len(figure.figure.findobj()) == count
    edge = np.concatenate([pixels(picture)[:, 0], pixels(picture)[:, -1]])
    assert (edge == 255).all(), "a label is cut off"


def test_the_end_of_the_axis_fits_the_events(study):
    story = study.twins().story(study.twins().changed()["patient"].iloc[0])
    assert horizon(story.lanes, 104) == 78 and horizon(story.lanes, 52) == 52


def test_only_lanes_in_use_are_drawn_in_their_own_order(study):
    story = study.twins().story(study.twins().changed()["patient"].iloc[0])
    rows = rows_of(story.lanes)
    assert rows[:3] == ["visits: pain", "exercise", "talk"] and "tests" in rows
    assert "CBT" not in rows and "tablets" not in rows


def test_texts_in_a_row_never_overlap_and_say_every_mark():
    rng = np.random.default_rng(3)
    for _ in range(200):
        weeks = np.sort(rng.uniform(0, 104, rng.integers(1, 14)))
        marks = [(float(week), "abcdefgh"[: rng.integers(0, 8)]) for week in weeks]
        written = labels_of(marks, 104, 90)
        for (left, text), (right, _) in zip(written, [*written[1:], (104 * 1.021, "")], strict=False):
            assert left >= 0 and left + len(text) * 104 / 90 < right
        joined = "; ".join(text for _, text in written)
        assert all(text in joined for _, text in marks)
    assert gathered(["ablation", "ablation", "MRI"]) == "ablation ×2; MRI"
    assert gathered(["6", "6", "discharged"]) == "6, 6, discharged"
    assert labels_of([(3.0, "x" * 200)], 104, 90)[0][1].endswith("…")


@pytest.mark.parametrize("day, side", [(0.0, "left"), (500.0, "right")])
def test_the_name_of_the_parting_stands_above_every_curve(study, day, side):
    from spinesim.view.timeline import pain_curves

    story = study.twins().story(study.twins().changed()["patient"].iloc[0])
    axes = pain_curves(story.pain, 104, plots.new_axes(), day)
    text = next(text for text in axes.texts if text.get_text() == "the paths part here")
    assert text.get_position()[1] > axes.get_ylim()[1] and text.get_va() == "bottom"
    assert text.get_ha() == side


@pytest.mark.parametrize(
    "regions, limb, axial, index",
    [
        ({"lumbar"}, "Leg pain", "Back pain", "ODI 0–100"),
        ({"cervical"}, "Arm pain", "Neck pain", "NDI 0–100"),
        ({"lumbar", "cervical"}, "Leg or arm pain", "Back or neck pain", "ODI or NDI 0–100"),
    ],
)
def test_axes_are_named_by_region(regions, limb, axial, index, study):
    assert style.scale("limb_pain", regions).name == limb
    assert style.scale("axial_pain", regions).name == axial
    assert style.scale("disability", regions).unit == index
    assert limb in plots.plot_fan(study.fan("limb_pain"), "limb_pain", regions=regions).get_ylabel()


def test_regions_come_from_the_people(study, fake):
    assert style.regions_of(study) == {"lumbar"}
    necks = fake.compare({"a": fake.pathway("conservative_first")}, condition="whiplash", patients=10)
    assert style.regions_of(necks) == {"cervical"}


def test_importing_spinesim_brings_no_pictures_and_no_widgets():
    heavy = ("matplotlib", "ipywidgets", "IPython")
    code = f"import sys, spinesim; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_pathways_file_name_wraps_as_words() -> None:
    assert plots.wrapped("one_size_fits_all", 11) == "one size\nfits all"
    assert plots.wrapped("injection or ablation, no operation") == "injection or\nablation, no\noperation"
