import up from '../main';
