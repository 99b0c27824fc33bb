const kit = require("..");

kit.log({ level: 1 });
