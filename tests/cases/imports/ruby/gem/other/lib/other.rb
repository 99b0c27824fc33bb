require "shop/version"
require "shop/errors"
