module Shop
  module Pages
    class Index
      def has?(name) = Error
    end
  end
end
