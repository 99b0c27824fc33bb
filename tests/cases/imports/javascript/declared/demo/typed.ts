import { log } from "typed";

log({ level: 3 });
