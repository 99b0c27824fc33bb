'use strict';

const WORD = /[\p{L}\p{N}]+(?:['-][\p{L}]+)*/gu;

/** The words of a text, in small letters. */
function* words(text) {
  for (const [word] of text.matchAll(WORD)) {
    yield word.toLowerCase();
  }
}

module.exports = { words };
