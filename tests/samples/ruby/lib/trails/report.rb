# frozen_string_literal: true

module Trails
  # A trail in a sentence.
  class Report
    def initialize(trail)
      @trail = trail
    end

    def to_s
      format("%<points>d points, %<length>.1f km, %<climb>d m up", **numbers)
    end

    private

    def numbers
      { points: @trail.count, length: @trail.length / 1000.0, climb: @trail.climb }
    end
  end
end
