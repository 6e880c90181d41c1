"use strict";
// The scenario is where the axes stand, the last one moving fastest; nothing is computed here.
(() => {
  const { axes, scenarios, pictures } = JSON.parse(document.getElementById("data").textContent);
  const at = axes.map((axis) => axis.start);
  const images = [...document.querySelectorAll("#pictures img")];
  let shown = -1;

  function show() {
    const place = at.reduce((sum, position, n) => sum * axes[n].words.length + position, 0);
    if (place === shown) return;
    shown = place;
    const { summary, table, pictures: names, guessed } = scenarios[place];
    document.getElementById("summary").textContent = summary;
    document.getElementById("table").innerHTML = table;
    names.forEach(([name, alt], n) => {
      const source = "data:image/webp;base64," + pictures[name];
      if (images[n].src !== source) images[n].src = source;
      images[n].alt = alt;
    });
    const list = document.getElementById("guessed");
    if (list) {
      list.replaceChildren(...guessed.map((text) => {
        const line = document.createElement("li");
        line.textContent = text;
        return line;
      }));
    }
  }

  document.getElementById("controls").addEventListener("input", (event) => {
    const n = Number(event.target.dataset.axis);
    at[n] = Number(event.target.value);
    if (event.target.type === "range") {
      const words = axes[n].words[at[n]];
      event.target.setAttribute("aria-valuetext", words);
      document.getElementById("said-" + n).textContent = words;
    }
    show();
  });
  document.getElementById("controls").addEventListener("submit", (event) => event.preventDefault());
})();
