module Shop
  class Base
    LIMIT = 3
  end
end
