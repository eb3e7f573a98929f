// The list: only the rows that can be seen are in the page, however many items there are.
const ROW = 56;
const SPARE = 6;
const STATES = {
  all: ["all", () => true],
  open: ["not answered", (number) => !standing(number)],
  done: ["answered", (number) => standing(number)],
  changed: ["another label", (number) => {
    const answer = standing(number);
    return answer && answer.label && answer.label !== items[number].sides[0].label;
  }],
  rejected: ["rejected", (number) => standing(number)?.reject],
  unsure: ["unsure", (number) => standing(number) && words(standing(number)) === "unsure"],
  noted: ["with a note", (number) => standing(number)?.note],
};
const collator = new Intl.Collator(undefined, { numeric: true });
const byText = (of) => (one, other) => collator.compare(of(one), of(other)) || one - other;
const first = (number) => items[number].sides[0];
const SORTS = {
  order: ["as asked", (one, other) => one - other],
  score: ["lowest score", (one, other) => (first(one).score ?? Infinity) - (first(other).score ?? Infinity) || one - other],
  label: ["label", byText((number) => first(number).label ?? "")],
  prediction: ["prediction", byText((number) => first(number).prediction ?? "")],
  path: ["name", byText((number) => first(number).path ?? "")],
};

let order = items.map((_, number) => number); // the numbers that the filters leave, sorted
let places = new Map(); // number -> its place in that order
let current = -1;

const shownName = (number) => {
  const side = first(number);
  if (CLASSES && side.label !== undefined) return side.label;
  const names = items[number].sides.map((one) => (one.path ?? "").split("/").pop()).filter(Boolean);
  // Of the pairs of one group the first is the same in all: what tells them apart leads.
  return [...new Set(names.reverse())].join(" · ") || `item ${count(number + 1)}`;
};
const haystacks = new Map();
const haystack = (number) => {
  if (!haystacks.has(number)) {
    const parts = items[number].sides.flatMap((side) => [
      side.label, side.prediction, side.path, side.split, ...(side.tags ?? []), ...(side.findings ?? []).flat(),
    ]);
    haystacks.set(number, parts.filter(Boolean).join("\n").toLowerCase());
  }
  return haystacks.get(number);
};

const filters = () => {
  const tests = [STATES[$("state").value][1]];
  const text = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  if (text.length) tests.push((number) => text.every((word) => haystack(number).includes(word)));
  const has = (id, test) => { if ($(id).value !== "") tests.push((number) => items[number].sides.some(test($(id).value))); };
  has("class", (name) => (side) => `=${side.label ?? ""}` === name);
  has("finding", (name) => (side) => (side.findings ?? []).some(([check]) => `=${check}` === name));
  has("tag", (name) => (side) => (side.tags ?? []).some((tag) => `=${tag}` === name));
  return tests;
};

const reorder = () => {
  const tests = filters();
  order = items.map((_, number) => number).filter((number) => tests.every((test) => test(number)));
  if ($("sort").value !== "order") order.sort(SORTS[$("sort").value][1]);
  places = new Map(order.map((number, place) => [number, place]));
  $("found").textContent = order.length === items.length ? "" : `${count(order.length)} of ${count(items.length)}`;
  $("rows").style.height = `${order.length * ROW}px`;
  draw(true);
};

const rows = new Map(); // number -> its row
const markOf = (number) => {
  const answer = standing(number);
  if (!answer) return ["", ""];
  if (answer.reject) return ["✗", "no"];
  if (words(answer) === "unsure") return ["?", "open"];
  return ["✓", answer.label !== first(number).label && first(number).label !== undefined && CLASSES ? "other" : "yes"];
};

const fill = (row, number) => {
  const side = first(number);
  const [mark, kind] = markOf(number);
  // What one said the first time must not be read when the same is asked again.
  const said = question === "blind" ? "" : words(standing(number));
  row.querySelector(".mark").textContent = mark;
  row.querySelector(".mark").className = `mark ${kind}`;
  row.querySelector("b").textContent = visible(shownName(number));
  const score = side.score === undefined ? "" : ` · ${side.score.toPrecision(2)}`;
  const beside = side.prediction !== undefined ? `→ ${side.prediction}` : (side.findings ?? []).map(([check]) => check).join(", ");
  row.querySelector("i").textContent = visible(said ? `✎ ${said}` : `${beside}${score}`);
  row.ariaSelected = String(number === current);
  row.ariaLabel = visible([shownName(number), beside, mark ? `answered ${said}` : "not answered"].filter(Boolean).join(", "));
  row.classList.toggle("current", number === current);
};

