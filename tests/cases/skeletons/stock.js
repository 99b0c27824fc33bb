// Copyright: nobody.
import { readFile } from 'node:fs/promises';
import parts, * as more from './parts.js';

export const LIMIT = 100;
const defaults = {
  strict: true,
  deep: false,
  names: [],
  sizes: [],
  counts: [],
  limit: LIMIT,
};

/**
 * All parts, by name.
 */
export class Stock extends Map {
  #size = 0;
  static shared = null;

  constructor(parts) {
    super();
    this.parts = parts;
  }

  get size() {
    return this.#size;
  }

  async *walk() {
    yield* this.parts;
  }
}

/** Reads a file. */
export async function read(path, { strict = true } = {}) {
  const text = await readFile(path, 'utf8');
  return new Stock(text.split('\n'));
}

export const twice = (value) => {
  return 2 * value;
};

const plain = (value) => value + 1;

read('stock.txt').then(console.log);
