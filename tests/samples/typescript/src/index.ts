export { Journal } from "./journal.js";
export { parse, ParseError } from "./parse.js";
export * from "./report";
export type { Account } from "@model/account";
