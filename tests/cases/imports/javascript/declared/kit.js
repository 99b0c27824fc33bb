exports.log = require("./lib/log");
