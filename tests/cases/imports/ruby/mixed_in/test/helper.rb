require "shop"

include Shop

class ShopTest
  def empty = Cart.new
end
