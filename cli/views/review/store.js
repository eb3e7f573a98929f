// Where answers are kept. `add` resolves when they are safe, with all that became known meanwhile, in order:
// also what other tabs answered. Nothing counts before that, so that two tabs can never disagree.
const serverStore = () => {
  const post = async (answers) => {
    const reply = await fetch("/answers", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Burnish-Key": data.key },
      body: JSON.stringify({ since: taken, answers }),
    });
    if (!reply.ok) throw new Error((await reply.text()).trim());
    return reply.json();
  };
  return { add: (draft) => post([draft]), news: () => post([]), onNews: () => {} };
};

// IndexedDB numbers what is added by itself, in a transaction: two tabs add to one list without reading it first.
const pageStore = async () => {
  const opening = indexedDB.open(`burnish-review-${data.id}`, 1);
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opening.onupgradeneeded = () => opening.result.createObjectStore("answers", { autoIncrement: true });
  const base = await done(opening);
  const tabs = new BroadcastChannel(`burnish-review-${data.id}`);
  const earlier = data.log.length; // what the page came with is not in the store
  let last = 0;
  const news = async () => {
    const range = last ? IDBKeyRange.lowerBound(last, true) : null;
    const answers = base.transaction("answers").objectStore("answers");
    const [keys, values] = await Promise.all([done(answers.getAllKeys(range)), done(answers.getAll(range))]);
    last = keys.at(-1) ?? last;
    return values;
  };
  navigator.storage?.persist?.().catch(() => {});
  return {
    earlier,
    news,
    add: async (draft) => {
      // Strict: on the disk, and not only on its way there, before the next question is shown.
      const change = base.transaction("answers", "readwrite", { durability: "strict" });
      change.objectStore("answers").add(draft);
      await new Promise((resolve, reject) => {
        change.oncomplete = resolve;
        change.onabort = change.onerror = () => reject(change.error ?? new Error("the browser kept nothing"));
      });
      tabs.postMessage("more");
      return news();
    },
    onNews: (act) => { tabs.onmessage = act; },
  };
};

// A browser that keeps nothing of a file (private windows): the answers are in this tab, and it says so.
const tabStore = () => {
  const waiting = [];
  const news = async () => waiting.splice(0);
  return { add: (draft) => { waiting.push(draft); return news(); }, news, onNews: () => {}, isFrail: true };
};

const openStore = async () => {
  if (data.mode === "serve") return serverStore();
  try {
    return await pageStore();
  } catch {
    return tabStore();
  }
};

// The file of answers, as `burnish review --serve` would have written it; `path` is its first field by contract.
const lineOf = (draft) => {
  const item = items[draft.number];
  const [path, other] = data.paths[draft.number];
  const line = {
    path,
    digest: item.sides[0].digest,
    annotator: data.annotator,
    question,
    label: draft.label ?? null,
    seconds: draft.seconds ?? 0,
    at: draft.at,
    seen: draft.seen ?? {},
  };
  if (draft.reject) line.reject = true;
  if (draft.undo) line.undo = true;
  if (item.round) line.round = item.round;
  if (item.sides[1]) line.other = { path: other, digest: item.sides[1].digest };
  if (draft.note) line.note = draft.note;
  return `${JSON.stringify(line)}\n`;
};

const log = []; // everything, in order, for the download
const save = () => {
  const url = URL.createObjectURL(new Blob(log.map(lineOf), { type: "application/x-ndjson" }));
  const link = make("a", { href: url, download: data.download });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
};
