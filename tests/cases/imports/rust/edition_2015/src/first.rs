use second::Thing;
use help::Tool;
use ::second::deep::Deep;
