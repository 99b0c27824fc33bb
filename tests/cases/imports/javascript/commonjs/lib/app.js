// One's own package, by its name.
const served = require('served');
const plugins = require('./plugins');
function late() {
  return import('./late.mjs');
}
const dynamic = require('./plugins/' + late.name);
jest.mock('./mocked');
