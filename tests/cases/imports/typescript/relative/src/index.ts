export { a as default } from './a.ts';
