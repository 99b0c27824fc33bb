require "helper"

class CartTest < Minitest::Test
  class Fake < Shop::Cart; end
  def test_it = FAST
end
