'use strict';

const { widest } = require('./layout');

exports.table = function (rows) {
  const width = widest(rows.map(([word]) => word));
  return rows.map(([word, count]) => `${word.padEnd(width)}  ${count}\n`).join('');
};
