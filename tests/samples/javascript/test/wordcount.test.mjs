import assert from 'node:assert';
import test from 'node:test';
import { count, Counter, report } from '../lib/index.js';

test('words are counted without regard to case', () => {
  assert.deepEqual([...count('Tea for two, and two for tea.')], [['tea', 2], ['for', 2], ['two', 2]]);
});

test('a report lists the most frequent words first', () => {
  const rows = new Counter().add('b a-b c c').top(2);
  assert.equal(report(rows, 'csv'), 'c,2\na-b,1\n');
  assert.equal(report(rows, 'table'), 'c    2\na-b  1\n');
});
