// A list to choose from, a group of radio buttons, a tick box or a line of text, each with its name.
let made = 0;

function add(parent, tag, name, text) {
  const part = document.createElement(tag);
  if (name) part.className = name;
  if (text) part.textContent = text;
  parent.append(part);
  return part;
}

function render({ model, el }) {
  const kind = model.get("kind");
  const id = `spinesim-field-${(made += 1)}-${Math.random().toString(36).slice(2, 8)}`;
  const root = add(el, kind === "radio" ? "fieldset" : "div", `spinesim-control spinesim-field ${kind}`);
  root.dataset.lmSuppressShortcuts = "true"; // JupyterLab would take the arrow keys for its cells
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const set = (value) => {
    model.set("value", value);
    model.save_changes();
  };

  let input = null;
  let place = null;
  if (kind === "radio") {
    add(root, "legend", "spinesim-control-name", model.get("name"));
    place = add(root, "div", "spinesim-radios");
  } else if (kind === "tick") {
    const label = add(root, "label", "spinesim-tick");
    input = add(label, "input");
    input.type = "checkbox";
    add(label, "span", "", model.get("name"));
    input.addEventListener("change", () => set(input.checked));
  } else {
    const label = add(root, "label", "spinesim-control-name", model.get("name"));
    label.htmlFor = id;
    input = add(root, kind === "list" ? "select" : "input");
    input.id = id;
    if (kind === "text") {
      input.type = "text";
      input.placeholder = model.get("hint");
      input.spellcheck = false;
    }
    if (model.get("width")) input.style.width = `min(100%, ${model.get("width")})`;
    input.addEventListener("change", () => set(kind === "list" ? Number(input.value) : input.value));
  }
  if (model.get("about")) {
    const about = add(root, "p", "spinesim-control-note", model.get("about"));
    about.id = `${id}-about`;
    (input || root).setAttribute("aria-describedby", about.id);
  }

  const value = () => {
    if (kind === "radio") {
      for (const one of place.querySelectorAll("input")) one.checked = Number(one.value) === model.get("value");
    } else if (kind === "tick") {
      input.checked = model.get("value");
    } else if (kind === "list") {
      input.selectedIndex = model.get("value");
    } else {
      input.value = model.get("value");
    }
  };
  const disabled = () => {
    const off = model.get("disabled");
    root.classList.toggle("off", off);
    for (const one of root.querySelectorAll("input, select")) one.disabled = off;
  };
  const options = () => {
    if (kind !== "radio" && kind !== "list") return;
    const names = model.get("options");
    if (kind === "list") {
      input.replaceChildren();
      names.forEach((text, i) => {
        add(input, "option", "", text).value = i;
      });
    } else {
      place.replaceChildren();
      names.forEach((text, i) => {
        const label = add(place, "label");
        const one = add(label, "input");
        Object.assign(one, { type: "radio", name: id, value: i });
        one.addEventListener("change", () => set(i));
        add(label, "span", "", text);
      });
    }
    value();
    disabled();
  };
  model.on("change:options", options);
  model.on("change:value", value);
  model.on("change:disabled", disabled);
  options();
  value();
  disabled();
  return () => {
    model.off("change:options", options);
    model.off("change:value", value);
    model.off("change:disabled", disabled);
  };
}

export default { render };
