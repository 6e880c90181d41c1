// A link that saves bytes from the kernel as a file; nothing goes over the network.
function render({ model, el }) {
  const root = document.createElement("div");
  root.className = "spinesim-control spinesim-download";
  root.dataset.lmSuppressShortcuts = "true";
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const link = document.createElement("a");
  link.className = "spinesim-button";
  root.append(link);
  el.append(root);
  let url = "";

  const offer = () => {
    if (url) URL.revokeObjectURL(url);
    url = "";
    const content = model.get("content");
    const off = model.get("disabled") || !content || !content.byteLength;
    link.textContent = model.get("label");
    link.download = model.get("filename");
    if (off) {
      link.removeAttribute("href");
      link.setAttribute("role", "link");
      link.setAttribute("aria-disabled", "true");
      return;
    }
    url = URL.createObjectURL(new Blob([content], { type: model.get("mime") }));
    link.href = url;
    link.removeAttribute("role");
    link.removeAttribute("aria-disabled");
  };
  const names = ["change:content", "change:label", "change:filename", "change:disabled"].join(" ");
  model.on(names, offer);
  offer();
  return () => {
    model.off(names, offer);
    if (url) URL.revokeObjectURL(url);
  };
}

export default { render };
