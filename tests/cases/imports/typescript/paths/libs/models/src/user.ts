import { log } from 'util/log';
