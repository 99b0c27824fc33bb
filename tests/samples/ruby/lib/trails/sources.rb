# frozen_string_literal: true

require_relative "sources/lines"
require_relative "sources/spreadsheet"

module Trails
  # The formats that are read.
  module Sources
    ALL = [Lines, Spreadsheet].freeze
  end
end
