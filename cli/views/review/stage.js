// The item that is asked about: its files large, what is known of it, and a button for everything that a key does.
const KEYS = [..."123456789abcdefghijklmopqrstvwyz"]; // not n, u and x, which mean the same everywhere
const FINDS = CLASSES && classes.length > KEYS.length; // more classes than keys: typing finds them
// A class that is named like a key has that key: who is asked about digits types the digit. The others follow in order.
const keyOf = new Map();
if (CLASSES && !FINDS) {
  const free = new Set([...KEYS, "0"]);
  for (const name of classes) if (free.delete(name.toLowerCase())) keyOf.set(name, name.toLowerCase());
  const rest = KEYS.filter((key) => free.has(key));
  for (const name of classes) if (!keyOf.has(name)) keyOf.set(name, rest.shift());
}
let shownAt = 0;
let hiddenFor = 0;
let hiddenAt = 0;
let stays = ""; // of a pair, as it is proposed now
let zoom = { scale: 1, x: 0, y: 0 };

const say = (text) => { $("live").textContent = visible(text); };

document.addEventListener("visibilitychange", () => {
  if (document.hidden) hiddenAt = performance.now();
  else if (hiddenAt) {
    hiddenFor += performance.now() - hiddenAt;
    hiddenAt = 0;
  }
});
const secondsSpent = () => Math.max(0, Math.round(performance.now() - shownAt - hiddenFor) / 1000);

// Pictures: larger by wheel, + and -, or a click; moved by dragging. The two of a pair move together.
const applyZoom = () => {
  for (const image of document.querySelectorAll("#media img.large")) {
    image.style.transform = `translate(${zoom.x}px, ${zoom.y}px) scale(${zoom.scale})`;
  }
  $("media").classList.toggle("zoomed", zoom.scale > 1);
};
const zoomBy = (factor) => {
  const scale = Math.min(16, Math.max(1, zoom.scale * factor));
  zoom = scale === 1 ? { scale, x: 0, y: 0 } : { scale, x: (zoom.x * scale) / zoom.scale, y: (zoom.y * scale) / zoom.scale };
  applyZoom();
};
const draggable = (box) => {
  let from = null;
  box.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 1.25 : 0.8);
  }, { passive: false });
  box.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX - zoom.x, y: event.clientY - zoom.y, moved: false };
    box.setPointerCapture(event.pointerId);
  });
  box.addEventListener("pointermove", (event) => {
    if (!from || zoom.scale === 1) return;
    from.moved = true;
    Object.assign(zoom, { x: event.clientX - from.x, y: event.clientY - from.y });
    applyZoom();
  });
  box.addEventListener("pointerup", () => {
    if (from && !from.moved) zoomBy(zoom.scale > 1 ? 0 : 3);
    from = null;
  });
};

// Sounds: the outline, the spectrogram, and a line that shows where it plays.
const SVG = "http://www.w3.org/2000/svg";
const outline = (peaks) => {
  const upper = peaks.map((peak, at) => [at, 20 - Math.max(0.75, 19 * peak)]);
  const lower = upper.map(([at, y]) => [at, 40 - y]).reverse();
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", `0 0 ${Math.max(1, peaks.length - 1)} 40`);
  drawn.setAttribute("preserveAspectRatio", "none");
  drawn.setAttribute("class", "waveform");
  drawn.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "polygon");
  shape.setAttribute("points", [...upper, ...lower].map(([x, y]) => `${x},${y.toFixed(1)}`).join(" "));
  drawn.append(shape);
  return drawn;
};
const players = () => [...document.querySelectorAll("#media audio")];
const play = (at) => {
  const player = players()[at];
  if (!player) return;
  for (const other of players()) if (other !== player) other.pause();
  if (player.paused) player.play().catch((error) => { if (error.name !== "AbortError") say("it cannot be played"); });
  else player.pause();
};
const sound = (look, title) => {
  const box = make("div", { className: "sound" });
  const player = make("audio", { controls: true, src: look.address, preload: "auto", ariaLabel: title });
  if (look.waveform?.length) {
    const drawn = make("div", { className: "drawn" });
    drawn.style.width = `${100 * (look.share ?? 1)}%`;
    const head = make("span", { className: "head" });
    drawn.append(outline(look.waveform));
    if (look.spectrogram) drawn.append(make("img", { className: "spectrogram", src: look.spectrogram, alt: `spectrogram, 0 to ${look.top / 1000} kHz` }));
    drawn.append(head);
    const span = look.span || 1; // the drawing may be of the beginning only
    const follow = () => {
      head.style.left = `${Math.min(100, (100 * player.currentTime) / span)}%`;
      if (!player.paused && player.isConnected) requestAnimationFrame(follow);
    };
    for (const event of ["play", "seeked", "pause"]) player.addEventListener(event, follow);
    drawn.addEventListener("click", (event) => {
      player.currentTime = (span * (event.clientX - drawn.getBoundingClientRect().left)) / drawn.clientWidth;
    });
    box.append(drawn);
  }
  box.append(player);
  return box;
};

