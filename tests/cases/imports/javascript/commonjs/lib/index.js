require('../..');
require('../../etc/passwd');
require('/etc/passwd');
require('./app.js');
exports.plugins = require('./plugins/');
