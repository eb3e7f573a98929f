
"use strict";
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (name, attributes = {}, text = "") => {
  const made = Object.assign(document.createElement(name), attributes);
  made.textContent = text;
  return made;
};
document.documentElement.classList.add("live");

// Tables: a click on a head sorts, a second one turns the order, a third one gives back the page's own.
const MOST = 12;
const nameOf = (cell) => (cell.querySelector("summary") || cell).textContent.trim();
const numbersOf = (cell) => (cell.dataset.value || "").split(" ").filter(Boolean).map(Number);
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const copy = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Some browsers have no clipboard for a file: pages of them can only copy what is selected.
    const area = document.body.appendChild(make("textarea", { value: text }));
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

for (const table of all("table.figures")) {
  const region = table.closest(".scroll");
  const title = region.getAttribute("aria-label");
  const heads = [...table.tHead.rows[0].cells];
  const body = table.tBodies[0];
  const original = [...body.rows];
  let rows = original, sorted = -1, descending = false, whole = false;

  const tools = make("div", { className: "tools" });
  const filter = make("input", { type: "search", placeholder: "filter", ariaLabel: `filter ${title}` });
  const count = make("span", { role: "status" });
  const more = make("button", { type: "button" });
  const csv = make("button", { type: "button" }, "copy as CSV");
  if (original.length > 5) tools.append(filter);
  tools.append(count, more, csv);
  region.before(tools);

  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (row) => words.every((word) => row.textContent.toLowerCase().includes(word));
    let found = 0;
    for (const row of rows) {
      const fitting = fits(row);
      found += fitting;
      row.hidden = !fitting || (!whole && found > MOST);
    }
    const shown = whole ? found : Math.min(found, MOST);
    count.textContent = shown === original.length ? "" : `${shown} of ${words.length ? `${found} found` : found}`;
    more.hidden = found <= MOST;
    more.textContent = whole ? `first ${MOST}` : `all ${found}`;
  };

  const order = (column) => {
    const number = rows.some((row) => row.cells[column].dataset.value);
    if (sorted !== column) [sorted, descending] = [column, number];
    else if (descending === number) descending = !number;
    else sorted = -1;
    heads.forEach((head, at) => {
      head.ariaSort = at === sorted ? (descending ? "descending" : "ascending") : null;
    });
    const compare = (one, other) => {
      const [a, b] = [one.cells[column], other.cells[column]];
      const [x, y] = [numbersOf(a)[0], numbersOf(b)[0]];
      // What is not known stands last, whichever way the rest is turned.
      if (number) return (x === undefined) - (y === undefined) || (descending ? y - x : x - y) || 0;
      return nameOf(a).localeCompare(nameOf(b), undefined, { numeric: true }) * (descending ? -1 : 1);
    };
    rows = sorted < 0 ? original : [...original].sort(compare);
    body.append(...rows);
    show();
  };

  heads.forEach((head, column) => {
    if (head.dataset.kind === "drawing" || original.length < 2) return;
    const button = make("button", { type: "button", title: "sort" });
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => order(column));
  });
  filter.addEventListener("input", show);
  more.addEventListener("click", () => { whole = !whole; show(); });
  csv.addEventListener("click", async () => {
    const kept = heads.map((head, at) => ({ at, ...head.dataset })).filter((head) => head.kind !== "drawing");
    const names = kept.flatMap(({ key, kind }) => (kind === "interval" ? [`${key}_low`, `${key}_high`] : [key]));
    const values = (row) => kept.flatMap(({ at, kind }) => {
      const numbers = numbersOf(row.cells[at]);
      if (kind === "interval") return [numbers[0] ?? "", numbers[1] ?? ""].map(String);
      return [numbers.length ? String(numbers[0]) : nameOf(row.cells[at])];
    });
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = rows.filter((row) => words.every((word) => row.textContent.toLowerCase().includes(word)));
    await copy([names, ...fitting.map(values)].map((line) => line.map(quoted).join(",") + "\r\n").join(""));
    csv.textContent = `${fitting.length} rows copied`;
    setTimeout(() => { csv.textContent = "copy as CSV"; }, 2000);
  });
  show();
}

