'use strict';

const { words } = require('./words');
const stopWords = require('./stop-words.json');

/** Counts words of any number of texts. */
class Counter {
  static ignored = new Set(stopWords);

  constructor() {
    this.words = new Map();
  }

  /** Adds a text; returns the counter itself. */
  add(text) {
    for (const word of words(text)) {
      if (!Counter.ignored.has(word)) {
        this.words.set(word, (this.words.get(word) || 0) + 1);
      }
    }
    return this;
  }

  /** The most frequent words, ties by the alphabet. */
  top(limit) {
    const byCount = ([a, m], [b, n]) => n - m || a.localeCompare(b);
    return [...this.words].sort(byCount).slice(0, limit);
  }
}

module.exports = Counter;
