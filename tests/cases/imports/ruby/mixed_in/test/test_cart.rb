require "helper"

class TestCart < ShopTest
  def test_total
    Cart.new.total == 0 # of Shop, which the helper includes everywhere; the example is another program
  end
end
