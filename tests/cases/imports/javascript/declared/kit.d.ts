export interface Options {
  level: number;
}
export function log(options: Options): void;
