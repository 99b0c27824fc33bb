# frozen_string_literal: true

module Trails
  Point = Struct.new(:latitude, :longitude, :height) do
    # In metres, along the surface.
    def distance(other)
      north = (other.latitude - latitude) * Trails::Point::METRES_A_DEGREE
      east = (other.longitude - longitude) * Trails::Point::METRES_A_DEGREE * Math.cos(latitude * Math::PI / 180)
      Math.hypot(north, east)
    end
  end

  Point::METRES_A_DEGREE = 111_320
end
