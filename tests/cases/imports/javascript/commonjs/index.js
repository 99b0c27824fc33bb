'use strict';
const path = require('path');
const app = require('./lib/app');
const { version } = require('./package.json');
const lib = require('./lib');
module.exports = { app, lib, version, self: require('.') };
