"use strict";
// What is asked and what was answered. Only `take` changes it, and only by what a store has kept.
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const { items, classes, question } = data;
const CLASSES = question === "label" || question === "blind";

// Of control characters, and of marks that turn the order of letters, a person is shown that they are there.
const UNSEEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
const symbol = (char) => {
  const code = char.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
};
const visible = (text) => String(text).replace(UNSEEN, symbol);
const make = (name, attributes = {}, text = "") => {
  const made = Object.assign(document.createElement(name), attributes);
  if (text !== "") made.textContent = visible(text);
  return made;
};

const stacks = items.map(() => []); // of each item: what was answered and not taken back, the latest last
let history = []; // the numbers of the items that were answered, in that order, with whether it was here
let taken = 0; // of the answers that the store has
let answered = 0;
const paces = []; // seconds of the latest answers
const ours = new Set(); // what this tab sent

const standing = (number) => stacks[number].at(-1);
const sent = (draft) => `${draft.number} ${Date.parse(draft.at)} ${draft.undo ? "undo" : ""}`;

const take = (entries) => {
  for (const draft of entries) {
    const { number } = draft;
    const before = stacks[number].length;
    if (draft.undo) {
      stacks[number].pop();
      const at = history.map((one) => one.number).lastIndexOf(number);
      if (at >= 0) history.splice(at, 1);
    } else {
      stacks[number].push(draft);
      history.push({ number, here: ours.has(sent(draft)) });
      paces.push(draft.seconds || 0);
      if (paces.length > 50) paces.shift();
    }
    answered += (stacks[number].length > 0) - (before > 0);
  }
  taken += entries.length;
};

// In words, what stands of an item.
const LABELS = {
  reject: { keep: "keep" },
  pair: { first: "first stays", second: "second stays", both: "both stay" },
  realism: { real: "real", made: "made" },
};
const REJECTED = question === "pair" ? "both go" : "reject";
const words = (answer) => {
  if (!answer) return "";
  if (answer.reject) return REJECTED;
  return answer.label === null || answer.label === undefined ? "unsure" : (LABELS[question]?.[answer.label] ?? answer.label);
};

const timeInWords = (seconds) => {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
};
const pace = () => {
  const sorted = [...paces].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0; // the median: a telephone call in between is no pace
};
const count = (number) => number.toLocaleString("en");
