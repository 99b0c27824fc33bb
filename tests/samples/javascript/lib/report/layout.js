'use strict';

const widest = (texts) => texts.reduce((width, text) => Math.max(width, text.length), 0);

module.exports.widest = widest;
