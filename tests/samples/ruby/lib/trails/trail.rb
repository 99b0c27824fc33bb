# frozen_string_literal: true

module Trails
  # Points in the order in which one walks.
  class Trail
    include Enumerable

    def initialize(points)
      @points = points
    end

    def each(&) = @points.each(&)

    def length
      each_cons(2).sum { |here, there| here.distance(there) }
    end

    # Only what goes up counts.
    def climb
      each_cons(2).sum { |here, there| [there.height - here.height, 0].max }
    end
  end
end
