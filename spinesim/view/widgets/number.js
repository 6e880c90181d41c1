// A slider and a number box for one number. Texts go in as text, never as HTML.
const WAIT = 150; // ms after the last key, so that a held key asks for one run and not for thirty
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);
let made = 0;

function add(parent, tag, name, text) {
  const part = document.createElement(tag);
  if (name) part.className = name;
  if (text) part.textContent = text;
  parent.append(part);
  return part;
}

function render({ model, el }) {
  const id = `spinesim-number-${(made += 1)}-${Math.random().toString(36).slice(2, 8)}`;
  const low = model.get("low");
  const high = model.get("high");
  const unit = model.get("unit");
  const published = model.get("published");
  const root = add(el, "div", "spinesim-control spinesim-number");
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys for its cells
  root.addEventListener("keydown", (event) => event.stopPropagation());

  const label = add(root, "label", "spinesim-control-name", model.get("name"));
  label.htmlFor = id;
  const line = add(root, "div", "spinesim-number-line");
  const track = add(line, "div", "spinesim-track");
  const slider = add(track, "input");
  Object.assign(slider, { type: "range", id, min: low, max: high, step: model.get("step") });
  const place = (number) => (Math.min(Math.max(number, low), high) - low) / (high - low);
  if (published) {
    const band = add(track, "div", "spinesim-band");
    band.setAttribute("aria-hidden", "true");
    band.style.setProperty("--from", place(published.low));
    band.style.setProperty("--to", place(published.high));
  }
  const ends = add(track, "div", "spinesim-ends");
  ends.setAttribute("aria-hidden", "true");
  add(ends, "span", "", model.get("low_words"));
  add(ends, "span", "", model.get("high_words"));
  const typed = add(line, "span", "spinesim-typed");
  const box = add(typed, "input");
  Object.assign(box, { type: "number", min: low, max: high, step: "any" });
  box.setAttribute("aria-label", model.get("box_name"));
  add(typed, "span", "spinesim-unit", unit).setAttribute("aria-hidden", "true");

  const notes = [];
  const note = (tag, name, text) => {
    const part = add(root, tag, `spinesim-control-note ${name}`, text);
    part.id = `${id}-${notes.length}`;
    notes.push(part.id);
    return part;
  };
  if (model.get("about")) note("p", "", model.get("about"));
  if (published) note("p", "spinesim-published", published.words);
  const warning = note("p", "spinesim-warning");
  warning.setAttribute("role", "status");
  slider.setAttribute("aria-describedby", notes.join(" "));
  box.setAttribute("aria-describedby", notes.join(" "));
  if (published && published.cards.length) {
    const more = add(root, "details", "spinesim-source");
    add(more, "summary", "", published.summary);
    for (const card of published.cards) add(more, "div", "spinesim-card", card);
  }

  let value = model.get("value"); // what the controls show; the kernel hears of it on release
  let mended = "";
  let held = false;
  let timer = 0;

  const say = () => {
    const on = published && !model.get("disabled");
    const outside = on && (value < published.low ? published.below : value > published.high ? published.above : "");
    const text = [mended, outside].filter(Boolean).join(" ");
    if (warning.textContent !== text) warning.textContent = text;
  };
  const show = () => {
    slider.value = value;
    if (document.activeElement !== box || Number(box.value) !== value) box.value = value;
    slider.setAttribute("aria-valuetext", `${value} ${unit}`);
    track.style.setProperty("--at", place(value));
    say();
  };
  const tell = () => {
    clearTimeout(timer);
    timer = 0;
    if (model.get("value") === value) return;
    model.set("value", value);
    model.save_changes();
  };
  const soon = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(tell, wait);
  };

  slider.addEventListener("input", () => {
    value = Number(slider.value);
    mended = "";
    show();
  });
  slider.addEventListener("change", () => (held ? clearTimeout(timer) : soon(0)));
  box.addEventListener("change", () => {
    const wanted = box.valueAsNumber;
    mended = "";
    if (!Number.isFinite(wanted)) {
      mended = `That was no number: it stays at ${value} ${unit}.`;
    } else if (wanted < low || wanted > high) {
      value = wanted < low ? low : high;
      mended = `${wanted} is outside ${model.get("range_words")}: set to ${value}.`;
    } else {
      value = model.get("whole") ? Math.round(wanted) : wanted;
      if (value !== wanted) mended = `Whole numbers only: ${wanted} was rounded to ${value}.`;
    }
    box.value = value;
    show();
    if (!held) soon(0);
  });
  // The box takes any number (step "any"), so its arrows would move by 1: move by the step instead.
  box.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way || box.disabled) return;
    event.preventDefault();
    held = true;
    const from = Number.isFinite(box.valueAsNumber) ? box.valueAsNumber : value;
    value = Math.min(Math.max(Number((from + way * model.get("step")).toFixed(10)), low), high);
    mended = "";
    box.value = value;
    show();
  });
  slider.addEventListener("keydown", (event) => {
    if (KEYS.has(event.key)) held = true;
  });
  const released = (wait) => () => {
    if (!held) return;
    held = false;
    soon(wait);
  };
  for (const part of [slider, box]) {
    part.addEventListener("keyup", released(WAIT));
    part.addEventListener("blur", released(0));
  }

  const heard = () => {
    if (held || timer) return; // the person is ahead of the kernel
    if (model.get("value") !== value) mended = "";
    value = model.get("value");
    show();
  };
  const switched = () => {
    slider.disabled = box.disabled = model.get("disabled");
    root.classList.toggle("off", model.get("disabled"));
    say();
  };
  model.on("change:value", heard);
  model.on("change:disabled", switched);
  switched();
  show();
  return () => {
    if (timer) tell();
    model.off("change:value", heard);
    model.off("change:disabled", switched);
  };
}

export default { render };