const figureOf = (item, at, look) => {
  const side = item.sides[at];
  const both = item.sides.length > 1;
  const figure = make("figure", { className: both && stays ? (stays === ["first", "second"][at] ? "stays" : "goes") : "" });
  const title = both ? ["first", "second"][at] : "the file";
  if (look.address && side.kind === "audio") figure.append(sound(look, title));
  else if (look.address) {
    const box = make("div", { className: "frame" });
    const image = make("img", { className: "large", src: look.address, alt: both ? `${title} picture` : "the picture", draggable: false });
    image.addEventListener("error", () => box.replaceWith(make("p", { className: "problem" }, "the browser cannot show it")));
    box.append(image);
    draggable(box);
    figure.append(box);
  }
  if (look.problem) figure.append(make("p", { className: "problem" }, look.problem));
  const caption = make("figcaption");
  if (both) {
    const size = side.width ? `${side.width} × ${side.height} px` : side.duration_s ? `${side.duration_s.toFixed(2)} s` : "";
    const facts = [side.label !== undefined ? `label ${side.label}` : "", side.split ?? "", size,
      side.bytes ? `${count(side.bytes)} bytes` : ""].filter(Boolean).join(" · ");
    caption.append(make("b", {}, `${title}${stays ? (stays === title ? ": stays" : ": goes") : ""}`));
    caption.append(make("span", {}, facts), make("span", { className: "path" }, side.path ?? ""));
  }
  if (look.note) caption.append(make("span", {}, look.note));
  if (caption.childNodes.length) figure.append(caption);
  return figure;
};

// A picture that is out of the page keeps its pixels until memory is swept, which may be hundreds of pictures later.
const letGo = (box) => {
  for (const image of box.querySelectorAll("img")) image.removeAttribute("src");
};

const decoded = (box) => Promise.all([...box.querySelectorAll("img.large")].map((image) => image.decode().catch(() => {})));

// What is shown beside the file is part of an answer: who saw the label has not judged without it.
const seenOf = (item) => {
  const seen = {};
  const [side, other] = item.sides;
  if (question === "blind" || question === "realism") return seen;
  if (side.label !== undefined) seen.label = other ? `${side.label} / ${other.label ?? ""}` : side.label;
  if (side.prediction !== undefined && !other) seen.prediction = side.prediction;
  if (side.findings?.length) seen.findings = side.findings.map(([check]) => check).join(", ");
  if (side.neighbours?.length) seen.neighbours = side.neighbours.map((one) => one.label ?? "").join(", ");
  if (other && stays) seen.stays = stays;
  for (const [name, text] of Object.entries(seen)) seen[name] = text.slice(0, 4000);
  return seen;
};

const button = (text, key, act, attributes = {}) => {
  const made = make("button", { type: "button", ...attributes });
  if (key) made.append(make("kbd", { ariaHidden: "true" }, key), " ");
  made.append(make("span", {}, text));
  if (key) made.setAttribute("aria-keyshortcuts", key === "⏎" ? "Enter" : key === "␣" ? "Space" : key);
  made.addEventListener("click", act);
  return made;
};

const drawNeighbours = (side) => {
  $("neighbours").replaceChildren();
  if (!side.neighbours?.length) return;
  $("neighbours").append(make("p", { className: "soft" }, "Most like it:"));
  const strip = make("div", { className: "strip" });
  for (const one of side.neighbours) {
    const figure = make("figure");
    const image = make("img", { alt: "" });
    thumbnailOf(one, (address) => { if (address) image.src = address; });
    figure.append(image, make("figcaption", {}, one.label ?? "no label"));
    strip.append(figure);
  }
  $("neighbours").append(strip);
};

