// A picture that changes without a blank moment: decode the new one first, then swap.
function render({ model, el }) {
  const image = document.createElement("img");
  image.className = "spinesim-image";
  image.decoding = "sync";
  image.alt = "";
  image.hidden = true;
  image.style.maxWidth = `min(100%, ${model.get("width")}px)`;
  el.append(image);
  let shown = "";
  let latest = 0;

  const show = async () => {
    const mine = (latest += 1);
    const png = model.get("png");
    const alt = model.get("alt");
    if (!png || !png.byteLength) {
      image.hidden = true;
      image.removeAttribute("src");
      if (shown) URL.revokeObjectURL(shown);
      shown = "";
      return;
    }
    const fresh = URL.createObjectURL(new Blob([png], { type: "image/png" }));
    const ahead = new Image();
    ahead.src = fresh;
    try {
      await ahead.decode();
    } catch {
      // no picture: the words still stand
    }
    if (mine !== latest) {
      URL.revokeObjectURL(fresh);
      return;
    }
    const old = shown;
    shown = fresh;
    image.src = fresh;
    image.alt = alt;
    image.hidden = false;
    if (old) URL.revokeObjectURL(old);
  };
  const words = () => {
    image.alt = model.get("alt");
  };
  model.on("change:png", show);
  model.on("change:alt", words);
  show();
  return () => {
    latest += 1;
    model.off("change:png", show);
    model.off("change:alt", words);
    if (shown) URL.revokeObjectURL(shown);
  };
}

export default { render };
