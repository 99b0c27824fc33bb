'use strict';

const Counter = require('./counter');

exports.Counter = Counter;
exports.report = require('./report').report;

/** How often each word stands in a text. */
exports.count = function count(text) {
  return new Counter().add(text).words;
};
