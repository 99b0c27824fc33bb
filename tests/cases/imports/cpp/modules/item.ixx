export module shop.item;
import "legacy.h";
