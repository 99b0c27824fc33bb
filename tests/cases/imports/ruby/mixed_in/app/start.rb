Shop.open
