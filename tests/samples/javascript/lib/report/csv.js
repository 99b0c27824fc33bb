'use strict';

module.exports = (rows) => rows.map((row) => row.join(',') + '\n').join('');
