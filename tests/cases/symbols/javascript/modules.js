// Reads a feed and keeps what is new.
import fs from "node:fs";
import { parse, format as show } from "./feed.js";
import * as clock from "./clock.js";
import "./polyfill.js";
import store, { open } from "./store.js";
export { merge, split as cut } from "./lists.js";
export * from "./types.js";
export * as units from "./units.js";

/**
 * How many entries are kept. Older ones go first.
 * @type {number}
 */
export const LIMIT = 50;

let seen = new Set(), last = null;
const { host, port: number = 80, ...rest } = store.settings;

/** Whether an entry is new. */
export const isNew = (entry) => !seen.has(entry.id);

// Entries of a feed,
// the newest first.
export async function* entries(url, { limit = LIMIT } = {}) {
  const text = await fs.promises.readFile(url);
  for (const entry of parse(text)) {
    if (hoisted(entry) && limit) yield entry;
  }
  const extra = await import("./extra.js");
  extra.run(clock.now());
  function hoisted(item) {
    return isNew(item) && number;
  }
}

export const handlers = {
  version: 1,
  open,
  add(entry) {
    seen.add(entry.id);
  },
  drop: (entry) => show(entry),
};

export default class extends Base.Feed {
  #items = [];
  static size = LIMIT;

  constructor(items) {
    super();
    this.items = items;
    this.name = items.name;
  }

  get length() {
    return this.items.length;
  }

  [Symbol.iterator]() {
    return this.#items.values();
  }
}
