export { default } from './plugins/first.js';
