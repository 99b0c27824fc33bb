#!/usr/bin/env node
'use strict';

const fs = require('node:fs');
const { Counter, report } = require('..');

/** Counts the files named on the command line, or standard input. */
function main(names) {
  const counter = new Counter();
  for (const name of names.length ? names : [0]) {
    counter.add(fs.readFileSync(name, 'utf8'));
  }
  const format = process.env.WORDCOUNT_FORMAT || 'table';
  process.stdout.write(report(counter.top(10), format));
}

main(process.argv.slice(2));
