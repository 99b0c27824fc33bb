import { outer, used, Type } from "./names";

export function shadows(outer: number, { used: renamed = used, ...others }: Type) {
  label: for (let i = 0; i < outer; i++) {
    if (i) continue label;
    { const used = 1; renamed(used); }
  }
  try { others.run(); } catch ({ message }) { message.trim(); }
  for (const key in table) table[key](later);
  var later = class Local { run() { return Local; } };
  return function self(n: number): unknown { return n ? self(n - 1) : used; };
}

const compute = async <T>(values: T[]) => values.map((value) => wrap<T>(value, used));

if (outer) {
  const block = used;
  block.go();
}

switch (outer) {
  case 1:
    let inside = Type;
    inside.call();
}
