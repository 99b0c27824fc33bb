import { log } from "kit";

log({ level: 2 });
