require "shop/pages/index"

module Shop
  module Pages; end
end
