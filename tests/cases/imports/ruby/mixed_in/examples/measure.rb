class Cart
end

class Till
end

Cart.new
