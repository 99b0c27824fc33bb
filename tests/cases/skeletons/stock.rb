# frozen_string_literal: true

require 'set'
require_relative 'parts'

module Shop
  LIMIT = 100

  # All parts, by name.
  class Stock < Base
    include Enumerable

    attr_reader :parts

    # Makes an empty stock.
    def initialize(name, strict: true)
      @name = name
      @parts = {}
    end

    def each(&block)
      @parts.each(&block)
    end

    def size = @parts.size

    class << self
      def read(path)
        new(File.read(path))
      end
    end
  end

  def self.twice(value)
    2 * value
  end
end
