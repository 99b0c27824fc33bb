require "shop/cart"
require "shop/price"

module Shop
  def self.open = Cart.new
end
