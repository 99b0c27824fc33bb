'use strict';

const path = require('path');
const { read, write: save } = require('./disk');
const shout = require('./text').upper;
var local = require(`./local`);

/** Works through the queue. */
function Queue(name) {
  this.name = name;
}

Queue.prototype.push = function (item) {
  read(path.join(this.name, item));
};

Queue.create = (name) => new Queue(name);

function load(kind) {
  const plugin = require('./plugins/' + kind);
  const known = require('./plugins/known');
  return plugin || known;
}

try {
  require('./optional');
} catch (error) {
  shout(error.message);
}

exports.load = load;
exports.limit = 10;
exports.stop = function stop() { return save(local); };
module.exports.Queue = Queue;

(function (root) {
  var hidden = 1;
  function helper(value) { return value + hidden; }
  root.helper = helper;
})(this);
