// Keys and answers. What is pressed while an answer is being kept waits, so that none is lost and none overtakes.
let store = null;
const queue = [];
let busy = false;

const trouble = (text) => {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
};
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const keepTaken = (entries) => {
  take(entries);
  if (data.mode === "page") for (const entry of entries) log.push(entry);
  for (const { number } of entries) refresh(number);
  drawProgress();
};

// Sends until it is kept. The page stays where it is meanwhile: nobody goes on believing in what is lost.
const keep = async (draft) => {
  ours.add(sent(draft));
  for (let tries = 1; ; tries += 1) {
    try {
      keepTaken(await store.add(draft));
      if (!store.isFrail) trouble("");
      return;
    } catch (error) {
      const why = error instanceof TypeError ? "the server does not answer" : error.message;
      trouble(`Not kept yet: ${why}. This page tries again by itself; your answer is still here.`);
      await pause(Math.min(500 * tries, 3000));
    }
  }
};

// Times to the millisecond tell answers apart, so none of this tab may have that of another one.
let lastMoment = 0;
const moment = () => {
  lastMoment = Math.max(Date.now(), lastMoment + 1);
  return new Date(lastMoment).toISOString();
};

const nextOpen = (number) => {
  const place = places.get(number) ?? -1;
  for (let step = 1; step <= order.length; step += 1) {
    const other = order[(place + step + order.length) % order.length];
    if (!standing(other)) return other;
  }
  return number;
};

const answer = async (said) => {
  const number = current;
  if (number < 0) return;
  const looks = await lookAt(number);
  if (looks.some((one) => one.problem && !one.address) && !said.reject) {
    say("it cannot be shown, so that it can only be rejected");
    return;
  }
  const note = $("note").value.trim();
  const draft = { number, at: moment(), seconds: secondsSpent(), seen: seenOf(items[number]), ...said };
  if (note) draft.note = note;
  await keep(draft);
  const spoken = `${words(standing(number))}. `;
  const next = nextOpen(number);
  if (standing(next)) {
    drawWords(number);
    say(`${spoken}All of these are answered.`);
    return;
  }
  await show(next, { spoken });
};

const undo = async () => {
  const here = history.findLast((one) => one.here) ?? history.at(-1);
  if (!here) {
    say("there is nothing to take back");
    return;
  }
  await keep({ number: here.number, at: moment(), undo: true });
  await show(here.number, { spoken: "Taken back. " });
};

const move = async (by) => {
  const place = places.get(current);
  const next = order[Math.min(order.length - 1, Math.max(0, (place ?? -by) + by))];
  // Whoever goes through the list by arrows stays in the list.
  if (next !== undefined && next !== current) await show(next, { focus: document.activeElement !== $("list") });
};

const swap = async () => {
  if (question !== "pair") return;
  stays = stays === "first" ? "second" : "first";
  drawWords(current);
  await redrawFigures();
  say(`the ${stays} stays`);
};

const right = async () => {
  const label = rightLabel(current);
  if (label) await answer({ label });
  else say("nothing is proposed here: choose an answer");
};

const openNote = () => {
  $("noting").hidden = false;
  $("note").focus();
};
const closeNote = async () => {
  const answered = standing(current);
  const note = $("note").value.trim();
  $("noting").hidden = !note;
  $("item").focus({ preventScroll: true });
  // A note on what was answered is a new answer that says the same; else it goes with the answer to come.
  if (answered && note !== (answered.note ?? "")) {
    const same = { number: current, at: moment(), seconds: 0, seen: answered.seen ?? {}, label: answered.label ?? null, note };
    if (answered.reject) same.reject = true;
    await keep(same);
    drawWords(current);
    say("note kept");
  }
};

