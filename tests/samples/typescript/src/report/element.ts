type Properties = Record<string, unknown>;
type Component = (properties: any) => Markup;

declare global {
  namespace JSX {
    type Element = Markup;
    interface IntrinsicElements {
      [name: string]: Properties;
    }
  }
}

/** Markup as text: what `<td>1</td>` becomes. */
export class Markup {
  constructor(private readonly written: string) {}

  toString(): string {
    return this.written;
  }
}

export function element(name: string | Component, properties: Properties | null, ...inside: unknown[]): Markup {
  if (typeof name === "function") return name({ ...properties, inside });
  const attributes = Object.entries(properties ?? {}).map(([key, value]) => ` ${key}="${value}"`);
  return new Markup(`<${name}${attributes.join("")}>${inside.flat().join("")}</${name}>`);
}
