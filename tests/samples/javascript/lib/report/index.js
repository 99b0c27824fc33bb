'use strict';

const { table } = require('./table');

const formats = {
  table,
  csv: (rows) => require('./csv')(rows),
  json(rows) {
    return JSON.stringify(Object.fromEntries(rows)) + '\n';
  },
};

/** Rows of [word, count] as text. */
function report(rows, format) {
  const write = formats[format];
  if (!write) {
    throw new RangeError(`no such format: ${format}`);
  }
  return write(rows);
}

module.exports = { report };
