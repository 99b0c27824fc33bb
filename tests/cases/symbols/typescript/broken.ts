import { a } from "./a";

export class Good {
  method(): void {
    a();
  }
}

export function cut(x: {
