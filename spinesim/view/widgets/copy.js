// A text to take along: read-only, with a button that copies it and says so.
let made = 0;

async function copied(text, box) {
  try {
    await navigator.clipboard.writeText(text); // refused without https or leave
    return true;
  } catch {
    box.focus();
    box.select();
    try {
      return document.execCommand("copy");
    } catch {
      return false;
    }
  }
}

function render({ model, el }) {
  const id = `spinesim-copy-${(made += 1)}-${Math.random().toString(36).slice(2, 8)}`;
  const root = document.createElement("div");
  root.className = "spinesim-control spinesim-copy";
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const label = document.createElement("label");
  label.className = "spinesim-control-name";
  label.textContent = model.get("name");
  label.htmlFor = id;
  const box = document.createElement("textarea");
  Object.assign(box, { id, readOnly: true, rows: 2, spellcheck: false });
  const button = document.createElement("button");
  button.type = "button";
  button.className = "spinesim-button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy: ${model.get("name")}`);
  const said = document.createElement("span");
  said.className = "spinesim-said";
  said.setAttribute("role", "status");
  root.append(label, box, button, said);
  el.append(root);

  const text = () => {
    box.value = model.get("text");
    button.disabled = !model.get("text");
    said.textContent = "";
  };
  button.addEventListener("click", async () => {
    const done = await copied(model.get("text"), box);
    said.textContent = done ? "Copied" : "Marked: press Ctrl+C (on a Mac, Cmd+C)";
  });
  model.on("change:text", text);
  text();
  return () => model.off("change:text", text);
}

export default { render };
