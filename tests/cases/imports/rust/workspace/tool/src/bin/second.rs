use paint::paint as colour;
