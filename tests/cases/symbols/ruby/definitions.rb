# frozen_string_literal: true

module Shop
  # An order of
  # a customer. It has lines.
  #
  # @see Line
  class Order < Record::Base
    include Comparable, Shop::Dated
    extend Forwardable

    OPEN = "open".freeze
    LIMITS, UNITS = [1], %w[a]
    @@last = nil

    attr_reader :lines, :customer
    attr_accessor "note"

    Line = Struct.new(:name, :price) do
      def total = price * 2
    end
    Missing = Class.new(StandardError)

    # Makes one.
    def initialize(customer, lines = [], *rest, rate: TAX, **options, &block)
      @lines = lines
    end

    def self.of(*customers)
      new(customers.first)
    end

    class << self
      def empty; end
    end

    def <=>(other) = total <=> other.total

    def note=(text)
      @note = text
    end

    alias value total
    alias_method :sum, :total
    define_method(:open?) { true }

    private

    def secret?
      false
    end
  end

  class Order::Shipped < Order; end
end

class Shop::Cart
  Shop::Cart::SIZE = 3
end

def helper(text) text end

TAX ||= 0.2