// More classes than keys: the beginning of a name finds it, wherever in the name a word begins.
let found = [];
let marked = 0;
const matches = () => {
  const text = $("typed").value.trim().toLowerCase();
  const rank = (name) => {
    const lower = name.toLowerCase();
    if (lower.startsWith(text)) return 0;
    return lower.split(/[\s_.-]+/).some((word) => word.startsWith(text)) ? 1 : lower.includes(text) ? 2 : 3;
  };
  const ranked = classes.map((name) => [rank(name), name]).filter(([of]) => of < 3);
  found = ranked.sort(([one], [other]) => one - other).slice(0, 9).map(([, name]) => name);
  marked = Math.min(marked, Math.max(0, found.length - 1));
  $("matches").replaceChildren(...found.map((name, at) => {
    const option = make("li", { id: `match-${at}`, role: "option", ariaSelected: String(at === marked) }, name);
    option.addEventListener("click", () => choose(name));
    return option;
  }));
  $("finder").scrollIntoView({ block: "nearest" });
  $("typed").setAttribute("aria-activedescendant", found.length ? `match-${marked}` : "");
};
const find = (text) => {
  $("finder").hidden = false;
  $("typed").value = text;
  marked = 0;
  matches();
  $("typed").focus();
};
const closeFinder = () => {
  $("finder").hidden = true;
  $("item").focus({ preventScroll: true });
};
const choose = (label) => {
  closeFinder();
  enqueue(() => answer({ label }));
};

const closeList = () => {
  $("review").classList.remove("listed");
  $("open-list").ariaExpanded = "false";
  $("item").focus({ preventScroll: true });
};

const enqueue = async (act) => {
  queue.push(act);
  if (busy) return;
  busy = true;
  while (queue.length) await queue.shift()();
  busy = false;
};

const ACTS = {
  Enter: right,
  x: () => answer({ reject: true }),
  "?": () => answer({ label: null }),
  u: undo,
  Backspace: undo,
  n: openNote,
  s: swap,
  ArrowRight: () => move(1),
  ArrowDown: () => move(1),
  ArrowLeft: () => move(-1),
  ArrowUp: () => move(-1),
  "+": () => zoomBy(1.5),
  "-": () => zoomBy(1 / 1.5),
};
const OWN = {
  reject: {},
  pair: { 1: "first", 2: "second", b: "both" },
  realism: { r: "real", m: "made" },
};
const labelOf = (key) => (CLASSES ? classes.find((name) => keyOf.get(name) === key) : OWN[question][key]);

const onKey = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $("help").open) return;
  const { target, key } = event;
  if (target.matches("input, textarea, select")) return;
  // A button that has the focus takes Enter and space, as everywhere; the stage gets the focus back after each answer.
  if (target.matches("button, audio, summary, a") && (key === "Enter" || key === " ")) return;
  if (target === $("list") && (key === "Enter" || key === " ")) {
    event.preventDefault();
    closeList();
    return;
  }
  const lower = key.length === 1 ? key.toLowerCase() : key;
  const isArrow = key.startsWith("Arrow");
  if (!$("single").checked && !isArrow && key !== "Enter" && key !== " ") return;
  const label = labelOf(lower);
  let act = null;
  if (key === " ") act = () => play(event.shiftKey ? 1 : 0);
  else if (label !== undefined) act = () => answer({ label });
  else if (Object.hasOwn(ACTS, lower) && (lower !== "s" || question === "pair")) act = ACTS[lower];
  else if (FINDS && key === "/") act = () => find("");
  else if (FINDS && /^[\p{L}\p{N}]$/u.test(key)) act = () => find(key);
  if (!act) return;
  event.preventDefault();
  // A key that is held down repeats itself; nobody means to answer thirty times a second.
  if (event.repeat && !isArrow) return;
  enqueue(act);
};

