import { a } from './a';
