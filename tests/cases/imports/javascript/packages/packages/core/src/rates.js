import { money } from './money.js';
