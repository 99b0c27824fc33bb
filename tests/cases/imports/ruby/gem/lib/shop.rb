require "json"
require "set"
require "native/fast"
require "shop/version"
require_relative "shop/errors"
require_relative "../../../../etc/passwd"

module Shop
  autoload :Cart, "shop/cart"
  autoload :Pages
end
