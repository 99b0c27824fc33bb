/**
 * Only types are named: the declarations hold them.
 * @param {import("../kit").Options} options
 */
module.exports = function log(options) {};
