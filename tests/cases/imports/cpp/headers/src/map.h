#pragma once
class Map {};
