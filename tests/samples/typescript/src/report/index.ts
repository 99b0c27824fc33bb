export { text } from "./text";
export { html } from "./html";
