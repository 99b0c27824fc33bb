const app = require('..');
const data = require('./data');
const late = require(/* webpackIgnore: true */ '../lib/late.mjs');
define(['./amd'], function (amd) {});