const makeRow = (number, place) => {
  const row = make("div", { id: `row-${number}`, role: "option", className: "row" });
  row.setAttribute("aria-posinset", place + 1);
  row.setAttribute("aria-setsize", order.length);
  const small = make("span", { className: "small", ariaHidden: "true" });
  small.textContent = first(number).kind === "audio" ? "♪" : "";
  const text = make("span", { className: "text" });
  text.append(make("b"), make("i"));
  row.append(small, text, make("span", { className: "mark" }));
  row.addEventListener("click", () => enqueue(async () => { await show(number); closeList(); }));
  thumbnailOf(first(number), (address) => {
    if (address && (data.mode === "page" || address.startsWith("data:image/"))) small.replaceChildren(make("img", { src: address, alt: "" }));
    else small.textContent = "–";
  });
  fill(row, number);
  return row;
};

let drawing = false;
const draw = (anew = false) => {
  const box = $("list");
  const from = Math.max(0, Math.floor(box.scrollTop / ROW) - SPARE);
  const numbers = order.slice(from, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + SPARE);
  const near = new Set(numbers);
  for (const [number, row] of rows) {
    if (anew || !near.has(number)) {
      letGo(row);
      row.remove();
      rows.delete(number);
    }
  }
  numbers.forEach((number, at) => {
    if (rows.has(number)) return;
    const row = makeRow(number, from + at);
    row.style.top = `${(from + at) * ROW}px`;
    rows.set(number, row);
    $("rows").append(row);
  });
};

const refresh = (number) => {
  const row = rows.get(number);
  if (row) fill(row, number);
};

const scrollToCurrent = () => {
  const box = $("list");
  const place = places.get(current);
  if (place === undefined) return;
  const top = place * ROW;
  if (top < box.scrollTop || top + ROW > box.scrollTop + box.clientHeight) {
    box.scrollTop = Math.max(0, top - box.clientHeight / 2 + ROW / 2);
  }
  draw();
  box.setAttribute("aria-activedescendant", `row-${current}`);
};

const options = (id, entries) => {
  for (const [value, text] of entries) $(id).append(make("option", { value }, text));
};

const setUpList = () => {
  const numbers = items.map((_, number) => number);
  const blind = question === "blind" || question === "realism";
  const useful = {
    order: true,
    score: items.some((item) => item.sides[0].score !== undefined),
    label: items.some((item) => item.sides[0].label !== undefined),
    prediction: items.some((item) => item.sides[0].prediction !== undefined),
    path: !blind,
  };
  options("state", Object.entries(STATES).filter(([name]) => name !== "changed" || (CLASSES && useful.label))
    .map(([name, [text]]) => [name, text]));
  options("sort", Object.entries(SORTS).filter(([name]) => useful[name]).map(([name, [text]]) => [name, text]));
  const choice = (id, of) => {
    const counts = new Map();
    for (const number of numbers) {
      for (const name of new Set(items[number].sides.flatMap(of))) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    $(id).closest("label").hidden = counts.size < 2;
    const sorted = [...counts].sort(([one], [other]) => collator.compare(one, other)).slice(0, 1000);
    options(id, [["", "all"], ...sorted.map(([name, many]) => [`=${name}`, `${name || "no label"} (${count(many)})`])]);
  };
  choice("class", (side) => (blind ? [] : [side.label ?? ""]));
  choice("finding", (side) => (side.findings ?? []).map(([check]) => check));
  choice("tag", (side) => side.tags ?? []);
  $("search").hidden = blind;
  for (const id of ["state", "sort", "class", "finding", "tag"]) $(id).addEventListener("change", reorder);
  $("search").addEventListener("input", reorder);
  $("list").addEventListener("scroll", () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => { drawing = false; draw(); });
  });
  new ResizeObserver(() => draw()).observe($("list"));
  reorder();
};