// Pictures open large; the arrows go through all of the page. Those under a slider are large already.
const pictures = all("figure img").filter((image) => !image.closest(".overlaid") && !image.matches(".spectrogram"));
if (pictures.length) {
  const dialog = make("dialog", { ariaLabel: "picture" });
  const large = make("img");
  const words = make("p");
  const facts = make("div", { className: "facts" });
  const button = (text, label, act) => {
    const made = make("button", { type: "button", ariaLabel: label }, text);
    made.addEventListener("click", act);
    return made;
  };
  let at = 0;
  const open = (place) => {
    at = (place + pictures.length) % pictures.length;
    const image = pictures[at];
    large.src = image.src;
    large.alt = image.alt;
    words.textContent = `${image.alt} (${at + 1} of ${pictures.length})`;
    const figure = image.closest("figure");
    facts.replaceChildren(...all(".whose, figcaption > *", figure).map((fact) => fact.cloneNode(true)));
    // Of a caption that is bare text there is nothing to clone but the whole.
    if (!facts.children.length) facts.textContent = (figure.querySelector("figcaption") || image).textContent.trim();
    if (!dialog.isConnected) document.body.append(dialog);
    if (!dialog.open) dialog.showModal();
    // A link among the facts goes with them, and the focus would with it; the arrows need it inside.
    if (!bar.contains(document.activeElement)) bar.lastChild.focus();
  };
  const bar = make("div", { className: "tools" });
  bar.append(
    button("‹", "picture before", () => open(at - 1)),
    button("›", "next picture", () => open(at + 1)),
    button("close", "close", () => dialog.close()),
  );
  dialog.append(large, words, facts, bar);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") open(at - 1);
    if (event.key === "ArrowRight") open(at + 1);
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => pictures[at].focus());
  pictures.forEach((image, place) => {
    Object.assign(image, { tabIndex: 0, role: "button" });
    image.classList.add("opens");
    image.addEventListener("click", () => open(place));
    image.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open(place);
    });
  });
}

// Sounds: one at a time.
for (const player of all("audio")) {
  player.addEventListener("play", () => all("audio").forEach((other) => { if (other !== player) other.pause(); }));
}

// Before and after: the slider, and how many pairs are worth training on.
for (const slider of all(".compare input")) {
  const move = () => slider.parentElement.style.setProperty("--at", `${slider.value}%`);
  slider.addEventListener("input", move);
  move();
}
const answered = document.querySelector("output");
if (answered) {
  const add = () => {
    const pairs = all("fieldset");
    const good = pairs.filter((pair) => [...pair.elements].every((box) => box.checked)).length;
    answered.value = `${good} of ${pairs.length}`;
  };
  document.addEventListener("change", add);
  add();
}

// Over time: a drag or the arrow keys choose windows on any chart; samples of the others are hidden.
const charts = all("svg.over-time");
if (charts.length) {
  const columns = charts.map((chart) => all("rect.window", chart));
  const parts = all("[data-window]");
  const last = columns[0].length - 1;
  const names = columns[0].map((column) => column.textContent.split(": ")[0]);
  const status = document.getElementById("chosen");
  const reset = make("button", { type: "button" }, "all windows");
  status.after(reset);
  let from = -1, to = -1;
  const choose = (one, other) => {
    [from, to] = [one, other];
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    const inside = (number) => from < 0 || (number >= low && number <= high);
    columns.forEach((row) => row.forEach((column, at) => column.classList.toggle("chosen", from >= 0 && inside(at))));
    parts.forEach((part) => { part.hidden = !inside(Number(part.dataset.window)); });
    const many = low === high ? names[low] : `${names[low]} … ${names[high]}`;
    status.textContent = from < 0 ? "all windows are shown" : `${high - low + 1} of ${last + 1} windows: ${many}`;
  };
  reset.addEventListener("click", () => choose(-1, -1));
  // A page of fifty windows begins with the one that came last.
  parts.forEach((part) => { part.hidden = Number(part.dataset.window) !== last; });
  charts.forEach((chart, place) => {
    const at = (event) => {
      const box = chart.getBoundingClientRect();
      return Math.max(0, Math.min(last, Math.floor(((event.clientX - box.left) / box.width) * (last + 1))));
    };
    chart.tabIndex = 0;
    chart.addEventListener("pointerdown", (event) => {
      chart.setPointerCapture(event.pointerId);
      choose(at(event), at(event));
    });
    chart.addEventListener("pointermove", (event) => { if (chart.hasPointerCapture(event.pointerId)) choose(from, at(event)); });
    chart.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === "Escape") choose(-1, -1);
      if (!step) return;
      event.preventDefault();
      const next = Math.max(0, Math.min(last, to < 0 ? (step > 0 ? 0 : last) : to + step));
      choose(event.shiftKey && from >= 0 ? from : next, next);
    });
  });
}