const drawWords = (number) => {
  const item = items[number];
  const [side] = item.sides;
  const answer = standing(number);
  const asks = {
    label: side.label === undefined ? "What is it?" : `Is it ${side.label}?`,
    reject: "Keep it?",
    pair: stays ? `The ${stays} stays?` : "Which of the two stays?",
    realism: "Real or made?",
    blind: "What is it?",
  };
  $("asked").textContent = visible(asks[question]);
  const chance = side.confidence === undefined ? "" : ` (${(100 * side.confidence).toFixed(0)} %)`;
  const given = [
    question === "reject" && side.label !== undefined ? `label ${side.label}` : "",
    item.sides.length === 1 && side.prediction !== undefined ? `a model says ${side.prediction}${chance}` : "",
    answer ? `you said: ${words(answer)}` : "",
  ].filter(Boolean).join(" · ");
  $("given").textContent = visible(given);
  $("why").textContent = visible(item.why ?? "");
  const found = item.sides.flatMap((one) => one.findings ?? []);
  $("findings").replaceChildren(...found.map(([check, text]) => make("li", {}, text ? `${check}: ${text}` : check)));
  const name = item.sides.length === 1 ? [side.path, side.split, ...(side.tags ?? [])].filter(Boolean).join(" · ") : "";
  $("name").textContent = visible(name);
  $("note").value = answer?.note ?? "";
  $("noting").hidden = !answer?.note;
  drawNeighbours(side);
  for (const choice of document.querySelectorAll("#choices button")) {
    const pressed = Boolean(answer) && !answer.reject && choice.dataset.label === answer.label;
    choice.ariaPressed = String(pressed);
    choice.classList.toggle("given", CLASSES && choice.dataset.label === side.label);
  }
  for (const act of document.querySelectorAll("#acts [data-act=right]")) act.hidden = !rightLabel(number);
};

// What Enter says: the label is right, the sample stays, the proposal is right. Nothing where nothing is proposed.
const rightLabel = (number) => {
  if (question === "label") return items[number].sides[0].label;
  if (question === "reject") return "keep";
  return question === "pair" ? stays : "";
};

const drawProgress = () => {
  const left = items.length - answered;
  $("bar").value = items.length ? answered / items.length : 1;
  const time = answered && left && paces.length ? ` · ${pace().toFixed(1)} s each, about ${timeInWords(pace() * left)} left` : "";
  $("pace").textContent = left ? `${count(answered)} of ${count(items.length)}${time}` : `all ${count(items.length)} answered`;
};

let showing = 0;
const show = async (number, { focus = true, spoken = "" } = {}) => {
  if (!items.length) return;
  const mine = ++showing;
  const before = current;
  current = number;
  const item = items[number];
  stays = item.stays ?? "";
  zoom = { scale: 1, x: 0, y: 0 };
  for (const player of players()) player.pause();
  refresh(before);
  refresh(number);
  scrollToCurrent();
  drawWords(number);
  const looks = await lookAt(number);
  if (mine !== showing) return;
  const box = make("div", { id: "media", className: `sides-${item.sides.length}` });
  box.append(...item.sides.map((_, at) => figureOf(item, at, looks[at])));
  await decoded(box); // put in place when it can be painted at once: no moment of nothing between two pictures
  if (mine !== showing) return;
  letGo($("media"));
  $("media").replaceWith(box);
  shownAt = performance.now();
  hiddenFor = 0;
  hiddenAt = document.hidden ? shownAt : 0;
  if (focus) $("item").focus({ preventScroll: true });
  const place = places.get(number);
  say(`${spoken}${place === undefined ? "" : `${place + 1} of ${order.length}. `}${$("asked").textContent} ${$("given").textContent}`);
  document.dispatchEvent(new CustomEvent("shown", { detail: number }));
  prefetch(number);
};

const AHEAD = 5;
const prefetch = (number) => {
  const place = places.get(number) ?? -1;
  for (const next of order.slice(place + 1).filter((one) => !standing(one)).slice(0, AHEAD)) lookAt(next);
};

const redrawFigures = async () => {
  const looks = await lookAt(current);
  $("media").replaceChildren(...items[current].sides.map((_, at) => figureOf(items[current], at, looks[at])));
  applyZoom();
};