const setUpButtons = () => {
  const choices = CLASSES
    ? (FINDS ? [] : classes.map((name) => [name, keyOf.get(name), name]))
    : Object.entries(OWN[question]).map(([key, label]) => [LABELS[question][label], key, label]);
  for (const [text, key, label] of choices) {
    const made = button(text, key, () => enqueue(() => answer({ label })), { ariaPressed: "false" });
    made.dataset.label = label;
    $("choices").append(made);
  }
  if (FINDS) $("choices").append(button(`find one of ${count(classes.length)} classes`, "/", () => find("")));
  $("choices").hidden = !$("choices").childNodes.length;
  const proposed = { label: "label is right", reject: "keep", pair: "as proposed" }[question];
  const acts = [
    proposed && [proposed, "⏎", right, "right"],
    question === "pair" && ["swap", "s", swap, "swap"],
    [REJECTED, "x", ACTS.x, "reject"],
    ["unsure", "?", ACTS["?"], "unsure"],
    ["take back", "u", undo, "undo"],
    ["note", "n", openNote, "note"],
    items.some((item) => item.sides[0].kind === "audio") && ["play", "␣", () => play(0), "play"],
    ["before", "←", () => move(-1), "before"],
    ["next", "→", () => move(1), "next"],
  ].filter(Boolean);
  for (const [text, key, act, name] of acts) {
    const made = button(text, key, () => enqueue(act));
    made.dataset.act = name;
    $("acts").append(made);
  }
  const keys = [
    CLASSES && !FINDS && ["1–9 a–z", "a class; n, u and x stay what they are everywhere"],
    FINDS && ["letters, /", "find a class: Enter takes the first, arrows another one"],
    ...choices.filter(() => !CLASSES).map(([text, key]) => [key, text]),
    ...acts.map(([text, key]) => [key, text]),
    question === "pair" && ["⇧␣", "play the second"],
    ["⌫", "take back, as u"],
    ["+ −", "larger and smaller; wheel, click and dragging too"],
  ].filter(Boolean);
  for (const [key, text] of keys) $("key-list").append(make("dt", {}, key), make("dd", {}, text));
};

const setUp = async () => {
  setUpButtons();
  setUpList();
  keepTaken(data.log);
  store = await openStore();
  if (data.mode === "page") keepTaken(await store.news());
  if (store.isFrail) trouble("This browser keeps nothing of a page from a disk: download your answers before you close it.");
  const sync = () => enqueue(async () => {
    try {
      const entries = await store.news();
      keepTaken(entries);
      if (entries.some(({ number }) => number === current)) drawWords(current);
    } catch { /* it is tried again with the next answer */ }
  });
  store.onNews(sync);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sync(); });
  addEventListener("focus", sync);
  addEventListener("keydown", onKey);
  addEventListener("beforeunload", (event) => { if (busy || (store.isFrail && log.length)) event.preventDefault(); });
  $("save")?.addEventListener("click", save);
  $("open-help").addEventListener("click", () => $("help").showModal());
  $("close-help").addEventListener("click", () => $("help").close());
  $("note-done").addEventListener("click", () => enqueue(closeNote));
  $("note").addEventListener("keydown", (event) => {
    if (event.key !== "Escape" && !(event.key === "Enter" && !event.shiftKey)) return;
    event.preventDefault();
    enqueue(closeNote);
  });
  $("typed").addEventListener("input", () => { marked = 0; matches(); });
  $("typed").addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && found.length) marked = (marked + by + found.length) % found.length;
    if (by) matches();
    if (event.key === "Escape") closeFinder();
    if (event.key === "Enter" && found.length) choose(found[marked]);
    if (by || event.key === "Escape" || event.key === "Enter") event.preventDefault();
  });
  $("open-list").addEventListener("click", () => {
    const open = $("review").classList.toggle("listed");
    $("open-list").ariaExpanded = String(open);
    if (open) $("list").focus();
    draw();
  });
  drawProgress();
  if (!items.length) {
    $("asked").textContent = "There is nothing to ask about.";
    return;
  }
  await show(standing(order[0]) ? nextOpen(order[0]) : order[0]);
  document.documentElement.classList.add("live");
};
setUp();
