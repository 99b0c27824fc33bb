# frozen_string_literal: true

module Trails
  module Sources
    # A point a line: latitude, longitude, height, with blanks between them.
    class Lines
      ENDING = ".txt"

      def self.reads?(path) = path.end_with?(self::ENDING)

      def initialize(path)
        @path = path
      end

      def trail
        Trail.new(File.foreach(@path).with_index(1).map { |line, number| point(line, number) })
      end

      private

      def point(line, number)
        numbers = split(line).map { |word| Float(word) }
        raise ArgumentError unless numbers.size == 3

        Point.new(*numbers)
      rescue ArgumentError
        raise BadLine.new(number, line.chomp)
      end

      def split(line) = line.split
    end
  end
end
