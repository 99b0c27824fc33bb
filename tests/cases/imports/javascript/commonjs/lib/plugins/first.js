module.exports = require('../../index');
