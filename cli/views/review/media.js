// Files: asked for by digest, kept while they are near, let go of when they are far, so that memory stays flat.
const NEAR = 16;
const STREAMED = 4 << 20; // longer sounds are played from the server as they come, in parts
const nameOf = (digest) => digest.slice("sha256:".length);
const kept = new Map(); // key of an item -> promise of what is shown of its sides

const blockOf = (digest) => JSON.parse($(`m-${nameOf(digest)}`)?.textContent ?? '{"problem": "it is not in this page"}');
const textOf = async (reply) => (await reply.text()).trim() || `the server says ${reply.status}`;

const fetched = async (side) => {
  const address = `/media/${nameOf(side.digest)}`;
  if (side.kind === "audio" && (side.bytes ?? STREAMED) >= STREAMED) return { address };
  const reply = await fetch(address);
  if (!reply.ok) return { problem: await textOf(reply) };
  return { address: URL.createObjectURL(await reply.blob()), mine: true };
};

const asked = async (item) => {
  const { sides } = item;
  if (data.mode === "page") return sides.map((side) => blockOf(side.digest));
  try {
    if (sides[0].kind !== "audio") return await Promise.all(sides.map(fetched));
    // Drawn first, and together: that leaves at the server the sound that a browser can play.
    const reply = await fetch(`/drawings/${sides.map((side) => nameOf(side.digest)).join(",")}`);
    const problem = reply.ok ? "" : await textOf(reply);
    const drawings = problem ? sides.map(() => ({ problem })) : await reply.json();
    const sounds = await Promise.all(sides.map(fetched));
    return sounds.map((sound, at) => ({ ...drawings[at], ...sound }));
  } catch {
    return sides.map(() => ({ problem: "the server does not answer", again: true }));
  }
};

const release = async (promise) => {
  for (const one of await promise) if (one.mine) URL.revokeObjectURL(one.address);
};

const lookAt = (number) => {
  const found = kept.get(number) ?? asked(items[number]);
  kept.delete(number); // to the end: the map is in the order of use
  kept.set(number, found);
  while (kept.size > NEAR) {
    const [oldest, promise] = kept.entries().next().value;
    kept.delete(oldest);
    release(promise);
  }
  found.then((looks) => { if (looks.some((one) => one.again)) kept.delete(number); });
  return found;
};

// Small pictures for the list, several at a time: those that came into sight within a moment of each other.
const THUMBNAILS = 400;
const thumbnails = new Map();
let wanted = new Map();
let fetching = false;

const fetchThumbnails = async () => {
  if (fetching) return;
  fetching = true;
  while (wanted.size) {
    // The latest first: whoever scrolls on does not wait for what went by.
    const part = [...wanted].reverse().slice(0, 16);
    for (const [digest] of part) wanted.delete(digest);
    if (wanted.size > 64) wanted = new Map([...wanted].slice(-64));
    try {
      const reply = await fetch(`/thumbnails/${part.map(([digest]) => nameOf(digest)).join(",")}`);
      const found = reply.ok ? await reply.json() : {};
      for (const [digest, shows] of part) {
        thumbnails.set(digest, found[digest] ?? "");
        for (const show of shows) show(found[digest] ?? "");
      }
    } catch {
      break;
    }
    while (thumbnails.size > THUMBNAILS) thumbnails.delete(thumbnails.keys().next().value);
  }
  fetching = false;
};

const thumbnailOf = (side, show) => {
  if (side.kind === "audio") return;
  if (data.mode === "page") {
    show(blockOf(side.digest).address ?? "");
    return;
  }
  const known = thumbnails.get(side.digest);
  if (known !== undefined) {
    show(known);
    return;
  }
  const shows = wanted.get(side.digest) ?? []; // one file may be in several rows
  wanted.delete(side.digest);
  wanted.set(side.digest, [...shows, show]);
  setTimeout(fetchThumbnails, 30);
};
