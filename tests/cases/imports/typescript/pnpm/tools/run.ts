import { a } from 'a';
import hidden from 'hidden';
import tools from 'tools';
