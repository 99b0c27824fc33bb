const app = require('..');
const data = require('./data');
define(['./amd'], function (amd) {});
