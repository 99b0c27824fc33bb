# frozen_string_literal: true

require_relative "lines"

module Trails
  module Sources
    # The same with commas.
    class Spreadsheet < Lines
      ENDING = ".csv"

      private

      def split(line) = line.split(",")
    end
  end
end
