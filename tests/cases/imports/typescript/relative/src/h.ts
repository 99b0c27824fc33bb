jest.mock('./a');
const g = require('./g');
