# frozen_string_literal: true

module Trails
  class Error < StandardError; end

  # The name of a file tells no format.
  class UnknownFormat < Error; end

  # A line that cannot be read; it knows where it stands.
  class BadLine < Error
    attr_reader :number

    def initialize(number, text)
      @number = number
      super("line #{number}: #{text.inspect} is no point")
    end
  end
end
